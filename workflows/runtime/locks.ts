import { condition, getExternalWorkflowHandle, patched, workflowInfo } from '@temporalio/workflow';
import type { Waiting } from '../contract.ts';
import { LOCK_SIGNALS, LOCKS, type LockNotice, type LockRequest, type RunKey } from '../locks/contract.ts';
import { askForLocks } from './activities.ts';
import { LockLost } from './endings.ts';
import { now, type RunState } from './state.ts';

/** In case the keeper of the locks was ended from outside with all that it knew of who waits. */
const ASK_AGAIN = '2 minutes';

/** How a run stands with its locks. */
export interface Locks {
  request?: LockRequest;
  notice?: LockNotice;
  /** The notice of a loss that the run has stopped for. */
  faced?: LockNotice;
}

/** Takes in what the keeper of the locks tells; what it tells an earlier run of this id is not meant. */
export function hearOfLocks({ locks }: RunState, notice: LockNotice | undefined): void {
  if (notice?.run === workflowInfo().firstExecutionRunId) locks.notice = notice;
}

/**
 * Takes the locks that the runbook names, all at once; while others have them the run waits, visibly.
 * @returns true when it had to wait: the datacentre may be another one since
 */
export async function takeLocks(state: RunState): Promise<boolean> {
  const resources = state.definition.locks?.(state.input, state.site) ?? [];
  // Runs that were begun before there were locks go on without.
  if (resources.length === 0 || !patched('locks')) return false;
  const { locks } = state;
  const request = lockRequest(state, [...new Set([...(locks.request?.resources ?? []), ...resources])]);
  locks.request = request;
  const heard = (): LockNotice | undefined => locks.notice;
  let seen: LockNotice | undefined;
  let waited = false;
  delete locks.notice;
  for (;;) {
    state.leaveIfCancelled();
    if (heard() === seen) await askForLocks(request);
    seen = heard();
    if (seen?.state === 'granted') break;
    const news = () => heard() !== seen || state.cancelled;
    if (seen?.state === 'waits') {
      waited = true;
      await state.waitFor(waiting(seen.waitsFor, request.since), 'waiting', news, ASK_AGAIN);
    } else {
      await condition(news, ASK_AGAIN);
    }
  }
  locks.request = { ...request, since: now() };
  return waited;
}

/**
 * Stands before each step: a run whose lock was taken from it stops there, and when told to go on asks for it again.
 * @throws LockLost once for each loss
 */
export async function keepLocks(state: RunState): Promise<void> {
  const { locks } = state;
  if (locks.notice?.state !== 'lost') return;
  if (locks.faced === locks.notice) return void (await takeLocks(state));
  locks.faced = locks.notice;
  throw new LockLost(locks.notice.lost);
}

/** Gives back what the run has, or its place in the queue. */
export async function releaseLocks({ locks: { request } }: RunState): Promise<void> {
  if (request === undefined) return;
  const { id, run } = request;
  try {
    await getExternalWorkflowHandle(LOCKS.id).signal(LOCK_SIGNALS.release, { id, run } satisfies RunKey);
  } catch {
    // Without a keeper there is nothing to give back, and to any other this run will be one that has closed.
  }
}

/** Gives the locks back for as long as a run that has changed nothing waits; they are to be taken again behind it. */
export async function lendLocks(state: RunState): Promise<void> {
  await releaseLocks(state);
  delete state.locks.notice;
}

/** The locks that the run has, for its memo. */
export function locksHeld({ notice, request }: Locks): LockRequest | undefined {
  return notice?.state === 'granted' ? request : undefined;
}

function lockRequest({ definition, input }: RunState, resources: readonly string[]): LockRequest {
  const { workflowId, firstExecutionRunId, parent, root } = workflowInfo();
  const ancestors = [parent?.workflowId, root?.workflowId].filter((id) => id !== undefined);
  return {
    id: workflowId,
    run: firstExecutionRunId,
    runbook: definition.name,
    since: now(),
    ...(input.ticket && { reason: input.ticket }),
    ancestors: [...new Set(ancestors)],
    resources,
  };
}

type WaitsFor = Extract<LockNotice, { state: 'waits' }>['waitsFor'];

/** Nothing to answer: the run goes on by itself, or is cancelled untouched. */
function waiting({ resource, owner, place }: WaitsFor, since: string): Waiting {
  return {
    kind: 'lock',
    id: resource,
    title: `${resource} is locked by ${owner.id}`,
    since,
    options: [],
    answer: {},
    show: {
      Lock: resource,
      'Held by': owner.id,
      Runbook: owner.runbook,
      Since: owner.since,
      ...(owner.reason !== undefined && { Reason: owner.reason }),
      'Place in the queue': String(place),
    },
  };
}
