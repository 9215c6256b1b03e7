import { type WorkflowExecutionDescription, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { nearest } from '../../inventory/nearest.ts';
import { MEMO_RECORD, type Plan, type Report, type RunRecord, type StatusView } from '../../workflows/contract.ts';
import { planQuery, reportQuery, statusQuery } from '../../workflows/messages.ts';
import { usage } from '../failure.ts';
import type { Session } from '../temporal.ts';
import { decode, type HistoryEvents } from './events.ts';
import { statusFromHistory } from './status-from-history.ts';

const QUERY_SECONDS = 2;

/** A run as it is looked at: its handle, and what Temporal says of it. */
export interface RunHandle {
  readonly handle: WorkflowHandle;
  readonly description: WorkflowExecutionDescription;
}

/** @throws CliFailure (usage) when there is no such run, with the nearest id */
export async function findRun(session: Session, id: string): Promise<RunHandle> {
  const handle = session.client.workflow.getHandle(id);
  try {
    return { handle, description: await handle.describe() };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const known: string[] = [];
    for await (const run of session.client.workflow.list({ pageSize: 50 })) {
      if (known.push(run.workflowId) >= 50) break;
    }
    const meant = nearest(id, known);
    throw usage(
      `there is no run "${id}" in namespace ${session.settings.namespace}.${meant ? ` Did you mean "${meant}"?` : ''} See "npx runbook runs".`,
    );
  }
}

/** The record that a run keeps in its memo; one without it was not started by a runbook. */
export function recordOf({ description }: RunHandle): RunRecord {
  const record = description.memo?.[MEMO_RECORD] as RunRecord | undefined;
  return record ?? { runbook: description.type, phase: 'planning', remains: [], steps: [] };
}

/** Asks the run itself; nothing when no worker answers in time. */
async function query<T>(
  session: Session,
  { handle }: RunHandle,
  definition: typeof statusQuery | typeof planQuery | typeof reportQuery,
): Promise<T | undefined> {
  try {
    return await session.connection.withDeadline(Date.now() + QUERY_SECONDS * 1000, () =>
      handle.query<T>(definition.name),
    );
  } catch {
    return undefined;
  }
}

/** What a run says about itself: asked for two seconds, else read from memo and history. */
export async function readStatus(session: Session, run: RunHandle): Promise<StatusView> {
  const { status } = run.description;
  if (status.name !== 'RUNNING') {
    const report = await closedReport(run);
    if (report !== undefined) return statusOf(report);
    if (status.name !== 'TERMINATED' && status.name !== 'TIMED_OUT') {
      const told = await query<StatusView>(session, run, statusQuery);
      if (told !== undefined) return told;
    }
  } else {
    const told = await query<StatusView>(session, run, statusQuery);
    if (told !== undefined) return told;
  }
  const { events } = await run.handle.fetchHistory();
  const reason = lastWords(events);
  const closing =
    status.name === 'RUNNING' ? {} : { fromOutside: status.name as 'TERMINATED', ...(reason && { reason }) };
  return statusFromHistory(run.description.workflowId, recordOf(run), events ?? [], closing);
}

function statusOf(report: Report): StatusView {
  const { id, runbook, phase, endState, reason, steps, waiting, children, refusals, owns, remains } = report;
  return {
    id,
    runbook,
    phase,
    endState,
    ...(reason && { reason }),
    steps,
    ...(waiting && { waiting }),
    ...(children && { children }),
    ...(refusals && { refusals }),
    ...(owns && { owns }),
    remains,
  };
}

/** The report that a closed run carries as its result or its failure's details; a cancelled one carries none. */
async function closedReport({ handle, description }: RunHandle): Promise<Report | undefined> {
  if (description.status.name !== 'COMPLETED' && description.status.name !== 'FAILED') return undefined;
  const { events } = await handle.fetchHistory();
  const last = events?.at(-1);
  const payload =
    last?.workflowExecutionCompletedEventAttributes?.result?.payloads?.[0] ??
    last?.workflowExecutionFailedEventAttributes?.failure?.applicationFailureInfo?.details?.payloads?.[0];
  const report = decode(payload) as Report | undefined;
  return report?.steps === undefined ? undefined : report;
}

/** The words a run was closed with when it has no report: an input that was refused, an unknown runbook. */
export async function closingWords({ handle }: RunHandle): Promise<string | undefined> {
  return lastWords((await handle.fetchHistory()).events);
}

function lastWords(events: HistoryEvents | null | undefined): string | undefined {
  const last = events?.at(-1);
  return (
    last?.workflowExecutionFailedEventAttributes?.failure?.message ??
    last?.workflowExecutionTerminatedEventAttributes?.reason ??
    undefined
  );
}

/** The proof of an ended run, from the run itself. */
export async function readReport(session: Session, run: RunHandle): Promise<Report | undefined> {
  const carried = await closedReport(run);
  if (carried !== undefined) return carried;
  const told = await query<Report | string>(session, run, reportQuery);
  return typeof told === 'object' ? told : undefined;
}

/** What a run does or did, step by step; nothing while it is planning, and when nobody can tell. */
export async function readPlan(session: Session, run: RunHandle): Promise<Plan | undefined> {
  if (run.description.status.name !== 'RUNNING') return (await readReport(session, run))?.plan;
  const told = await query<Plan | string>(session, run, planQuery);
  return typeof told === 'object' ? told : undefined;
}
