import { join } from 'node:path';
import { prepareWorker } from '../../workers/program.ts';
import { Child } from './child.ts';
import { shareCode } from './shared-code.ts';

export interface WorkerWish {
  readonly address: string;
  readonly namespace: string;
  readonly inventory: string;
  readonly env?: Readonly<Record<string, string>>;
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
    shareCode(this.home);
  }

  /** Returns when the worker polls. */
  async start(): Promise<void> {
    const { command, args, env } = await prepareWorker(this.home);
    this.child = await Child.start(command, {
      args,
      env: {
        ...env,
        TEMPORAL_ADDRESS: this.wish.address,
        TEMPORAL_NAMESPACE: this.wish.namespace,
        RUNBOOK_INVENTORY: this.wish.inventory,
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
