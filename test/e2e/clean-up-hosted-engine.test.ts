import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { lookOnHost } from '../support/host-files.ts';
import type { End } from '../support/run.ts';
import { Stack } from '../support/stack.ts';

const RUNBOOK = 'cleanUpHostedEngine';
const DEPLOYED = { preset: 'deployed', hosts: 2 };
const STANDING = { standingApproval: { by: 'night shift' } };

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: inject('temporalAddress'), ...DEPLOYED });
});
afterAll(() => stack?.close());
beforeEach(() => stack.fresh(DEPLOYED));

test('off a standby host: saved, cleaned, what stays is listed; a second run changes nothing', async () => {
  const before = await stack.control.state();
  const planned = await run('host2', { mode: 'plan' });
  expect(planned.type, planned.message).toBe('succeeded');
  expect(planned.report?.plan?.steps.flatMap(({ commands }) => commands)).toContain('ovirt-hosted-engine-cleanup -q');
  expect((await stack.control.state()).revision).toBe(before.revision);

  const end = await run('host2', { ...STANDING, removePackages: true });
  expect(end.type, end.message).toBe('succeeded');
  expect(step(end, 'save-the-configuration')).toMatchObject({
    state: 'passed',
    evidence: expect.arrayContaining(['saved: /etc/ovirt-hosted-engine/hosted-engine.conf']),
  });
  expect((await onHost('host2', '[ -e /etc/ovirt-hosted-engine/hosted-engine.conf ] || echo gone')).trim()).toBe(
    'gone',
  );
  expect(await onHost('host2', "rpm -qa --qf '%{NAME}\\n' | grep -c -E '^(ovirt|libvirt|qemu)'")).toBe('0\n');
  expect((await stack.control.state()).hostedEngine).toMatchObject({ vm: { host: 'host1', health: 'good' } });

  const { revision } = await stack.control.state();
  const second = await run('host2', { ...STANDING, removePackages: true });
  expect(second.type, second.message).toBe('succeeded');
  expect(new Set(second.report?.steps.map(({ state }) => state))).toEqual(new Set(['already', 'passed']));
  expect((await stack.control.state()).revision).toBe(revision);
});

test('the host of the engine VM: refused, unless told, and then its name has to be typed', async () => {
  const before = await stack.control.state();
  const refused = await run('host1', STANDING);
  expect(refused.type).toBe('failed');
  expect(refused.message).toContain('host1 runs the engine VM, which the cleanup would end');
  expect((await stack.control.state()).revision).toBe(before.revision);

  const told = await stack.start({ host: 'host1', engineToo: true, ...STANDING }, RUNBOOK);
  const { waiting } = await told.waitingFor('approval');
  expect(waiting).toMatchObject({ typed: 'host1' });
  await told.decide({ ...waiting?.answer, typed: 'host1', by: 'Ada' });
  const end = await told.end();
  expect(end.type, end.message).toBe('succeeded');
  expect((await stack.control.state()).hosts.host1).toMatchObject({ packages: { vdsm: expect.any(String) } });
});

test('the last host that could run the engine VM is refused too', async () => {
  await stack.control.event({ target: 'host1', action: 'set-local-maintenance' });
  const end = await run('host2', STANDING);
  expect(end.type).toBe('failed');
  expect(end.message).toContain('host2 is the last host that could run the engine VM: host1 is in local maintenance');
});

async function run(host: string, input: object): Promise<End> {
  const handle = await stack.start({ host, ...input }, RUNBOOK);
  while (!(await handle.closed())) {
    // Nothing here is to wait for people.
    const waiting = (await handle.record())?.waiting;
    if (waiting?.kind === 'parked') throw new Error(JSON.stringify(waiting));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return handle.end();
}

function step({ report }: End, id: string) {
  return report?.steps.find((one) => one.id === id);
}

async function onHost(host: string, script: string): Promise<string> {
  return (await lookOnHost(stack.lab.inventory, host, script)).stdout;
}
