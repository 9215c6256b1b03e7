import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Report } from '../../workflows/contract.ts';
import { differences, lasting } from '../faults/outcome.ts';
import type { LabState } from '../support/lab-control.ts';
import type { End, RunHandle } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';

// A whole deployment each; several seconds on an idle machine.
vi.setConfig({ testTimeout: 120_000 });

let stack: Stack;
let before: LabState;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress() });
});
afterAll(() => stack?.close());
beforeEach(() => stack.fresh());

const by = 'Ada';

test('a rollback cleans up, puts the firewall back, and leaves nothing but what it lists', async () => {
  await stack.control.fault({ target: 'host1', kind: 'firewalld-off' });
  const run = await parkedRun();
  await run.decide({ step: 'run-hosted-engine-deploy', verb: 'rollback', by });
  const asked = await run.until(({ waiting }) => waiting?.kind === 'approval');
  expect(asked.phase).toBe('waiting');
  expect(asked.waiting).toMatchObject({ title: 'Clean up what the deploy left, or keep it for inspection?' });
  expect(asked.waiting?.show?.['Will be run']).toMatch(/rm -rf -- \/var\/lib\/ovirt-hosted-engine-setup\/answers\//);
  await run.approve(by);
  const end = await run.end();
  expect(end.type, end.message).toBe('rolledBack');
  expect(end.report?.steps.filter(({ state }) => state === 'undoFailed')).toEqual([]);
  await listsWhatRemains(end);
  const { host1 } = (await stack.control.state()).hosts;
  expect(host1?.firewall).toEqual(before.hosts.host1?.firewall);
});

test('a deployment that failed at its very end is cleaned up, and what its LUN keeps is listed', async () => {
  await stack.control.fault({ target: 'host1', kind: 'bad-final-health' });
  before = await stack.control.state();
  const run = await stack.start();
  await run.approve(by);
  await run.until(({ waiting }) => waiting?.kind === 'parked');
  await run.decide({ step: 'run-hosted-engine-deploy', verb: 'rollback', by });
  const asked = await run.until(({ waiting }) => waiting?.kind === 'approval');
  expect(asked.waiting?.show?.['Will be run']).toContain('ovirt-hosted-engine-cleanup -q');
  await run.approve(by);
  const end = await run.end();
  expect(end.type, end.message).toBe('rolledBack');
  expect((await stack.control.state()).hostedEngine).toMatchObject({ deployed: false });
  await listsWhatRemains(end);
});

test('a cancel in the middle of the deployment stops it, undoes it, and closes as cancelled', async () => {
  before = await stack.control.state();
  const since = await stack.control.now();
  await stack.control.fault({ target: 'host1', kind: 'hold-before', match: '--tags=create_storage_domain' });
  const run = await stack.start();
  await run.approve(by);
  const deploying = await stack.control.awaitEntry(
    since,
    ({ kind, text }) => kind === 'process' && text.includes('--tags=create_storage_domain'),
  );
  await run.handle.cancel();
  await run.until(({ waiting }) => waiting?.kind === 'approval');
  await run.approve(by);
  const end = await run.end();
  expect(end.type).toBe('cancelled');
  expect((await run.handle.describe()).status.name).toBe('CANCELLED');

  const journal = await stack.control.journal(since);
  const unit = deploying.text.split(' ')[0] ?? '';
  const last = journal.findLast(({ kind, text }) => kind === 'process' && text.startsWith(`${unit} `));
  const undone = journal.find(({ kind, text }) => kind === 'process' && /ovirt-hosted-engine-cleanup/.test(text));
  expect(undone, 'the cleanup ran').toBeDefined();
  expect(last?.n, 'the deployment was gone before its undo began').toBeLessThan(undone?.n ?? 0);
  const { remains } = await run.record();
  expect((await stack.control.state()).hostedEngine).toMatchObject({ deployed: false });
  await explains(remains);
});

test('an abort leaves everything as it is and says what that is', async () => {
  const run = await parkedRun();
  const parked = await stack.control.state();
  await run.decide({ step: 'run-hosted-engine-deploy', verb: 'abort', by });
  const end = await run.end();
  expect(end.type).toBe('aborted');
  expect(end.message).toContain('Ada aborted after "Run hosted-engine --deploy" failed');
  expect(lasting(await stack.control.state())).toEqual(lasting(parked));
  await listsWhatRemains(end);
  for (const { byHand } of end.report?.remains ?? []) expect(byHand).not.toBe('');
});

test('a rejected deployment is rolled back to what can be, and the rest is listed', async () => {
  before = await stack.control.state();
  const run = await stack.start();
  const { waiting } = await run.waitingFor('approval');
  await run.decide({ ...waiting?.answer, verdict: 'reject', by, note: 'not today' });
  const end = await run.end();
  expect(end.type).toBe('rejected');
  expect(end.message).toContain('Ada rejected "Deploy the hosted engine": not today');
  expect((await stack.control.state()).hostedEngine).toMatchObject({ deployed: false });
  await listsWhatRemains(end);
});

/** A run whose deployment has failed for a reason without a name. */
async function parkedRun(): Promise<RunHandle> {
  await stack.control.fault({ target: 'host1', kind: 'deploy-unknown' });
  before = await stack.control.state();
  const run = await stack.start();
  await run.approve(by);
  await run.until(({ waiting }) => waiting?.kind === 'parked');
  return run;
}

async function listsWhatRemains({ report }: End): Promise<void> {
  if (report === undefined) throw new Error('the run has no report');
  await explains(report.remains);
}

/** Each difference in the datacentre is named by something that remains. */
async function explains(remains: Report['remains']): Promise<void> {
  const changed = differences(lasting(before), lasting(await stack.control.state()));
  const told = remains.map(({ what, byHand }) => `${what} ${byHand}`).join('\n');
  const topics: readonly [RegExp, RegExp][] = [
    [
      /^hosts\.host1\.(packages|repositories|enabled|services)\b/,
      /packages .* installed on host1|and what they brought/,
    ],
    [/^(luns|hostedEngine\.storage|engine)\b/, /LUN 3600a098000e4b4b3000003c95d171065: volume group/],
    [
      /^hosts\.host1\.(domains|interfaces|firewall|ha\w+|hostedEngineDeployed)\b/,
      /"Run hosted-engine --deploy" is still in effect/,
    ],
    [/^hosts\.host1\.interfaces\b/, /bridge virbr0/],
    [/^hostedEngine\b/, /"Run hosted-engine --deploy" is still in effect/],
  ];
  const untold = changed.filter((line) => !topics.some(([where, word]) => where.test(line) && word.test(told)));
  expect(untold, told).toEqual([]);
  if (changed.length === 0) expect(remains).toEqual([]);
}
