import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { lineLogger } from '../../workers/log.ts';
import { registerSearchAttributes, SEARCH_ATTRIBUTES } from '../../workers/search-attributes.ts';
import { workerCode } from '../../workers/worker-code.ts';
import { workflowCode } from '../../workers/workflow-code.ts';
import { TASK_QUEUE } from '../../workflows/contract.ts';
import { createNamespace } from '../support/namespace.ts';
import { temporalAddress } from '../support/temporal.ts';
import { startTemporal, type TemporalServer } from '../support/temporal-server.ts';
import { WorkerProcess } from '../support/worker-process.ts';

let directory: string;
let lines: string[];
const logger = lineLogger(undefined, (line) => lines.push(line));

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runbook-worker-'));
  lines = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe.each([
  ['the workflows', workflowCode],
  ['the worker', workerCode],
])('the code of %s', (_what, code) => {
  it('is made once, and again when something that went into it has changed', async () => {
    const first = await code(directory);
    expect(first.cached).toBe(false);
    expect(await code(directory)).toEqual({ path: first.path, cached: true });

    const record = `${first.path}.json`;
    const digests = JSON.parse(readFileSync(record, 'utf8')) as Record<string, string>;
    const contract = Object.keys(digests).find((path) => path.endsWith('workflows/contract.ts'));
    expect(contract).toBeDefined();
    writeFileSync(record, JSON.stringify({ ...digests, [contract ?? '']: 'another digest' }));
    expect(await code(directory)).toMatchObject({ cached: false });
  });
});

it('the worker finds the code of its thread for workflows where that is kept', async () => {
  const { path } = await workerCode(directory);
  const thread = readdirSync(join(directory, 'cache')).find((name) => /^workflow-\w+\.cjs$/.test(name)) ?? 'none';
  expect(readFileSync(path, 'utf8').replaceAll('\\\n', '')).toContain(JSON.stringify(join(directory, 'cache', thread)));
});

describe('search attributes', () => {
  it('are registered, usable when it returns, and registered only once', async () => {
    const connection = await NativeConnection.connect({ address: temporalAddress() });
    try {
      const namespace = await createNamespace(temporalAddress());
      expect(await registerSearchAttributes(connection, namespace, logger)).toBe(true);
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      expect(customAttributes).toMatchObject(SEARCH_ATTRIBUTES);
      expect(await registerSearchAttributes(connection, namespace, logger)).toBe(true);
      expect(lines).toEqual([]);
    } finally {
      await connection.close();
    }
  });

  it('are done without, and that is said, where one exists with another type', async () => {
    const connection = await NativeConnection.connect({ address: temporalAddress() });
    try {
      const namespace = await createNamespace(temporalAddress());
      const TEXT = 1;
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { OvirtHost: TEXT } });
      expect(await registerSearchAttributes(connection, namespace, logger)).toBe(false);
      expect(lines.join('')).toContain('OvirtHost has another type on this cluster');
    } finally {
      await connection.close();
    }
  });
});

interface Answer {
  readonly type?: string;
  readonly stack?: string;
}

/** Proves that the worker serves: a run of an unknown runbook is answered by its code. */
async function serves(address: string): Promise<Answer> {
  const connection = await Connection.connect({ address });
  try {
    const { workflow } = new Client({ connection });
    const id = `serves-${process.pid}-${performance.now()}`;
    return await workflow.execute('noSuchRunbook', { taskQueue: TASK_QUEUE, workflowId: id }).then(
      () => ({ type: 'completed' }),
      (error: { cause?: Answer }) => error.cause ?? { type: String(error) },
    );
  } finally {
    await connection.close();
  }
}

describe('the process of a worker', () => {
  it('serves on after Temporal was killed and came back, and ends when asked to', async () => {
    let server: TemporalServer | undefined;
    const database = join(directory, 'temporal.db');
    const cli = inject('temporalCli');
    server = await startTemporal(cli, { database });
    const { address } = server;
    const worker = new WorkerProcess(directory, {
      address,
      namespace: 'default',
      inventory: 'examples/datacenter.yaml',
    });
    try {
      await worker.start();
      const unknown = await serves(address);
      expect(unknown.type).toBe('UnknownRunbook');
      // A trace names the line as it is written.
      const [, file = '', line] = /at Function\.nonRetryable \((\S+):(\d+):/.exec(unknown.stack ?? '') ?? [];
      expect(readFileSync(file, 'utf8').split('\n')[Number(line) - 1]).toContain('new this(');
      const { pid } = worker;

      await new Promise((killed) => server?.process.once('exit', killed).kill('SIGKILL'));
      server = await startTemporal(cli, { database, port: Number(address.split(':')[1]) });
      expect((await serves(address)).type).toBe('UnknownRunbook');
      expect(worker.pid).toBe(pid);
      expect(() => process.kill(pid, 0)).not.toThrow();
    } finally {
      await worker.end();
      await server.close();
    }
    const log = readFileSync(worker.log, 'utf8').trim().split('\n');
    expect(log.map((line) => JSON.parse(line) as { msg?: string }).at(-1)).toMatchObject({ msg: 'stopped' });
  });
});
