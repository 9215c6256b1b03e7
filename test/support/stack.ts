/** Everything that a run needs, as in production: lab, namespace, worker process, client. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { TASK_QUEUE } from '../../workflows/contract.ts';
import { LOCKS } from '../../workflows/locks/contract.ts';
import type { LabControl } from './lab-control.ts';
import { LabProcess, type LabWish } from './lab-process.ts';
import { createNamespace } from './namespace.ts';
import { type End, RunHandle } from './run.ts';
import { WorkerProcess } from './worker-process.ts';

export interface StackWish extends LabWish {
  /** Address of the Temporal server. */
  readonly address: string;
  readonly workerEnv?: Readonly<Record<string, string>>;
  /** A worker with as little memory as in production. */
  readonly smallWorker?: boolean;
}

export class Stack {
  private readonly runs: RunHandle[] = [];

  private constructor(
    readonly directory: string,
    readonly client: Client,
    readonly lab: LabProcess,
    readonly worker: WorkerProcess,
  ) {}

  static async open({ address, workerEnv, smallWorker = false, ...wish }: StackWish): Promise<Stack> {
    const directory = mkdtempSync(join(tmpdir(), 'ovirt-runbooks-stack-'));
    const namespace = await createNamespace(address);
    const connection = await Connection.connect({ address });
    const client = new Client({ connection, namespace });
    const lab = await LabProcess.start(directory, wish);
    const worker = new WorkerProcess(directory, {
      address,
      namespace,
      inventory: lab.inventory,
      small: smallWorker,
      ...(workerEnv && { env: workerEnv }),
    });
    const stack = new Stack(directory, client, lab, worker);
    try {
      await worker.start();
      return stack;
    } catch (error) {
      await stack.close();
      throw error;
    }
  }

  get control(): LabControl {
    return this.lab.control;
  }

  /** Starts a runbook; `deployHostedEngine` on host1 where nothing else is said. */
  start(input: object = {}, runbook = 'deployHostedEngine'): Promise<RunHandle> {
    return this.startWith(runbook, { host: 'host1', ...input });
  }

  /** Runs a runbook with just this input to its end; nobody is there to answer. */
  async run(runbook: string, input: object): Promise<End> {
    return (await this.startWith(runbook, input)).end();
  }

  /** Starts a runbook with just this input. */
  async startWith(runbook: string, input: object): Promise<RunHandle> {
    const handle = await this.client.workflow.start(runbook, {
      taskQueue: TASK_QUEUE,
      workflowId: `${runbook}-${randomUUID()}`,
      args: [input],
    });
    const run = new RunHandle(handle);
    this.runs.push(run);
    return run;
  }

  /** Starts a run and cancels it once the engine has done what `match` asks of it, before the run knows. */
  async startCancelledAt(match: string, runbook: string, input: object): Promise<RunHandle> {
    const since = await this.control.now();
    const done = await this.control.fault({ target: 'engine', kind: 'hold-after', match });
    const run = await this.startWith(runbook, input);
    await this.control.awaitEntry(since, ({ kind, text }) => kind === 'fault' && text.startsWith('hold-after'));
    await run.handle.cancel();
    await this.control.release(done);
    return run;
  }

  /** A datacentre as on the first day, and no run of an earlier test that still acts on it. */
  async fresh(wish: { preset?: string; hosts?: number; seed?: number } = {}): Promise<void> {
    // The keeper of the locks goes last: another one finds no open run, so no test waits for the dead of the one before.
    const handles = [...this.runs.splice(0).map(({ handle }) => handle), this.client.workflow.getHandle(LOCKS.id)];
    for (const handle of handles) await handle.terminate('the test is over').catch(() => undefined);
    await this.control.reset(wish);
  }

  /** Ends every process and removes what they kept. */
  async close(): Promise<void> {
    await Promise.allSettled([this.worker.end(), this.lab.end()]);
    await this.client.connection.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
