import { tell, userName } from '../database/events.ts';
import type { Job, Step } from '../database/jobs.ts';
import { addExternalJob, addExternalStep, endExternalJob, endExternalStep } from '../database/jobs.ts';
import type { Call } from '../routing/call.ts';
import { incomplete, refused } from '../wire/fault.ts';
import { flag, part, text } from '../wire/values.ts';

type Doing = 'add External Job' | 'Clear External Job' | 'End External Step';

/** A client works on nothing but what a client has made. */
function checkExternal(doing: Doing, one: { readonly external?: true }): void {
  if (one.external !== true) {
    throw refused(409, `Cannot ${doing}. External steps can be added only to external jobs or steps.`);
  }
}

/** A job that a client reports; nothing is done for it, and nobody but a client ends it (engine: AddExternalJob). */
export function beginExternalJob(call: Call): Job {
  const { lab, db, body, correlationId } = call;
  const description = text(body, 'description');
  if (!description) throw incomplete('Job [description] required for add');
  const job = addExternalJob(lab, db, { description, correlationId, autoCleared: flag(body, 'auto_cleared') ?? false });
  const user = userName(call.user);
  tell(lab, db, {
    code: 11000,
    correlationId,
    user,
    text: `New external Job ${description} was added by user ${user}`,
  });
  lab.changed(`external job ${job.id} added`);
  return job;
}

export function beginExternalStep(call: Call, job: Job): Step {
  const { lab, body } = call;
  const [type, description] = [text(body, 'type'), text(body, 'description')];
  const lacking = [...(type ? [] : ['type']), ...(description ? [] : ['description'])];
  if (!type || !description) throw incomplete(`Step [${lacking.join(', ')}] required for add`);
  checkExternal('add External Job', job);
  const parent = text(part(body, 'parent_step'), 'id');
  if (parent !== undefined && !job.steps.some((one) => one.id === parent)) {
    throw refused(409, 'Cannot add External Job. Step should be a child of the Job or other Step.');
  }
  const step = addExternalStep(lab, job, { type, description }, parent);
  lab.changed(`step ${step.id} of external job ${job.id} added`);
  return step;
}

const outcome = (call: Call): 'finished' | 'failed' => ((flag(call.body, 'succeeded') ?? true) ? 'finished' : 'failed');

export function finishExternalJob(call: Call, job: Job): void {
  checkExternal('Clear External Job', job);
  endExternalJob(call.lab, job, outcome(call), flag(call.body, 'force') ?? false);
  call.lab.changed(`external job ${job.id} ended`);
}

export function finishExternalStep(call: Call, job: Job, step: Step): void {
  checkExternal('End External Step', step);
  endExternalStep(call.lab, job, step, outcome(call));
  call.lab.changed(`step ${step.id} of external job ${job.id} ended`);
}

/** Lets a client's job be forgotten some time after its end. */
export function clearExternalJob(call: Call, job: Job): void {
  checkExternal('Clear External Job', job);
  job.autoCleared = true;
  call.lab.changed(`external job ${job.id} may be forgotten`);
}
