import {
  type ScheduleDescription,
  type ScheduleOptionsStartWorkflowAction,
  ScheduleOverlapPolicy,
  type ScheduleUpdateOptions,
} from '@temporalio/client';
import * as z from 'zod';
import { commonInput, type RunbookDefinition } from '../../runbooks/definition.ts';
import { runbooks } from '../../runbooks/index.ts';
import { TASK_QUEUE } from '../../workflows/contract.ts';
import { appearance, attributes, withSearchAttributes } from '../runs/start.ts';
import type { Session } from '../temporal.ts';
import { CATALOG_PREFIX, hasTimes, lookForSchedule } from './find.ts';

type Entry = ScheduleUpdateOptions<ScheduleOptionsStartWorkflowAction<(input: unknown) => Promise<unknown>>>;

export interface Published {
  readonly id: string;
  readonly runbook: string;
  /** `kept`: somebody has given it times, so it is theirs now. */
  readonly change: 'created' | 'updated' | 'unchanged' | 'removed' | 'kept';
}

/**
 * Leaves one paused schedule without times per runbook, so that the Temporal UI can start it with *Trigger*, and none of
 * runbooks that are gone. An input that people have put in stays as long as the runbook takes it.
 */
export async function publishCatalog(session: Session): Promise<readonly Published[]> {
  const done: Published[] = [];
  for (const runbook of Object.values(runbooks)) done.push(await publish(session, runbook));
  for await (const { scheduleId: id } of session.client.schedule.list()) {
    const runbook = id.slice(CATALOG_PREFIX.length);
    if (!id.startsWith(CATALOG_PREFIX) || Object.hasOwn(runbooks, runbook)) continue;
    const found = await lookForSchedule(session, id);
    if (found === undefined) continue;
    const theirs = hasTimes(found.description.spec);
    if (!theirs) await found.handle.delete();
    done.push({ id, runbook, change: theirs ? 'kept' : 'removed' });
  }
  return done;
}

async function publish(session: Session, runbook: RunbookDefinition): Promise<Published> {
  const id = `${CATALOG_PREFIX}${runbook.name}`;
  const found = await lookForSchedule(session, id);
  const told = { id, runbook: runbook.name };
  if (found !== undefined && hasTimes(found.description.spec)) return { ...told, change: 'kept' };
  const input = inputOf(found?.description, runbook);
  if (found !== undefined && isAs(found.description, runbook, entry(runbook, input)))
    return { ...told, change: 'unchanged' };
  await withSearchAttributes(attributes(runbook.name, input), async (typedSearchAttributes) => {
    const wished = entry(runbook, input);
    const whole = { ...wished, action: { ...wished.action, typedSearchAttributes } };
    if (found === undefined) await session.client.schedule.create({ scheduleId: id, ...whole });
    else await found.handle.update(() => whole);
  });
  return { ...told, change: found === undefined ? 'created' : 'updated' };
}

function inputOf(description: ScheduleDescription | undefined, runbook: RunbookDefinition): Record<string, unknown> {
  const kept = description?.action.args?.[0];
  const valid = kept !== undefined && runbook.input.safeParse(kept).success;
  return (valid ? kept : runbook.example) as Record<string, unknown>;
}

function entry(runbook: RunbookDefinition, input: Record<string, unknown>): Entry {
  return {
    spec: {},
    action: {
      type: 'startWorkflow',
      workflowType: runbook.name,
      taskQueue: TASK_QUEUE,
      args: [input],
      workflowId: runbook.name,
      ...appearance(runbook, input, 'Started from the catalogue'),
    },
    // Several hosts may be worked on at once: what must not run twice is held by its locks.
    policies: { overlap: ScheduleOverlapPolicy.ALLOW_ALL },
    state: { paused: true, note: note(runbook) },
  };
}

function isAs({ action, state, policies }: ScheduleDescription, runbook: RunbookDefinition, wished: Entry): boolean {
  const seen = [action.workflowType, action.taskQueue, action.workflowId, action.args, action.staticSummary];
  const { workflowType, taskQueue, workflowId, args, staticSummary } = wished.action;
  return (
    state.paused &&
    state.note === note(runbook) &&
    policies.overlap === wished.policies?.overlap &&
    JSON.stringify(seen) === JSON.stringify([workflowType, taskQueue, workflowId, args, staticSummary])
  );
}

interface Schema {
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
  readonly required?: readonly string[];
}

/** What the UI shows beside the button. */
function note(runbook: RunbookDefinition): string {
  const { properties = {}, required = [] } = z.toJSONSchema(runbook.input, { io: 'input' }) as Schema;
  const own = Object.entries(properties).filter(([name]) => !Object.hasOwn(commonInput, name));
  const fields = own.map(
    ([name, { description }]) => `${name}${required.includes(name) ? ' (required)' : ''}: ${description ?? ''}`,
  );
  return [
    `${runbook.title}. ${runbook.purpose}`,
    `Risk: ${runbook.risk}. Typically ${runbook.typicalDuration}.`,
    `Trigger starts it with the input of this schedule; edit the schedule to change the input.`,
    `Input: ${[...fields, `and for every runbook ${Object.keys(commonInput).join(', ')}`].join('; ')}.`,
  ].join('\n');
}
