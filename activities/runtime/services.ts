import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { EngineSessions } from '../../connectors/engine/index.ts';
import type { Schedules } from '../../connectors/schedules.ts';
import type { SshPool } from '../../connectors/ssh.ts';

/** What a worker gives to all its activities. */
export interface ActivityServices {
  readonly ssh: SshPool;
  readonly engines: EngineSessions;
  readonly schedules: Schedules;
  /** Path of the inventory file. */
  readonly inventory: string;
  /** RUNBOOK_HOME: artifacts and caches. */
  readonly home: string;
  /** Whether runs may set search attributes here. */
  readonly searchAttributes: boolean;
  /** Ends, with `workerStopping()` as its reason, when the worker begins to stop: what waits or reads is handed over. */
  readonly stopping: AbortSignal;
}

/** Makes Temporal give the activity to the next worker at once, without waiting for a grace time or a missed heartbeat. */
export function workerStopping(): ApplicationFailure {
  return ApplicationFailure.create({
    message: 'the worker is stopping; another one goes on',
    type: 'WorkerStopping',
    nextRetryDelay: '100 milliseconds',
    category: ApplicationFailureCategory.BENIGN,
  });
}
