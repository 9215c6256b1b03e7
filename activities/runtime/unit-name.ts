import { createHash } from 'node:crypto';
import type { StepRef } from '../operation.ts';

/** Where everything lies that long commands leave on a host: script, log, exit code. Survives a reboot. */
export const UNIT_ROOT = '/var/lib/ovirt-runbooks';

/** What a followed operation is called on its host. */
export interface UnitPlace {
  /** Without `.service`. */
  readonly unit: string;
  readonly directory: string;
  readonly script: string;
  readonly log: string;
}

/**
 * The unit of a step: the same at every retry of an activity, so none of them starts it twice;
 * another one at every attempt that an operator or a recovery asked for.
 */
export function unitPlace(operation: string, step: StepRef): UnitPlace {
  // An undo counts its attempts anew, and may be the step's own operation.
  const attempt = [step.run, step.id, String(step.attempt), ...(step.pass === 'undo' ? ['undo'] : [])];
  const unit = `ovirt-runbook-${kebab(operation)}-${digest(...attempt)}`;
  const directory = `${UNIT_ROOT}/${unit}`;
  return { unit, directory, script: `${directory}/script`, log: `${directory}/log` };
}

/** The lock under which a step's short changes run. Not per attempt: an earlier attempt's command may live on. */
export function lockPath(step: StepRef): string {
  return `/run/lock/ovirt-runbooks-${digest(step.run, step.id)}.lock`;
}

function kebab(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
}

/** 48 bits: enough for the steps of one datacentre, short enough for a person to compare. */
function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}
