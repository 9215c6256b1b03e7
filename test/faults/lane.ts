import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunHandle } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { startTemporal, type TemporalServer } from '../support/temporal-server.ts';

export const HOST = 'host1';
const SPEED = 600;

/** Lab, Temporal on a database, and worker of its own: cases in different lanes cannot disturb each other. */
export class Lane {
  private constructor(
    readonly stack: Stack,
    private temporal: TemporalServer,
    private readonly cli: string,
    private readonly directory: string,
  ) {}

  static async open(cli: string): Promise<Lane> {
    const directory = mkdtempSync(join(tmpdir(), 'ovirt-runbooks-lane-'));
    const temporal = await startTemporal(cli, { database: join(directory, 'temporal.db') });
    try {
      return new Lane(await Stack.open({ address: temporal.address, speed: SPEED }), temporal, cli, directory);
    } catch (error) {
      await temporal.close();
      throw error;
    }
  }

  /** A fresh datacentre and a living worker. */
  async prepare(): Promise<void> {
    await this.stack.control.reset({ seed: 1 });
    await this.stack.worker.revive();
  }

  /** A whole deployment that asks nobody. */
  start(): Promise<RunHandle> {
    return this.stack.start({ host: HOST, standingApproval: { by: 'the fault loop' } });
  }

  /** SIGKILL, then another process on the same database and port. */
  async restartTemporal(): Promise<void> {
    const { port, uiPort } = this.temporal;
    await this.temporal.kill9();
    this.temporal = await startTemporal(this.cli, { database: join(this.directory, 'temporal.db'), port, uiPort });
  }

  async close(): Promise<void> {
    await this.stack.close();
    await this.temporal.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
