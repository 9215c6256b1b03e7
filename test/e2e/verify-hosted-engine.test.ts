import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { untilOnHost } from '../support/host-files.ts';
import type { End } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';
import { executedChanges } from './executed.ts';

const DEPLOYED = { preset: 'deployed', hosts: 2 };

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), ...DEPLOYED });
});
afterAll(() => stack?.close());
beforeEach(() => stack.fresh(DEPLOYED));

test('a sound engine: succeeds by itself and touches nothing', async () => {
  const before = await stack.control.state();
  const since = await stack.control.now();
  const end = await verify();
  expect(end.type, end.message).toBe('succeeded');
  expect(end.report?.steps[0]?.evidence?.[0]).toBe(
    'the hosted engine is sound: 2 hosts asked, host1.test.local runs the engine VM',
  );
  expect((await stack.control.state()).revision).toBe(before.revision);
  expect(executedChanges(await stack.control.journal(since))).toEqual([]);
});

test('a stopped agent is told from a dead cluster, by what another host says', async () => {
  await stack.control.event({ target: 'host1', action: 'stop-service', unit: 'ovirt-ha-agent' });
  const end = await verify();
  expect(end.type).toBe('failed');
  expect(refusals(end)).toEqual([
    'the HA agent of host1 is inactive/dead, so from there every host looks stale; asked in its place, host2 says: no live host publishes the engine VM',
    'libvirt on host1 runs the engine VM, but no HA agent publishes it',
  ]);
  expect(end.message).toContain('Run recoverHostedEngineAgent with {"host":"host1"}');
});

test('an agent stopped on the other host leaves the engine as it is', async () => {
  await stack.control.event({ target: 'host2', action: 'stop-service', unit: 'ovirt-ha-agent' });
  const end = await verify();
  expect(end.type).toBe('failed');
  expect(refusals(end)).toEqual([
    'the HA agent of host2 is inactive/dead, so from there every host looks stale; asked in its place, host1 says: the engine VM runs on host1.test.local, health good',
  ]);
});

test('global maintenance that somebody forgot is found, with its beginning', async () => {
  await stack.control.event({ target: 'host1', action: 'set-global-maintenance' });
  const published = 'grep -c "Current state GlobalMaintenance" /var/log/ovirt-hosted-engine-ha/agent.log';
  await untilOnHost(stack.lab.inventory, 'host1', published, (count) => Number(count) > 0);
  const end = await verify();
  expect(end.type).toBe('failed');
  expect(refusals(end)).toEqual([
    expect.stringMatching(
      /^global maintenance is set since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(by the agent\.log of host1\): nobody starts the engine VM again if it ends$/,
    ),
  ]);
});

test('after a power loss of the host with the engine VM it tells the story right at every moment', async () => {
  await stack.control.fault({ target: 'host1', kind: 'power-loss' });
  for (let moved = false; !moved; ) {
    const { vm } = (await stack.control.state()).hostedEngine;
    moved = vm?.host === 'host2' && vm.health === 'good';
    const end = await verify();
    expect(end.type).toBe('failed');
    expect(refusals(end).join('\n')).toMatch(
      /^host1 cannot be asked \(.*\); host2 sees (it stale|its agent publish)$/m,
    );
    expect(refusals(end).join('\n')).not.toContain('contradict');
  }
  const end = await verify();
  expect(refusals(end)).toEqual([expect.stringMatching(/^host1 cannot be asked \(.*\); host2 sees it stale$/)]);
  expect(end.report?.plan?.steps[0]?.evidence).toEqual(
    expect.arrayContaining([expect.stringMatching(/^host2\.test\.local runs the engine VM: health good, Up, state/)]),
  );
});

async function verify(): Promise<End> {
  return (await stack.start({}, 'verifyHostedEngine')).end();
}

function refusals({ report }: End): string[] {
  return (report?.plan?.refusals ?? []).map(({ what }) => what);
}
