import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  defineSignal,
  getExternalWorkflowHandle,
  isCancellation,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { type BreakWish, breakUpdate } from '../messages.ts';
import { closedRuns, lockedRuns } from '../runtime/activities.ts';
import { now } from '../runtime/state.ts';
import { LOCK_SIGNALS, type LockNotice, type LockRequest, MEMO_LOCKS, type RunKey } from './contract.ts';
import { type Entry, Registry } from './registry.ts';

const noticeSignal = defineSignal<[LockNotice]>(LOCK_SIGNALS.notice);

/** How long it stays when there is nothing to keep. */
const LINGER = '1 minute';

interface Before {
  /** What the run before it knew. */
  readonly entries?: readonly Entry[];
  /** After so many events it begins anew; absent: when the server suggests it. */
  readonly historyLimit?: number;
}

/**
 * Hands out the locks of all runs: started by the first that asks, ended when none is left. Its state is its memo's
 * `locks`, for those who look. Owners whose workflow has closed are found as long as somebody waits, or on `look`.
 */
export async function runbookLocks(before?: Before): Promise<void> {
  const registry = new Registry(before?.entries);
  let changed = true;
  let look = false;
  let shown = '';
  setHandler(defineSignal<[unknown]>(LOCK_SIGNALS.request), (request) => {
    if (!isRequest(request)) return;
    registry.request(request);
    changed = true;
  });
  setHandler(defineSignal<[unknown]>(LOCK_SIGNALS.release), (key) => {
    if (!isKey(key)) return;
    registry.release(key);
    changed = true;
  });
  setHandler(defineSignal(LOCK_SIGNALS.look), () => {
    look = true;
    changed = true;
  });
  setHandler(
    breakUpdate,
    (wish) => {
      changed = true;
      return registry.break({ ...wish, at: now() });
    },
    { validator: (wish) => refuseBreak(wish, registry) },
  );

  // One that was ended from outside must not have robbed those who work under its locks.
  if (before?.entries === undefined) for (const request of await lockedRuns()) registry.adopt(request);

  for (;;) {
    changed = false;
    registry.settle(now());
    look = (await tell(registry)) || look;
    shown = keep(registry, shown);
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    if (continueAsNewSuggested || historyLength > (before?.historyLimit ?? Number.POSITIVE_INFINITY)) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof runbookLocks>({ ...before, entries: registry.entries });
    }
    if (registry.empty) {
      await condition(() => changed, LINGER);
      if (!changed) return;
    } else if (look || registry.anybodyWaits) {
      const gone = await findClosed(registry, !look, () => changed);
      if (gone !== undefined) look = false;
      for (const key of gone ?? []) registry.release(key);
    } else {
      await condition(() => changed);
    }
  }
}

function isKey(payload: unknown): payload is RunKey {
  const { id, run } = (payload ?? {}) as Partial<RunKey>;
  return typeof id === 'string' && typeof run === 'string';
}

/** What does not come from a run must not stop the keeper of all locks. */
function isRequest(payload: unknown): payload is LockRequest {
  const { ancestors, resources, since } = (payload ?? {}) as Partial<LockRequest>;
  return isKey(payload) && Array.isArray(ancestors) && Array.isArray(resources) && typeof since === 'string';
}

function refuseBreak(wish: Partial<BreakWish> | undefined, registry: Registry): void {
  const { resource, by, reason } = wish ?? {};
  const refuse = (why: string) => ApplicationFailure.nonRetryable(`Refused: ${why}.`, 'InvalidInput');
  if (!resource || !by || !reason) throw refuse('it needs {"resource": "…", "by": "who you are", "reason": "why"}');
  const held = registry.list().filter(({ reserved }) => reserved === undefined);
  if (held.some((lock) => lock.resource === resource)) return;
  throw refuse(`nobody holds ${resource}; locked are: ${held.map((lock) => lock.resource).join(', ') || 'nothing'}`);
}

/** Writes the locks into the memo, if they are not there yet. */
function keep(registry: Registry, shown: string): string {
  const locks = registry.list();
  const text = JSON.stringify(locks);
  if (text !== shown) upsertMemo({ [MEMO_LOCKS]: locks });
  return text;
}

/** Tells each run how it stands, if that is news. True when one could not be told: it has most likely closed. */
async function tell(registry: Registry): Promise<boolean> {
  let missed = false;
  for (const { entry, notice } of registry.news()) {
    try {
      await getExternalWorkflowHandle(entry.request.id).signal(noticeSignal, notice);
    } catch (error) {
      if (isCancellation(error)) throw error;
      missed = true;
    }
    registry.told(entry, notice);
  }
  return missed;
}

/** The runs whose workflow has closed; waits for the first one if need be. `undefined` when something changed before. */
async function findClosed(
  registry: Registry,
  patient: boolean,
  changed: () => boolean,
): Promise<readonly RunKey[] | undefined> {
  const scope = new CancellationScope();
  let found: readonly RunKey[] | undefined;
  const looking = scope.run(async () => {
    found = await closedRuns({ runs: registry.runs, patient });
  });
  const over = looking.catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
  });
  await Promise.race([over, condition(() => changed())]);
  scope.cancel();
  return found;
}
