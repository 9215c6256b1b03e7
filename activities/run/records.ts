import { Context } from '@temporalio/activity';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { LOCKS, MEMO_RECORD, type RunKey, type RunRecord } from '../../workflows/contract.ts';

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
  const query = `TaskQueue = "${info.taskQueue}" AND WorkflowType != "${LOCKS.type}" AND ExecutionStatus = "Running"`;
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
