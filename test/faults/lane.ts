import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunHandle } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { startTemporal, type TemporalServer } from '../support/temporal-server.ts';
import { Operator } from './operator.ts';
import type { Story } from './stories/index.ts';

const SPEED = 600;

/** Lab, Temporal on a database, and worker of its own: cases in different lanes cannot disturb each other. */
export class Lane {
  /** Of the run of a story that asks people. */
  operator: Operator | undefined;

  private constructor(
    readonly stack: Stack,
    private temporal: TemporalServer,
    private readonly cli: string,
    private readonly directory: string,
  ) {}

  static async open(cli: string, hosts: number): Promise<Lane> {
    const directory = mkdtempSync(join(tmpdir(), 'ovirt-runbooks-lane-'));
    const temporal = await startTemporal(cli, { database: join(directory, 'temporal.db') });
    try {
      return new Lane(await Stack.open({ address: temporal.address, speed: SPEED, hosts }), temporal, cli, directory);
    } catch (error) {
      await temporal.close();
      throw error;
    }
  }

  /** A datacentre as the story begins with, and a living worker. */
  async prepare({ world, prepare }: Story): Promise<void> {
    await this.stack.fresh({ ...world, seed: 1 });
    await this.operator?.leave();
    this.operator = undefined;
    await this.stack.control.releaseAll();
    await prepare?.(this.stack);
    // What the preparation brought about is no fault that has to hit the run.
    await this.stack.control.releaseAll();
    await this.stack.worker.revive();
  }

  /**
   * A run that asks nobody or, where that is the story, an operator.
   * @param slowAt id of a question that the operator does not answer yet
   */
  async start({ runbook, input, asks }: Story, slowAt?: string): Promise<RunHandle> {
    const standing = { standingApproval: { by: 'the fault loop' } };
    const run = await this.stack.startWith(runbook, { ...input, ...(asks ? {} : standing) });
    if (asks) this.operator = new Operator(run, slowAt);
    return run;
  }

  /** SIGKILL, then another process on the same database and port. */
  async restartTemporal(): Promise<void> {
    const { port, uiPort } = this.temporal;
    await this.temporal.kill9();
    this.temporal = await startTemporal(this.cli, { database: join(this.directory, 'temporal.db'), port, uiPort });
  }

  async close(): Promise<void> {
    await this.operator?.leave();
    await this.stack.close();
    await this.temporal.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
