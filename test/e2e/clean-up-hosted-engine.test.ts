import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { engineHost } from '../../connectors/engine/model/host.ts';
import { asAdmin } from '../support/engine-admin.ts';
import { onHost } from '../support/host-files.ts';
import type { End, RunHandle } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';
import { until } from '../support/until.ts';

const RUNBOOK = 'cleanUpHostedEngine';
const DEPLOYED = { preset: 'deployed', hosts: 2 };
const STANDING = { standingApproval: { by: 'night shift' } };

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), ...DEPLOYED });
});
afterAll(() => stack?.close());
beforeEach(() => stack.fresh(DEPLOYED));

test('off a standby host: engine and host saved first, each leftover offered; a second run changes nothing', async () => {
  const before = await stack.control.state();
  const planned = await run('host2', { mode: 'plan' });
  expect(planned.type, planned.message).toBe('succeeded');
  const commands = planned.report?.plan?.steps.flatMap((one) => one.commands);
  expect(commands).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^engine-backup --mode=backup --scope=all --file=\S+ --log=\S+$/),
      'ovirt-hosted-engine-cleanup -q',
    ]),
  );
  expect((await stack.control.state()).revision).toBe(before.revision);

  const handle = await stack.start({ host: 'host2', removePackages: true }, RUNBOOK);
  const approval = await handle.waitingFor('approval');
  expect(approval.waiting).toMatchObject({
    id: 'clean-up-the-hosted-engine',
    show: { 'Backup of the engine': 'taken, and kept with the report of this run' },
  });
  await handle.approve('Ada');
  const asked = await decideEach(handle, (id) =>
    ['remove-vdsm-s-credentials-for-libvirt', 'remove-the-host-from-the-engine'].includes(id),
  );
  const end = await handle.end();
  expect(end.type, end.message).toBe('succeeded');
  expect(asked).toEqual(
    expect.arrayContaining(['remove-vdsm-s-credentials-for-libvirt', 'remove-the-host-s-identity-for-vdsm']),
  );
  expect(step(end, 'save-the-configuration')).toMatchObject({
    state: 'passed',
    evidence: expect.arrayContaining(['saved: /etc/ovirt-hosted-engine/hosted-engine.conf']),
  });
  const fetched = step(end, 'fetch-the-backup-of-the-engine')?.evidence?.[0] ?? '';
  const [, path = '', size, sha256] = /is in (\S+) \((\d+) bytes, SHA-256 ([0-9a-f]{64})\)/.exec(fetched) ?? [];
  const backup = await readFile(path);
  expect([backup.length, createHash('sha256').update(backup).digest('hex')]).toEqual([Number(size), sha256]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(
    (
      await onHost(stack.lab.inventory, 'host2', '[ -e /etc/ovirt-hosted-engine/hosted-engine.conf ] || echo gone')
    ).trim(),
  ).toBe('gone');
  expect(
    await onHost(stack.lab.inventory, 'host2', '[ -e /etc/ovirt-hosted-engine/virsh_auth.conf ] || echo gone'),
  ).toBe('gone\n');
  expect(
    await onHost(stack.lab.inventory, 'host2', "rpm -qa --qf '%{NAME}\\n' | grep -c -E '^(ovirt|libvirt|qemu)'"),
  ).toBe('0\n');
  // What was not wanted stays, and the report says so.
  expect(await onHost(stack.lab.inventory, 'host2', 'ls /etc/vdsm/vdsm.id')).toBe('/etc/vdsm/vdsm.id\n');
  const remains = end.report?.remains.map(({ what }) => what) ?? [];
  expect(remains).toContain("the host's identity for vdsm on host2");
  expect(step(end, 'run-the-cleanup-and-remove-what-it-leaves')?.evidence?.join('\n')).toContain(
    'stays: block 2 of the shared metadata',
  );
  expect(remains.join('\n')).not.toContain('credentials');
  expect((await stack.control.state()).hostedEngine).toMatchObject({ vm: { host: 'host1', health: 'good' } });
  const hosts = await asAdmin(stack.lab.inventory, (engine) => engine.list('/hosts', engineHost));
  expect(hosts.map(({ name }) => name)).toEqual(['host1.test.local']);

  const { revision } = await stack.control.state();
  const second = await run('host2', { ...STANDING, removePackages: true });
  expect(second.type, second.message).toBe('succeeded');
  expect(new Set(second.report?.steps.map(({ state }) => state))).toEqual(new Set(['already', 'passed']));
  expect((await stack.control.state()).revision).toBe(revision);
});

test('the cleanup cuts the network: awaited; the host stays away: said, and gone on with once it is back', async () => {
  const restart = { target: 'host2', kind: 'restart', match: 'vdsm-tool restore-nets' };
  await stack.control.fault(restart);
  const gone = { target: 'host2', kind: 'crash', match: 'vdsm-tool remove-config' };
  await stack.control.fault(gone);
  const handle = await stack.start({ host: 'host2', ...STANDING }, RUNBOOK);
  const { waiting } = await handle.waitingFor('parked');
  expect(waiting?.id).toBe('run-the-cleanup-and-remove-what-it-leaves');
  expect(waiting?.reason?.join('\n')).toMatch(/host2/);
  await stack.control.fault({ target: 'host2', kind: 'reboot' });
  await until(async () => (await onHost(stack.lab.inventory, 'host2', 'echo back').catch(() => '')) === 'back\n');
  await handle.decide({ ...waiting?.answer, by: 'Ada' });
  const end = await handle.end();
  expect(end.type, end.message).toBe('succeeded');
  expect(await onHost(stack.lab.inventory, 'host2', 'systemctl is-enabled vdsmd ovirt-ha-agent')).toBe(
    'disabled\ndisabled\n',
  );
});

test('the host of the engine VM: refused, unless told, and then its name has to be typed', async () => {
  const before = await stack.control.state();
  const refused = await run('host1', STANDING);
  expect(refused.type).toBe('failed');
  expect(refused.message).toContain('host1 runs the engine VM, which the cleanup would end');
  expect((await stack.control.state()).revision).toBe(before.revision);

  // Nobody said how to get into the engine VM: that is told before people decide.
  const inventory = await readFile(stack.lab.inventory, 'utf8');
  await writeFile(stack.lab.inventory, inventory.replace(/^ {2}ssh:\n(?: {4}.*\n)+/m, ''));
  const told = await stack.start({ host: 'host1', engineToo: true, ...STANDING }, RUNBOOK);
  const { waiting } = await told.waitingFor('approval');
  expect(waiting).toMatchObject({
    typed: 'host1',
    show: { 'Backup of the engine': expect.stringMatching(/^none by this run: .*engine\.ssh/) },
  });
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
  // Nothing here is to wait for people.
  await handle.over();
  return handle.end();
}

/** Answers every offer; gives their ids. */
async function decideEach(handle: RunHandle, yes: (id: string) => boolean): Promise<string[]> {
  const asked: string[] = [];
  for (;;) {
    const status = await handle.until(
      ({ phase, waiting }) => phase === 'ended' || (waiting?.kind === 'approval' && !asked.includes(waiting.id)),
    );
    const { waiting } = status;
    if (waiting === undefined) return asked;
    asked.push(waiting.id);
    await handle.decide({ ...waiting.answer, verdict: yes(waiting.id) ? 'approve' : 'reject', by: 'Ada' });
  }
}

function step({ report }: End, id: string) {
  return report?.steps.find((one) => one.id === id);
}
