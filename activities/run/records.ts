import { Context } from '@temporalio/activity';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { MEMO_RECORD, type OwnedState, type RunRecord, runsOf } from '../../workflows/contract.ts';
import type { RunKey } from '../../workflows/locks/contract.ts';

/** A run with what it last wrote down of itself. */
export interface RecordedRun extends RunKey {
  readonly record: RunRecord;
}

/**
 * The open runs of this worker's task queue, each as it describes itself now: what a list tells of a memo may be
 * seconds old.
 */
export async function openRuns(): Promise<readonly RecordedRun[]> {
  const { client, info } = Context.current();
  const query = `${runsOf(info.taskQueue)} AND ExecutionStatus = "Running"`;
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
  const described = await Promise.all(ids.map((id) => openRun(client, id)));
  return described.flatMap((run) => (run?.record === undefined ? [] : [{ ...run, record: run.record }]));
}

/** The open run of this id; none where it has closed. */
export async function openRun(
  client: Client,
  id: string,
): Promise<(RunKey & { readonly record?: RunRecord }) | undefined> {
  try {
    const { status, raw, memo, runId } = await client.workflow.getHandle(id).describe();
    if (CLOSED.includes(status.name)) return undefined;
    const record = memo?.[MEMO_RECORD] as RunRecord | undefined;
    return { id, run: raw.workflowExecutionInfo?.firstRunId || runId, ...(record && { record }) };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** A paused run is not over. */
const CLOSED: readonly string[] = ['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT', 'CONTINUED_AS_NEW'];

/** A state with the run that says it owns it. */
export interface Owner {
  readonly owned: OwnedState;
  readonly id: string;
  readonly runbook: string;
  /** How and when the run ended, where it has. */
  readonly ended?: string;
}

export interface Owners {
  readonly open: readonly Owner[];
  /** Of runs that ended with it, newest first. */
  readonly closed: readonly Owner[];
}

/** So many runs that have ended are asked at most. */
const MOST_CLOSED = 2000;

/** What open runs own, and what ended runs left: those that were ended from outside, or aborted. */
export async function readOwners(): Promise<Owners> {
  const { client, info } = Context.current();
  const open = (await openRuns()).flatMap(({ id, record }) => ownersOf(id, record));
  const closed: Owner[] = [];
  let asked = 0;
  const query = `${runsOf(info.taskQueue)} AND ExecutionStatus != "Running"`;
  for await (const { workflowId, memo, status, closeTime } of client.workflow.list({ query })) {
    const record = memo?.[MEMO_RECORD] as RunRecord | undefined;
    const how = record?.endState ?? status.name.toLowerCase().replace('_', ' ');
    const ended = `${how}${closeTime ? ` at ${closeTime.toISOString()}` : ''}`;
    if (record !== undefined) closed.push(...ownersOf(workflowId, record).map((owner) => ({ ...owner, ended })));
    if (++asked >= MOST_CLOSED) break;
  }
  return { open, closed };
}

function ownersOf(id: string, { runbook, owns = [] }: RunRecord): readonly Owner[] {
  return owns.map((owned) => ({ owned, id, runbook }));
}
