import { uuid } from '../../../ovirt/ids.ts';
import type { Lab } from '../../../types.ts';
import type { EngineDatabase } from './database.ts';

export type JobStatus = 'started' | 'finished' | 'failed' | 'unknown';

export interface Step {
  readonly id: string;
  /** A step of a job from outside that belongs to another step. */
  readonly parentId?: string;
  readonly external?: true;
  readonly type: string;
  readonly description: string;
  readonly number: number;
  readonly startedAt: number;
  status: JobStatus;
  endedAt?: number;
}

export interface Job {
  readonly id: string;
  readonly description: string;
  readonly correlationId: string;
  readonly startedAt: number;
  readonly steps: Step[];
  /** A client's own job, which the client ends. */
  readonly external?: true;
  /** Forgotten some time after its end; a client's own job only when the client wishes it. */
  autoCleared: boolean;
  status: JobStatus;
  updatedAt: number;
  endedAt?: number;
}

/** Seconds that an ended job stays in the list. */
const kept: Readonly<Record<JobStatus, number>> = {
  started: Number.POSITIVE_INFINITY,
  finished: 600,
  failed: 3600,
  unknown: 3600,
};

const now = (lab: Lab): number => Math.floor(lab.clock.now());

function step(lab: Lab, job: Job, type: string, description: string, more: Partial<Step> = {}): Step {
  const made: Step = {
    ...more,
    id: uuid(lab),
    type,
    description,
    number: job.steps.length,
    startedAt: now(lab),
    status: 'started',
  };
  job.steps.push(made);
  return made;
}

function close(lab: Lab, one: Step | Job, status: JobStatus): void {
  one.status = status;
  one.endedAt = now(lab);
}

/** A monitored command begins: validated already, now executing; `work` describes the step that takes its time. */
export function startJob(
  lab: Lab,
  db: EngineDatabase,
  options: { description: string; correlationId: string; work?: string },
): Job {
  const job: Job = {
    id: uuid(lab),
    description: options.description,
    correlationId: options.correlationId,
    startedAt: now(lab),
    updatedAt: now(lab),
    steps: [],
    autoCleared: true,
    status: 'started',
  };
  db.jobs.set(job.id, job);
  close(lab, step(lab, job, 'validating', 'Validating'), 'finished');
  step(lab, job, 'executing', 'Executing');
  // The API knows no name for the kinds of step that do the work.
  if (options.work !== undefined) step(lab, job, 'unknown', options.work);
  return job;
}

/** Ends a job with its open steps. */
export function endJob(lab: Lab, job: Job, status: 'finished' | 'failed'): void {
  for (const one of job.steps) if (one.status === 'started') close(lab, one, status);
  close(lab, step(lab, job, 'finalizing', 'Finalizing'), status);
  close(lab, job, status);
  job.updatedAt = now(lab);
}

/** A job that a client reports about work of its own. */
export function addExternalJob(
  lab: Lab,
  db: EngineDatabase,
  told: Pick<Job, 'description' | 'correlationId' | 'autoCleared'>,
): Job {
  const at = now(lab);
  const job: Job = {
    ...told,
    id: uuid(lab),
    startedAt: at,
    updatedAt: at,
    steps: [],
    external: true,
    status: 'started',
  };
  db.jobs.set(job.id, job);
  return job;
}

export function addExternalStep(lab: Lab, job: Job, told: Pick<Step, 'type' | 'description'>, parentId?: string): Step {
  job.updatedAt = now(lab);
  return step(lab, job, told.type, told.description, {
    external: true,
    ...(parentId === undefined ? {} : { parentId }),
  });
}

/** Ends a client's step; its job goes on. */
export function endExternalStep(lab: Lab, job: Job, one: Step, status: 'finished' | 'failed'): void {
  close(lab, one, status);
  job.updatedAt = now(lab);
}

/** Ends a client's job with its open steps; a forced end lets it be forgotten in time. */
export function endExternalJob(lab: Lab, job: Job, status: 'finished' | 'failed', forced: boolean): void {
  for (const one of job.steps) if (one.status === 'started') close(lab, one, status);
  close(lab, job, status);
  if (forced) job.autoCleared = true;
  job.updatedAt = now(lab);
}

/** What an engine finds of its former life: nobody can say how those commands ended. */
export function abandonJobs(lab: Lab, db: EngineDatabase): void {
  for (const job of db.jobs.values()) {
    if (job.status !== 'started') continue;
    for (const one of job.steps) if (one.status === 'started') close(lab, one, 'unknown');
    close(lab, job, 'unknown');
    job.updatedAt = now(lab);
  }
}

export function purgeJobs(lab: Lab, db: EngineDatabase): void {
  for (const job of db.jobs.values()) {
    if (job.autoCleared && job.endedAt !== undefined && now(lab) - job.endedAt > kept[job.status] * 1000)
      db.jobs.delete(job.id);
  }
}
