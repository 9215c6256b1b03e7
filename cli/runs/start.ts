import { hostname, userInfo } from 'node:os';
import {
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandleWithFirstExecutionRunId,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { RunbookDefinition } from '../../runbooks/definition.ts';
import { MEMO_RECORD, type RunRecord, TASK_QUEUE } from '../../workflows/contract.ts';
import { messageOf, usage } from '../failure.ts';
import type { Session } from '../temporal.ts';
import { untilAccepted } from './accepted.ts';

/** Who sits here, unless `--by` says otherwise. */
export function defaultBy(): string {
  return `${process.env.USER || userInfo().username}@${hostname()}`;
}

/** `deployHostedEngine-host1-20261123-224331`: sorts by time, tells what it is about. */
export function defaultId(runbook: string, input: Readonly<Record<string, unknown>>, now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const { host, mode } = input;
  return [mode === 'plan' ? 'plan' : undefined, runbook, ...(typeof host === 'string' ? [host] : []), stamp]
    .filter(Boolean)
    .join('-');
}

export interface StartRequest {
  readonly runbook: RunbookDefinition;
  readonly input: Readonly<Record<string, unknown>>;
  readonly id?: string;
}

/**
 * Starts a run, and answers once its input is found right.
 * @throws CliFailure (usage) when a run of this id is still open, or the inventory has not what the input names
 */
export async function startRun(
  session: Session,
  request: StartRequest,
): Promise<WorkflowHandleWithFirstExecutionRunId> {
  const handle = await open(session, request);
  await untilAccepted(session, request.runbook, handle);
  return handle;
}

async function open(
  session: Session,
  { runbook, input, id }: StartRequest,
): Promise<WorkflowHandleWithFirstExecutionRunId> {
  const options = {
    taskQueue: TASK_QUEUE,
    args: [input] as [unknown],
    workflowId: id ?? defaultId(runbook.name, input, new Date()),
    workflowIdConflictPolicy: 'FAIL',
    ...appearance(runbook, input, `Started by ${defaultBy()}`),
  } satisfies WorkflowStartOptions;
  try {
    return await withSearchAttributes(attributes(runbook.name, input), (typedSearchAttributes) =>
      session.client.workflow.start(runbook.name, { ...options, typedSearchAttributes }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    if (id === undefined) return open(session, { runbook, input, id: `${options.workflowId}-${process.pid}` });
    throw usage(`a run "${id}" is still open: look at it with "npx runbook status ${id}", or take another --id.`);
  }
}

/** How a run looks before it says anything itself. */
export function appearance(
  { name, title, purpose }: RunbookDefinition,
  input: Readonly<Record<string, unknown>>,
  origin: string,
): { staticSummary: string; staticDetails: string; memo: Record<string, unknown> } {
  const about = [input.host, input.mode === 'plan' ? 'plan only' : undefined, input.ticket];
  const record: RunRecord = { runbook: name, phase: 'planning', remains: [], steps: [] };
  return {
    staticSummary: [title, ...about.filter((part) => typeof part === 'string')].join(' · '),
    staticDetails: `${purpose}\n\n${origin} with \`${JSON.stringify(input)}\``,
    memo: { [MEMO_RECORD]: record },
  };
}

/** What lists of runs are filtered by. */
export function attributes(name: string, input: Readonly<Record<string, unknown>>): SearchAttributePair[] {
  const { host, ticket } = input;
  return [
    { key: defineSearchAttributeKey('RunbookName', 'KEYWORD'), value: name },
    ...(typeof host === 'string'
      ? [{ key: defineSearchAttributeKey('OvirtHost', 'KEYWORD_LIST'), value: [host] }]
      : []),
    ...(typeof ticket === 'string'
      ? [{ key: defineSearchAttributeKey('ChangeTicket', 'KEYWORD'), value: ticket }]
      : []),
  ];
}

/** A cluster that does not know the attributes refuses what would set them: then runs go without. */
export async function withSearchAttributes<T>(
  typed: SearchAttributePair[],
  send: (typed: SearchAttributePair[]) => Promise<T>,
): Promise<T> {
  try {
    return await send(typed);
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : '';
    if (!/search attribute/i.test(`${messageOf(error)} ${cause}`)) throw error;
    return send([]);
  }
}
