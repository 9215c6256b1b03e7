import {
  ScheduleAlreadyRunning,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
  type ScheduleSpec,
} from '@temporalio/client';
import type { RunbookDefinition } from '../../runbooks/definition.ts';
import { milliseconds } from '../../windows/duration.ts';
import { TASK_QUEUE } from '../../workflows/contract.ts';
import { messageOf, usage } from '../failure.ts';
import { appearance, attributes, withSearchAttributes } from '../runs/start.ts';
import type { Session } from '../temporal.ts';
import { CATALOG_PREFIX } from './find.ts';
import { duration } from './window-flags.ts';

/** Temporal's own default is a year: a server that comes back would open last week's window in the middle of the day. */
export const CATCH_UP = '10m';

/** The least that Temporal takes. */
const LEAST_CATCH_UP_MS = 10_000;

export interface ScheduleRequest {
  readonly id: string;
  readonly runbook: RunbookDefinition;
  /** With its window. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly spec: ScheduleSpec;
  readonly catchUp: string;
}

/**
 * Makes a schedule whose firing starts the runbook: one run at a time, paused when a run fails.
 * @throws CliFailure (usage) when there is one of this id, or when Temporal does not take its times
 */
export async function createSchedule(session: Session, request: ScheduleRequest): Promise<void> {
  const { id, runbook, input, spec, catchUp } = request;
  const options: ScheduleOptions = {
    scheduleId: id,
    spec,
    action: { type: 'startWorkflow', workflowType: runbook.name, taskQueue: TASK_QUEUE, args: [input], workflowId: id },
    policies: policies(catchUp),
  };
  try {
    await withSearchAttributes(attributes(runbook.name, input), (typedSearchAttributes) =>
      session.client.schedule.create({
        ...options,
        action: {
          ...options.action,
          ...appearance(runbook, input, `Started by the schedule ${id}`),
          typedSearchAttributes,
        },
      }),
    );
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) {
      throw usage(
        `there is a schedule "${id}" already: look at it with "npx runbook schedule show ${id}", or take another id.`,
      );
    }
    // The SDK turns what the server says about the times into a TypeError.
    if (error instanceof TypeError) throw usage(`the times are not what Temporal takes: ${messageOf(error)}.`);
    throw error;
  }
}

function policies(catchUp: string) {
  const catchupWindow = milliseconds(duration('--catch-up', catchUp)) ?? 0;
  if (catchupWindow < LEAST_CATCH_UP_MS) throw usage(`--catch-up: must be at least 10s; it is "${catchUp}".`);
  return { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow, pauseOnFailure: true };
}

/** @throws CliFailure (usage) */
export function checkId(id: string): string {
  if (id.startsWith(CATALOG_PREFIX)) {
    throw usage(
      `the id of a schedule must not begin with "${CATALOG_PREFIX}": those are the start buttons of "npx runbook catalog publish".`,
    );
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(id)) {
    throw usage(`the id of a schedule may hold letters, digits, ".", "-" and "_", at most 100 of them; it is "${id}".`);
  }
  return id;
}
