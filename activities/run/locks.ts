import { Context } from '@temporalio/activity';
import { LOCK_SIGNALS, LOCKS, type LockRequest, type RunKey } from '../../workflows/locks/contract.ts';
import type { ActivityServices } from '../runtime/services.ts';
import { wait } from '../runtime/waiting.ts';
import { openRun, openRuns } from './records.ts';

/** How soon the death of an owner is noticed. */
const POLL_MS = 1000;
/** Below the time limit of one attempt: then the caller asks anew. */
const PATIENCE_MS = 45 * 60_000;

export interface ClosedRunsInput {
  readonly runs: readonly RunKey[];
  /** Waits until there is one, for less than an hour. */
  readonly patient: boolean;
}

/** Asks the keeper of the locks; it answers by signal. */
export async function askForLocks(request: LockRequest): Promise<void> {
  const { client, info } = Context.current();
  await client.workflow.signalWithStart(LOCKS.type, {
    workflowId: LOCKS.id,
    taskQueue: info.taskQueue,
    staticSummary: 'Keeps the locks of all runs; see "npx runbook locks"',
    signal: LOCK_SIGNALS.request,
    signalArgs: [request],
  });
}

/** The runs among these whose workflow has closed, however it came to that; a reset run is the same run. */
export async function closedRuns(
  services: Pick<ActivityServices, 'stopping'>,
  { runs, patient }: ClosedRunsInput,
): Promise<readonly RunKey[]> {
  const { client, cancellationSignal } = Context.current();
  const signal = AbortSignal.any([cancellationSignal, services.stopping]);
  const until = performance.now() + (patient ? PATIENCE_MS : 0);
  for (;;) {
    const open = await Promise.all(runs.map(async (key) => (await openRun(client, key.id))?.run === key.run));
    const closed = runs.filter((_, index) => open[index] !== true);
    if (closed.length > 0 || performance.now() >= until) return closed;
    await wait(POLL_MS, signal);
  }
}

export async function lockedRuns(): Promise<readonly LockRequest[]> {
  return (await openRuns()).flatMap(({ record }) => record.locks ?? []);
}
