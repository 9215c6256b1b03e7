import type { SshPool } from '../../connectors/ssh.ts';

/** What a worker gives to all its activities. */
export interface ActivityServices {
  readonly ssh: SshPool;
  /** Path of the inventory file. */
  readonly inventory: string;
  /** RUNBOOK_HOME: artifacts and caches. */
  readonly home: string;
  /** Whether runs may set search attributes here. */
  readonly searchAttributes: boolean;
  /** Ends when the worker begins to stop: long follows are handed to the next worker at once. */
  readonly stopping: AbortSignal;
}
