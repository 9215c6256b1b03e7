import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { asAdmin, hostInEngine, runVm, vmPlace } from '../support/engine-admin.ts';
import { engineRequests, withoutIds } from '../support/engine-requests.ts';
import { untilOnHost } from '../support/host-files.ts';
import type { LabControl } from '../support/lab-control.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';
import { executedChanges } from './executed.ts';

const RUNBOOK = 'rebootHostedEngineHost';
const DEPLOYED = { preset: 'deployed', hosts: 2 };
const STOPPING = { host: 'host1', strategy: 'globalMaintenance' };
const DRAC5 = {
  option: [
    { name: 'secure', value: '1' },
    { name: 'cmd_prompt', value: '>' },
    { name: 'login_timeout', value: '30' },
  ],
};
const STANDING = { standingApproval: { by: 'night shift' } };
const REBOOT = 'systemd-run --on-active=2 systemctl reboot';
const GLOBAL_WAY = [
  'hosted-engine --set-maintenance --mode=global',
  'hosted-engine --vm-shutdown',
  REBOOT,
  'hosted-engine --vm-start',
  'hosted-engine --set-maintenance --mode=none',
];

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), ...DEPLOYED });
});
afterAll(() => stack?.close());
beforeEach(async () => {
  await stack.worker.revive();
  await stack.fresh(DEPLOYED);
});

test('under global maintenance: the plan names every command and touches nothing, the run does just these', async () => {
  const before = await stack.control.state();
  const planned = await stack.run(RUNBOOK, { ...STOPPING, mode: 'plan' });
  expect(planned.type, planned.message).toBe('succeeded');
  expect((await stack.control.state()).revision).toBe(before.revision);
  const commands = planned.report?.plan?.steps.flatMap((step) => step.commands);
  expect(commands).toEqual(expect.arrayContaining(GLOBAL_WAY));

  const since = await stack.control.now();
  const handle = await stack.start(STOPPING, RUNBOOK);
  const { waiting } = await handle.waitingFor('approval');
  expect(waiting).toMatchObject({
    id: 'stop-the-engine-and-reboot-the-host',
    show: { Host: 'host1', 'Engine VM': 'is shut down; the engine is away for about 15 minutes' },
  });
  expect(waiting).not.toHaveProperty('typed');
  await handle.approve('Ada');
  const end = await handle.end();
  expect(end.type, end.message).toBe('succeeded');
  expect(await changes(stack.control, since)).toEqual(GLOBAL_WAY);
  expect(end.report?.remains).toEqual([]);
  await isAsBefore(before.hosts.host1?.bootId);
});

test('the worker dies while global maintenance is on, and the HA agent is dead after the reboot: both are mended', async () => {
  const before = await stack.control.state();
  const since = await stack.control.now();
  const held = await stack.control.fault({ target: 'host1', kind: 'hold-before', match: '--vm-start' });
  // The storage link is lost with the shutdown: the broker that the boot starts cannot work.
  await stack.control.fault({ target: 'host1', kind: 'ha-broker-dead', match: 'systemctl reboot' });
  const handle = await stack.start({ ...STOPPING, ...STANDING }, RUNBOOK);
  await stack.control.awaitEntry(since, ({ kind, text }) => kind === 'fault' && text.startsWith('hold-before'));
  expect((await stack.control.state()).hostedEngine.globalMaintenance).toBe(true);
  expect((await handle.record()).owns?.map(({ kind }) => kind)).toEqual(['globalMaintenance', 'stoppedEngineVm']);
  await stack.worker.kill9();
  await stack.control.release(held);
  await stack.worker.start();
  const end = await handle.end();
  expect(end.type, end.message).toBe('succeeded');
  const done = await changes(stack.control, since);
  expect(done.filter((line) => line === REBOOT)).toHaveLength(1);
  expect(done).toEqual(expect.arrayContaining(['hosted-engine --connect-storage', 'systemctl restart ovirt-ha-agent']));
  await isAsBefore(before.hosts.host1?.bootId);
});

test('the better way is offered and taken: the engine VM moves, the engine takes the host out and back', async () => {
  const before = await stack.control.state();
  const since = await stack.control.now();
  const handle = await stack.start({ host: 'host1' }, RUNBOOK);
  const { waiting } = await handle.waitingFor('approval');
  expect(waiting).toMatchObject({ id: 'move-the-engine-vm-instead-of-stopping-it' });
  await handle.approve('Ada');
  const end = await handle.end();
  expect(end.type, end.message).toBe('succeeded');
  expect(await changes(stack.control, since)).toEqual([REBOOT]);
  const after = await stack.control.state();
  expect(after.hosts.host1?.bootId).not.toBe(before.hosts.host1?.bootId);
  expect(after.hosts.host1?.localMaintenance).toBe(false);
  expect(after.hostedEngine).toMatchObject({ globalMaintenance: false, vm: { host: 'host2', health: 'good' } });
});

test('the last fit host goes down only when its name is typed; cancelled, everything is as before', async () => {
  await stack.control.event({ target: 'host2', action: 'stop-service', unit: 'ovirt-ha-agent' });
  const handle = await stack.start({ host: 'host1', ...STANDING }, RUNBOOK);
  const { waiting } = await handle.waitingFor('approval');
  expect(waiting).toMatchObject({ typed: 'host1' });
  await expect(handle.decide({ ...waiting?.answer, by: 'Ada' })).rejects.toMatchObject({
    cause: { message: expect.stringContaining('typed: must be "host1"') },
  });
  const since = await stack.control.now();
  const held = await stack.control.fault({ target: 'host1', kind: 'hold-after', match: '--vm-shutdown' });
  await handle.decide({ ...waiting?.answer, typed: 'host1', by: 'Ada' });
  await stack.control.awaitEntry(since, ({ kind, text }) => kind === 'fault' && text.startsWith('hold-after'));
  await handle.handle.cancel();
  await stack.control.release(held);
  const end = await handle.end();
  expect(end.type, end.message).toBe('cancelled');
  expect((await stack.control.state()).hostedEngine).toMatchObject({ globalMaintenance: false, vm: { host: 'host1' } });
});

test('global maintenance of somebody else is neither taken over nor ended unasked', async () => {
  await stack.control.event({ target: 'host1', action: 'set-global-maintenance' });
  await untilOnHost(stack.lab.inventory, 'host1', 'hosted-engine --vm-status', (said) =>
    said.includes('state=GlobalMaintenance'),
  );
  const end = await stack.run(RUNBOOK, { ...STOPPING, ...STANDING });
  expect(end.type, end.message).toBe('succeeded');
  expect(end.report?.decisions.map(({ what }) => what)).toContain(
    'declined: End global maintenance afterwards, although somebody else has set it',
  );
  expect((await stack.control.state()).hostedEngine).toMatchObject({
    globalMaintenance: true,
    vm: { host: 'host1', health: 'good' },
  });
});

test('other VMs are moved, or shut down when that is approved and started again; the SPM role goes; nobody fences', async () => {
  const { inventory } = stack.lab;
  const host1 = await hostInEngine(inventory, 'host1.test.local');
  await asAdmin(inventory, async (engine) => {
    const agent = { address: '172.20.33.11', order: 1, type: 'drac5', username: 'root', options: DRAC5 };
    await engine.send({
      request: 'POST',
      path: `/hosts/${host1.id}/fenceagents`,
      body: agent,
      secrets: { password: async () => stack.lab.file('secrets/bmc-password').trim() },
    });
    const body = { power_management: { enabled: true } };
    await engine.send({ request: 'PUT', path: `/hosts/${host1.id}`, body });
  });
  const pinned = { placement_policy: { affinity: 'pinned', hosts: { host: [{ id: host1.id }] } } };
  const web = await runVm(stack.lab, 'web', 'host1');
  const licensed = await runVm(stack.lab, 'licensed', 'host1', pinned);
  const since = await stack.control.now();
  const handle = await stack.start(STOPPING, RUNBOOK);
  const { waiting } = await handle.waitingFor('approval');
  expect(waiting?.show).toMatchObject({
    'Other VMs on the host': expect.stringMatching(/web.*moved to other hosts \(up: host2\)/),
    SPM: 'this host; another takes over',
  });
  await handle.approve('Ada');
  const asked = await handle.until(({ waiting: now }) => now?.id === 'shut-down-licensed-for-the-time');
  expect(asked.waiting?.show?.Failure).toContain('VM is pinned to Host');
  await handle.approve('Ada');
  const end = await handle.end();
  expect(end.type, end.message).toBe('succeeded');
  expect(await vmPlace(inventory, web)).toEqual({ status: 'up', host: 'host2.test.local' });
  expect(await vmPlace(inventory, licensed)).toEqual({ status: 'up', host: 'host1.test.local' });
  expect((await hostInEngine(inventory, 'host2.test.local')).spm?.status).toBe('spm');
  const journal = await stack.control.journal(since);
  expect(withoutIds(engineRequests(journal))).toEqual([
    'POST /vms/ID/migrate',
    'POST /vms/ID/shutdown',
    'POST /vms/ID/migrate',
    'POST /hosts/ID/forceselectspm',
    'POST /vms/ID/start',
  ]);
  expect(journal.filter(({ target, text }) => target === 'bmc:host1' && !text.includes('getsysinfo'))).toEqual([]);
});

test('a VM that was shut down for the reboot: started again by a cancel; told and found when the run is ended from outside', async () => {
  const { inventory } = stack.lab;
  const host1 = await hostInEngine(inventory, 'host1.test.local');
  const pinned = { placement_policy: { affinity: 'pinned', hosts: { host: [{ id: host1.id }] } } };
  const licensed = await runVm(stack.lab, 'licensed', 'host1', pinned);
  const shutDown = async () => {
    const handle = await stack.start(STOPPING, RUNBOOK);
    for (const wanted of ['stop-the-engine-and-reboot-the-host', 'shut-down-licensed-for-the-time']) {
      await handle.until(({ waiting }) => waiting?.id === wanted);
      await handle.approve('Ada');
    }
    await handle.until(({ steps }) => steps.some(({ id, state }) => id === 'shut-down-licensed' && state === 'done'));
    return handle;
  };
  // Nothing goes on behind the shutdown, so that the run is where its end is to meet it.
  const hold = { target: 'host1', kind: 'hold-before', match: 'set-maintenance' };
  await stack.control.fault(hold);
  const cancelled = await shutDown();
  await cancelled.handle.cancel();
  const end = await cancelled.end();
  expect(end.type, end.message).toBe('cancelled');
  expect((await cancelled.record()).owns ?? []).toEqual([]);
  expect(await vmPlace(inventory, licensed)).toEqual({ status: 'up', host: 'host1.test.local' });

  await stack.control.fault(hold);
  const terminated = await shutDown();
  await terminated.handle.terminate('killed from outside');
  expect(await vmPlace(inventory, licensed)).toEqual({ status: 'down' });
  const watch = await stack.run('findOrphanedStates', { tolerateHours: 720 });
  expect(watch.type).toBe('failed');
  expect(watch.report?.plan?.refusals).toEqual([
    {
      what: expect.stringMatching(
        new RegExp(`licensed.*"Shut down licensed" of run ${terminated.id} .*that run is no more: terminated at `),
      ),
      fix: 'When nobody needs it any more: run licensed in the Administration Portal',
    },
  ]);
});

test('somebody moves the engine VM behind the back of the run: noticed, asked, rolled back', async () => {
  const handle = await stack.start(STOPPING, RUNBOOK);
  await handle.waitingFor('approval');
  await stack.control.event({ target: 'host1', action: 'move-engine-vm', to: 'host2' });
  await handle.approve('Ada');
  const { waiting } = await handle.waitingFor('parked');
  expect(waiting?.reason?.join('\n')).toContain('host2');
  await handle.decide({ step: waiting?.id, verb: 'rollback', by: 'Ada' });
  const end = await handle.end();
  expect(end.type, end.message).toBe('rolledBack');
  expect((await stack.control.state()).hostedEngine).toMatchObject({ globalMaintenance: false, vm: { host: 'host2' } });
});

async function isAsBefore(bootId: string | undefined): Promise<void> {
  const { hosts, hostedEngine } = await stack.control.state();
  expect(hosts.host1?.bootId).not.toBe(bootId);
  expect(hostedEngine).toMatchObject({ globalMaintenance: false, vm: { host: 'host1', health: 'good' } });
}

/** Without what the units do for their own bookkeeping, and what the tools start in turn. */
async function changes(control: LabControl, since: number): Promise<string[]> {
  return executedChanges(await control.journal(since))
    .map((line) => line.replace(/^\/usr\/s?bin\//, ''))
    .filter((line) => /^(systemctl (start|stop|restart)|systemd-run|hosted-engine) /.test(line));
}
