/** Locks as runs, their keeper and the command line tell each other of them. */

/** One execution of a workflow, resets included: its id, and the run id of its first execution. */
export interface RunKey {
  readonly id: string;
  readonly run: string;
}

/** A run that has a lock or waits for it. */
export interface LockParty {
  readonly id: string;
  readonly runbook: string;
  /** Since when it has it or waits for it. */
  readonly since: string;
  /** Its change ticket. */
  readonly reason?: string;
}

/** One locked thing: `host/host1`, `hosted-engine`. */
export interface HeldLock {
  readonly resource: string;
  readonly owner: LockParty;
  /** Children of the owner that work under its lock. */
  readonly children?: readonly LockParty[];
  /** Free, but kept for this run, which waits for something else. */
  readonly reserved?: true;
  /** Those who wait for it, next one first. */
  readonly queue: readonly LockParty[];
}

export interface LockRequest extends LockParty, RunKey {
  /** Ids of the runs that this one is a child of: it works under their locks. */
  readonly ancestors: readonly string[];
  readonly resources: readonly string[];
}

/** A lock that was taken from its owner. */
export interface LostLock {
  readonly resource: string;
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

/** How a run stands with its locks, as the registry tells it. */
export type LockNotice = { readonly run: string } & (
  | { readonly state: 'granted' }
  | {
      readonly state: 'waits';
      readonly waitsFor: { readonly resource: string; readonly owner: LockParty; readonly place: number };
    }
  | { readonly state: 'lost'; readonly lost: readonly LostLock[] }
);

/** The workflow that keeps the locks: one in a namespace, open as long as there is something to keep. */
export const LOCKS = { type: 'runbookLocks', id: 'runbook-locks' } as const;
export const LOCK_SIGNALS = { request: 'request', release: 'release', look: 'look', notice: 'lock' } as const;
export const MEMO_LOCKS = 'locks';
