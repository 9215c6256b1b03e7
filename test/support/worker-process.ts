import { mkdirSync, symlinkSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { Child } from './child.ts';

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
    shareBundles(this.home);
  }

  /** Returns when the worker polls. */
  async start(): Promise<void> {
    this.child = await Child.start('workers/main.ts', {
      env: {
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

/** Bundles are kept by the content of their sources, so every worker of every test may use the same ones. */
function shareBundles(home: string): void {
  const shared = join(tmpdir(), `ovirt-runbooks-bundles-${userInfo().username}`);
  mkdirSync(shared, { recursive: true, mode: 0o700 });
  mkdirSync(home, { recursive: true });
  symlinkSync(shared, join(home, 'cache'));
}
