import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { TASK_QUEUE } from '../../workflows/contract.ts';
import { type HeldLock, LOCK_SIGNALS, LOCKS, type LockParty, MEMO_LOCKS } from '../../workflows/locks/contract.ts';
import { type BreakWish, breakUpdate } from '../../workflows/messages.ts';
import { messageOf, usage } from '../failure.ts';
import { table } from '../table.ts';
import { requireWorker, type Session } from '../temporal.ts';
import { columns } from './words.ts';

/** A lock as `runbook locks` lists it. */
export interface ListedLock extends HeldLock {
  /** Whether the owner's workflow is open; a dead owner's lock passes on. */
  readonly ownerAlive: boolean;
}

/** Every lock, as the keeper's memo tells it: also without a worker. Makes the keeper look for owners that are no more. */
export async function listLocks(session: Session): Promise<readonly ListedLock[]> {
  const keeper = session.client.workflow.getHandle(LOCKS.id);
  const held = await heldLocks(session);
  const ids = [...new Set(held.flatMap(({ owner, queue }) => [owner, ...queue]).map(({ id }) => id))];
  const alive = new Map(await Promise.all(ids.map(async (id) => [id, await isOpen(session, id)] as const)));
  if ([...alive.values()].includes(false)) await keeper.signal(LOCK_SIGNALS.look);
  return held.map(({ resource, owner, ...rest }) => ({
    resource,
    owner,
    ownerAlive: alive.get(owner.id) === true,
    ...rest,
  }));
}

async function heldLocks(session: Session): Promise<readonly HeldLock[]> {
  const keeper = await found(session, LOCKS.id);
  return keeper?.status.name === 'RUNNING' ? ((keeper.memo?.[MEMO_LOCKS] ?? []) as HeldLock[]) : [];
}

async function isOpen(session: Session, id: string): Promise<boolean> {
  const run = await found(session, id);
  return run !== undefined && run.closeTime === undefined;
}

async function found(session: Session, id: string) {
  try {
    return await session.client.workflow.getHandle(id).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Takes a lock from its owner, who stops before its next step. @throws CliFailure (usage) where nobody holds it */
export async function breakLock(session: Session, wish: BreakWish): Promise<readonly LockParty[]> {
  const held = await heldLocks(session);
  if (!held.some(({ resource }) => resource === wish.resource)) {
    const names = held.map(({ resource }) => resource);
    throw usage(
      `nobody holds ${wish.resource}; locked are: ${names.join(', ') || 'nothing'}. See "npx runbook locks".`,
      {
        known: names,
      },
    );
  }
  await requireWorker(session);
  try {
    return await session.client.workflow.getHandle(LOCKS.id).executeUpdate(breakUpdate, { args: [wish] });
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) throw usage(messageOf(error.cause).replace(/^Refused: /, ''));
    throw error;
  }
}

/** For people: who has what since when and why, and who waits for it. */
export function locksText(locks: readonly ListedLock[]): string {
  if (locks.length === 0) return `Nothing is locked on the task queue "${TASK_QUEUE}".`;
  const lines = locks.flatMap(({ resource, owner, ownerAlive, children = [], reserved, queue }) => [
    [resource, owner, ownerAlive ? (reserved ? 'kept for it' : '') : 'it is no more: the lock passes on'] as const,
    ...children.map((child) => ['', child, 'works under it'] as const),
    ...queue.map((waiting, at) => ['', waiting, `waits, place ${at + 1}`] as const),
  ]);
  return table(
    ['LOCK', 'RUN', 'RUNBOOK', 'SINCE', 'REASON', ''],
    lines.map(([resource, { id, runbook, since, reason = '' }, note]) => [resource, id, runbook, since, reason, note]),
    { width: columns(process.stdout), spare: ['RUNBOOK', 'SINCE', 'REASON'] },
  );
}
