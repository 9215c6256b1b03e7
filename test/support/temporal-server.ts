/** Temporal dev servers, and those of a whole vitest run: one for each of its workers, started before the tests, ended after them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { Connection } from '@temporalio/client';
import type { TestProject } from 'vitest/node';
import { obtainTemporal } from '../../scripts/temporal.mjs';
import { endWithUs } from './end-with-us.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    temporalServers: readonly TemporalPlace[];
    temporalCli: string;
  }
}

export interface TemporalPlace {
  readonly address: string;
  readonly ui: string;
}

export interface TemporalServer extends TemporalPlace {
  readonly port: number;
  readonly uiPort: number;
  readonly process: ChildProcess;
  close(): Promise<void>;
  /** As a power cut would end it. */
  kill9(): Promise<void>;
}

const servers = new Set<ChildProcess>();
endWithUs(servers);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

interface ServerOptions {
  readonly database?: string;
  readonly port?: number;
  readonly uiPort?: number;
}

/** The server ended before it served: most likely another process took a port between its choice and its use. */
class EndedEarly extends Error {}

const TRIES = 4;

/** Starts a dev server on free ports; with `database` its state outlives it, so that it can be killed and started again. */
export async function startTemporal(cli: string, options: ServerOptions = {}): Promise<TemporalServer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await tryTemporal(cli, options);
    } catch (error) {
      if (!(error instanceof EndedEarly) || tries === TRIES) throw error;
    }
  }
}

async function tryTemporal(cli: string, options: ServerOptions): Promise<TemporalServer> {
  const port = options.port ?? (await freePort());
  const uiPort = options.uiPort ?? (await freePort());
  const args = [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--ui-port',
    String(uiPort),
    '--log-level',
    'error',
  ];
  args.push(
    '--dynamic-config-value',
    'history.transferProcessorMaxPollRPS=2000',
    '--dynamic-config-value',
    'history.timerProcessorMaxPollRPS=2000',
  );
  if (options.database !== undefined) args.push('--db-filename', options.database);
  const child = spawn(cli, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  servers.add(child);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2000);
  });
  const address = `127.0.0.1:${port}`;
  const connection = await reach(address, child).catch((error: unknown) => {
    if (!(error instanceof EndedEarly)) throw error;
    servers.delete(child);
    throw new EndedEarly(`${error.message}: ${said}`);
  });
  await connection.close();
  const end = (signal: NodeJS.Signals) =>
    new Promise<void>((closed) => {
      if (child.exitCode !== null || child.signalCode !== null) return closed();
      child.once('exit', () => {
        servers.delete(child);
        closed();
      });
      child.kill(signal);
    });
  return {
    address,
    ui: `http://127.0.0.1:${uiPort}`,
    port,
    uiPort,
    process: child,
    close: () => end('SIGTERM'),
    kill9: () => end('SIGKILL'),
  };
}

async function reach(address: string, child: ChildProcess): Promise<Connection> {
  const until = Date.now() + 60_000;
  for (;;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: 2000 });
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return connection;
    } catch (error) {
      if (child.exitCode !== null) throw new EndedEarly(`the Temporal server ended with exit code ${child.exitCode}`);
      if (Date.now() > until) throw error;
    }
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cli = await obtainTemporal({ log: (line) => void process.stderr.write(`${line}\n`) });
  const started = await Promise.all(Array.from({ length: project.config.maxWorkers }, () => startTemporal(cli)));
  project.provide(
    'temporalServers',
    started.map(({ address, ui }) => ({ address, ui })),
  );
  project.provide('temporalCli', cli);
  return async () => {
    await Promise.all(started.map((server) => server.close()));
  };
}
