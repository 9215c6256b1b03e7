import { afterAll, beforeAll, expect, test } from 'vitest';
import { engineRequests, withoutIds } from '../support/engine-requests.ts';
import type { End } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';

const DEPLOYED = { preset: 'deployed', hosts: 2 };
const BY = { standingApproval: { by: 'Ada' } };

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), ...DEPLOYED });
});
afterAll(() => stack?.close());

async function run(runbook: string, input: object): Promise<End> {
  return (await stack.startWith(runbook, input)).end();
}

test('a data center and a cluster: planned, made, there already', async () => {
  const untouched = await stack.control.revision();
  const planned = await run('createDataCenter', { name: 'Second', mode: 'plan' });
  expect(planned.type, planned.message).toBe('succeeded');
  expect(planned.report?.plan?.steps.map(({ title, state, commands }) => [title, state, commands])).toEqual([
    ['Compare the data center Second', 'already', []],
    ['Create the data center Second', 'wouldDo', ['POST /datacenters {"name":"Second","local":false}']],
  ]);
  expect(await stack.control.revision()).toBe(untouched);

  const since = await stack.control.now();
  const made = await run('createDataCenter', { name: 'Second' });
  expect(made.type, made.message).toBe('succeeded');
  expect(made.report?.decisions).toEqual([]);
  const there = await stack.control.revision();
  const next = await run('createCluster', { name: 'Second', dataCenter: 'Second', mode: 'plan' });
  expect(next.report?.plan?.steps.map(({ state }) => state)).toEqual(['already', 'wouldDo']);
  expect(await stack.control.revision()).toBe(there);
  const cluster = await run('createCluster', { name: 'Second', dataCenter: 'Second' });
  expect(cluster.type, cluster.message).toBe('succeeded');
  expect(cluster.report?.steps.at(-1)?.commands).toEqual([
    'POST /clusters {"name":"Second","data_center":{"name":"Second"},"cpu":{"architecture":"x86_64","type":"Intel Skylake Server IBRS SSBD MDS Family"},"switch_type":"legacy","firewall_type":"firewalld"}',
  ]);
  expect(engineRequests(await stack.control.journal(since))).toEqual(['POST /datacenters', 'POST /clusters']);

  const before = await stack.control.revision();
  for (const [runbook, input] of [
    ['createDataCenter', { name: 'Second' }],
    ['createCluster', { name: 'Second', dataCenter: 'Second' }],
  ] as const) {
    const again = await run(runbook, input);
    expect(again.type, again.message).toBe('succeeded');
    expect(again.report?.steps.at(-1)?.state).toBe('already');
  }
  expect(await stack.control.revision()).toBe(before);
});

test('an existing cluster is compared, and changed only when that is approved', async () => {
  const before = await stack.control.revision();
  const handle = await stack.startWith('createCluster', {
    name: 'Default',
    dataCenter: 'Default',
    cpuType: 'Intel Westmere Family',
  });
  const { waiting } = await handle.waitingFor('approval');
  expect(waiting?.show?.Differences).toBe('its CPU type is not set instead of Intel Westmere Family');
  expect(await stack.control.revision()).toBe(before);
  await handle.approve('Ada');
  const end = await handle.end();
  expect(end.type, end.message).toBe('succeeded');
  expect(end.report?.steps.at(-1)?.commands?.[0]).toMatch(
    /^PUT \/clusters\/\S+ \{"cpu":\{"type":"Intel Westmere Family"\}\}$/,
  );
});

test('what cannot be is refused in one sentence each, before anything is touched', async () => {
  const before = await stack.control.revision();
  const unknown = await run('createCluster', { name: 'Third', cpuType: 'Intel 8086 Family', ...BY });
  expect(unknown.message).toContain('the engine knows no CPU type "Intel 8086 Family" at level 4.3');
  const nowhere = await run('createCluster', { name: 'Third', dataCenter: 'Nowhere', ...BY });
  expect(nowhere.message).toContain('the engine has no data center Nowhere');
  const misplaced = await run('createCluster', { name: 'Default', dataCenter: 'Second', ...BY });
  expect(misplaced.message).toContain('cluster Default exists, but not in data center Second');
  const misnamed = await run('createDataCenter', { name: 'a b' });
  expect(misnamed.message).toContain('name: may hold up to 40 letters, digits, - and _ only');
  expect(await stack.control.revision()).toBe(before);
});

test('refused by the engine and rolled back, nothing is left', async () => {
  await stack.control.fault({ target: 'engine', kind: 'http', match: 'POST .*/datacenters', status: 409, times: 1 });
  const handle = await stack.startWith('createDataCenter', { name: 'Fourth' });
  const { waiting } = await handle.waitingFor('parked');
  expect(waiting?.options).toContain('rollback');
  await handle.decide({ step: waiting?.id, verb: 'rollback', by: 'Ada' });
  const end = await handle.end();
  expect(end.type, end.message).toBe('rolledBack');
  expect(end.report?.remains).toEqual([]);
});

test.each([
  ['createDataCenter', { name: 'Fifth' }, 'datacenters'],
  ['createCluster', { name: 'Fifth', dataCenter: 'Second' }, 'clusters'],
])('%s: cancelled once it was made, it is gone again', async (runbook, input, path) => {
  const since = await stack.control.now();
  const handle = await stack.startCancelledAt(`POST .*/${path}`, runbook, input);
  const end = await handle.end();
  expect(end.type, end.message).toBe('cancelled');
  expect((await handle.record()).remains).toEqual([]);
  const requests = withoutIds(engineRequests(await stack.control.journal(since)));
  expect(requests).toEqual([`POST /${path}`, `DELETE /${path}/ID`]);
});
