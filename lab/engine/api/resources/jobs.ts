import {
  beginExternalJob,
  beginExternalStep,
  clearExternalJob,
  finishExternalJob,
  finishExternalStep,
} from '../commands/external-jobs.ts';
import type { Job, Step } from '../database/jobs.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { complete, created, many, one } from '../routing/call.ts';
import { select } from '../routing/search.ts';
import { ApiFault, unknownId } from '../wire/fault.ts';

function jobResource(call: Call, job: Job): Resource {
  return {
    type: 'job',
    service: 'job',
    path: `/jobs/${job.id}`,
    entity: {
      description: job.description,
      auto_cleared: job.autoCleared,
      ...(job.endedAt === undefined ? {} : { end_time: job.endedAt }),
      external: job.external === true,
      last_updated: job.updatedAt,
      start_time: job.startedAt,
      status: job.status,
      owner: { id: call.db.userId },
    },
  };
}

function stepResource(job: Job, step: Step): Resource {
  return {
    type: 'step',
    service: 'step',
    path: `/jobs/${job.id}/steps/${step.id}`,
    entity: {
      description: step.description,
      ...(step.endedAt === undefined ? {} : { end_time: step.endedAt }),
      external: step.external === true,
      number: step.number,
      start_time: step.startedAt,
      status: step.status,
      type: step.type,
      job: { id: job.id },
      ...(step.parentId === undefined ? {} : { parent_step: { id: step.parentId } }),
    },
  };
}

/** A search for anything but the correlation id reaches the database as broken SQL. */
function checkSearch(query: URLSearchParams): void {
  const search = query.get('search');
  if (search === null || /^\s*correlation_id\s*=/i.test(search) || /^\s*(sortby|page)\b/i.test(search)) return;
  throw new ApiFault(
    400,
    'Operation Failed',
    'statementcallback; bad sql grammar [select * from (select * from job where ( job id in (select distinct job.job id from  job   where  (  ) ))  order by start time asc) as t1 offset (1 -1) limit 2147483647]; nested exception is org.postgresql.util.psqlexception: error: syntax error at or near ")"\n  position: 102',
    true,
  );
}

function byId(call: Call): Job {
  const found = call.db.jobs.get(call.route.ids[0] ?? '');
  if (!found) throw unknownId();
  return found;
}

export const jobs: Readonly<Record<string, Handler>> = {
  list: (call) => {
    checkSearch(call.query);
    const found = select([...call.db.jobs.values()], { correlation_id: (job) => job.correlationId }, call.query);
    return many(
      'job',
      found.map((job) => jobResource(call, job)),
    );
  },
  add: (call) => created(jobResource(call, beginExternalJob(call))),
};

export const job: Readonly<Record<string, Handler>> = {
  get: (call) => one(jobResource(call, byId(call))),
  end: (call) => {
    finishExternalJob(call, byId(call));
    return complete();
  },
  clear: (call) => {
    clearExternalJob(call, byId(call));
    return complete();
  },
};

export const steps: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const owner = byId(call);
    return many(
      'step',
      owner.steps.map((step) => stepResource(owner, step)),
    );
  },
  add: (call) => {
    const owner = byId(call);
    return created(stepResource(owner, beginExternalStep(call, owner)));
  },
};

function stepOfPath(call: Call): { owner: Job; found: Step } {
  const owner = byId(call);
  const found = owner.steps.find((one) => one.id === call.route.ids[1]);
  if (!found) throw unknownId();
  return { owner, found };
}

export const step: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const { owner, found } = stepOfPath(call);
    return one(stepResource(owner, found));
  },
  end: (call) => {
    const { owner, found } = stepOfPath(call);
    finishExternalStep(call, owner, found);
    return complete();
  },
};
