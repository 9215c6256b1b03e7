import { join } from 'node:path';
import { prepareWorker, type WorkerProgram } from '../../workers/program.ts';
import { Child } from './child.ts';
import { CODE_HOME } from './shared-code.ts';

export interface WorkerWish {
  readonly address: string;
  readonly namespace: string;
  readonly inventory: string;
  readonly env?: Readonly<Record<string, string>>;
  /** With what saves its memory, as in production, for those who measure it; it costs a fifth of its processor time. */
  readonly small?: boolean;
}

let program: Promise<WorkerProgram> | undefined;

/** Looked at once: while tests run nobody changes the sources, and some of them start a worker a hundred times. */
function preparedWorker(): Promise<WorkerProgram> {
  program ??= prepareWorker(CODE_HOME);
  return program;
}

/** A worker in a process of its own, so that it can be killed as a machine that fails kills it. */
export class WorkerProcess {
  private child: Child<unknown> | undefined;
  readonly log: string;
  readonly home: string;

  constructor(
    directory: string,
    private readonly wish: WorkerWish,
  ) {
    this.home = join(directory, 'home');
    this.log = join(directory, 'worker.log');
  }

  /** Returns when the worker polls. */
  async start(): Promise<void> {
    const { command, args, env } = await preparedWorker();
    const { address, namespace, inventory, small = false } = this.wish;
    this.child = await Child.start(command, {
      args: small ? args : args.filter((arg) => !arg.startsWith('--')),
      env: {
        ...(small && env),
        TEMPORAL_ADDRESS: address,
        TEMPORAL_NAMESPACE: namespace,
        RUNBOOK_INVENTORY: inventory,
        RUNBOOK_HOME: this.home,
        ...this.wish.env,
      },
      log: this.log,
    });
  }

  /** Starts it again if it has been killed. */
  async revive(): Promise<void> {
    if (this.child?.alive !== true) await this.start();
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  async kill9(): Promise<void> {
    await this.child?.kill9();
  }

  async end(): Promise<void> {
    await this.child?.end();
  }
}
