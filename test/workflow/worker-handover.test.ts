import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { operation } from '../../activities/operation.ts';
import { lineLogger } from '../../workers/log.ts';
import { createRunbookWorker, type RunbookWorker } from '../../workers/worker.ts';
import { workflowCode } from '../../workers/workflow-code.ts';
import { createNamespace } from '../support/namespace.ts';
import { CODE_HOME } from '../support/shared-code.ts';
import { temporalAddress } from '../support/temporal.ts';
import { until } from '../support/until.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/datacenter.yaml', import.meta.url));
const WORKFLOWS = fileURLToPath(new URL('./fixtures/one-activity.ts', import.meta.url));
/** Below the grace time and the heartbeat time-out, 10 seconds each. */
const PROMPT_MS = 5_000;

/** By which tries the waiting operation looked, and whether it may end. */
let looks: number[];
let over: boolean;

const waitForLong = operation<{ host: string }, undefined>({
  name: 'waitForLong',
  title: () => 'Wait for long',
  look: async (context) => {
    const look = looks.push(performance.now());
    context.progress(`look ${look}`);
    while (!over) await context.pause(0.1);
    return undefined;
  },
  decide: () => ({ state: 'already', changes: [], evidence: ['it is over'] }),
});

let home: string;
let code: string;
let namespace: string;
let connection: Connection;
let client: Client;
const running: { worker: RunbookWorker; ended: Promise<void> }[] = [];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'runbook-handover-'));
  code = (await workflowCode(CODE_HOME, WORKFLOWS)).path;
  connection = await Connection.connect({ address: temporalAddress() });
  namespace = await createNamespace(temporalAddress());
  client = new Client({ connection, namespace });
});
afterAll(async () => {
  await connection.close();
  rmSync(home, { recursive: true, force: true });
});
beforeEach(() => {
  looks = [];
  over = false;
});
afterEach(async () => {
  over = true;
  for (const { worker, ended } of running.splice(0)) {
    worker.stop();
    await ended;
  }
});

async function serve(): Promise<{ worker: RunbookWorker; ended: Promise<void> }> {
  const worker = await createRunbookWorker({
    address: temporalAddress(),
    namespace,
    taskQueue: 'handover',
    inventory: EXAMPLE,
    home,
    identity: randomUUID(),
    logger: lineLogger({ level: 'ERROR', format: 'json' }),
    operations: { waitForLong },
    workflowCode: code,
  });
  const one = { worker, ended: worker.run() };
  running.push(one);
  await worker.polling();
  return one;
}

const start = () =>
  client.workflow.start('oneActivity', {
    taskQueue: 'handover',
    workflowId: randomUUID(),
    args: [
      'waitForLong.check',
      { step: { run: 'r', id: 's', title: 't', attempt: 1, pass: 'run' }, params: { host: 'host1' } },
    ],
  });

describe('a worker', () => {
  it('that stops gives its work to the next one, without waiting for any time-out', async () => {
    const first = await serve();
    const run = await start();
    await until(() => looks.length === 1);
    await serve();
    first.worker.stop();
    await vi.waitUntil(() => looks.length === 2, PROMPT_MS);
    over = true;
    expect(await run.result()).toMatchObject({ state: 'already', evidence: ['it is over'] });
  });

  it('hears of a cancel with the next heartbeat, and what is waited for shows meanwhile', async () => {
    await serve();
    const run = await start();
    await until(() => looks.length === 1);
    await until(async () => {
      const { raw } = await run.describe();
      const details = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads?.[0]?.data;
      return details !== undefined && Buffer.from(details ?? []).toString() === '{"line":"look 1"}';
    });
    const asked = performance.now();
    await run.cancel();
    await expect(run.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(performance.now() - asked).toBeLessThan(6_000);
  });
});
