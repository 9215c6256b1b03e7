import { bootstrapVm } from './bootstrap-vm.ts';
import type { Deployment } from './deployment.ts';

/** A task that failed, with what Ansible prints besides the message. */
export class TaskFailed extends Error {
  readonly details: Readonly<Record<string, unknown>>;
  readonly headline: string | undefined;
  constructor(msg: string, details: Readonly<Record<string, unknown>> = {}, headline?: string) {
    super(msg);
    this.details = details;
    this.headline = headline;
  }
}

export interface Task {
  readonly name: string | ((d: Deployment) => string);
  /** Typical virtual seconds. */
  readonly seconds: number;
  readonly result: 'ok' | 'changed';
  /** `engine`: runs inside the bootstrap VM over SSH; `api`: asks the bootstrap engine. */
  readonly on?: 'engine' | 'api';
  readonly skip?: ((d: Deployment) => boolean) | undefined;
  /** The task's effect upon the world; it comes after half of the seconds, so that a kill can hit before and after. */
  readonly run?: ((d: Deployment) => void | Promise<void>) | undefined;
  readonly ignoreErrors?: boolean;
}

export interface Block {
  readonly tasks: readonly Task[];
  /** Runs when a task of the block failed, and then the play ends as failed. */
  readonly rescue?: readonly Task[];
}

type Extra = Partial<Pick<Task, 'on' | 'skip' | 'run' | 'ignoreErrors'>>;
export const ok = (name: Task['name'], seconds = 1, extra: Extra = {}): Task => ({
  name,
  seconds,
  result: 'ok',
  ...extra,
});
export const changed = (name: Task['name'], seconds = 1, extra: Extra = {}): Task => ({
  name,
  seconds,
  result: 'changed',
  ...extra,
});
/** A task that ordinary deployments skip. */
export const skipped = (name: Task['name']): Task => ({ name, seconds: 0.4, result: 'ok', skip: () => true });
/** A `fail:` task: skipped unless its condition holds. */
export const fail = (name: Task['name'], complaint: (d: Deployment) => string | undefined): Task => ({
  name,
  seconds: 0.4,
  result: 'ok',
  skip: (d) => complaint(d) === undefined,
  run: (d) => {
    throw new TaskFailed(complaint(d) ?? '');
  },
});

/** JSON as Ansible prints it: sorted keys, blanks after colon and comma. */
export function ansibleJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(ansibleJson).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}: ${ansibleJson(item)}`).join(', ')}}`;
  }
  return JSON.stringify(value);
}

function say(d: Deployment, level: 'info' | 'error', text: string): void {
  d.console[level](text);
  if (d.playLog) d.host.fs.append(d.playLog, `${text}\n`);
}

export async function runTask(d: Deployment, task: Task): Promise<void> {
  const name = typeof task.name === 'string' ? task.name : task.name(d);
  say(d, 'info', `TASK [ovirt.hosted_engine_setup : ${name}]`);
  if (task.skip?.(d)) {
    await d.ctx.sleep(task.seconds);
    // A skipped task may still have been given a condition that holds only now.
    say(d, 'info', 'skipping: [localhost]');
    return;
  }
  const where = task.on === 'engine' ? `[localhost -> ${d.fqdn}]` : '[localhost]';
  try {
    await d.ctx.sleep(task.seconds / 2);
    if (task.on) requireBootstrapVm(d, task.on);
    await task.run?.(d);
    await d.ctx.sleep(task.seconds / 2);
  } catch (error) {
    if (!(error instanceof TaskFailed)) throw error;
    if (task.ignoreErrors) return;
    if (error.headline) say(d, 'error', error.headline);
    const kind = 'unreachable' in error.details ? 'UNREACHABLE' : 'FAILED';
    say(
      d,
      'error',
      `fatal: ${where}: ${kind}! => ${ansibleJson({ changed: false, ...error.details, msg: error.message })}`,
    );
    throw error;
  }
  say(d, 'info', `${task.result}: ${where}`);
}

function requireBootstrapVm(d: Deployment, on: 'engine' | 'api'): void {
  if (bootstrapVm.isRunning(d.host)) return;
  if (on === 'engine') {
    const msg = `Failed to connect to the host via ssh: ssh: connect to host ${d.fqdn} port 22: No route to host`;
    throw new TaskFailed(msg, { unreachable: true });
  }
  throw new TaskFailed(
    `Error during SSO authentication: Failed to connect to ${d.fqdn} port 443: No route to host`,
    {},
    'OVirtError',
  );
}
