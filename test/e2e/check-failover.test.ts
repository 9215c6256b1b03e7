import { afterAll, beforeAll, expect, test } from 'vitest';
import { engineHost } from '../../connectors/engine/model/host.ts';
import { changeInventory } from '../support/change-inventory.ts';
import { asAdmin } from '../support/engine-admin.ts';
import { engineRequests, withoutIds } from '../support/engine-requests.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';

const RUNBOOK = 'checkFailover';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), preset: 'datacenter', hosts: 3 });
});
afterAll(() => stack?.close());

/** What changed something: a look at the power is a request too. */
async function changesSince(since: number): Promise<readonly string[]> {
  const journal = await stack.control.journal(since);
  const looks = (text: string) => text.includes('"fence_type":"status"');
  return withoutIds(engineRequests(journal.filter(({ text }) => !looks(text))));
}

/** Where the VMs are, as the lab tells it. */
async function seats(): Promise<{ vm: string | undefined; engine: string | undefined }> {
  const { engine, hostedEngine } = await stack.control.state();
  const { vms } = engine as { vms: Readonly<Record<string, { readonly host?: string } | undefined>> };
  return { vm: vms.vm1?.host?.split('.')[0], engine: hostedEngine.vm?.host };
}

test('proves what is there, and that VM and engine can move; leaves everything where it was', async () => {
  const before = await seats();
  const untouched = await stack.control.revision();
  const planned = await stack.run(RUNBOOK, { vm: 'vm1', mode: 'plan' });
  expect(planned.report?.plan?.refusals).toBeUndefined();
  expect(planned.report?.plan?.steps.map(({ title }) => title)).toEqual([
    'Check the hosted engine',
    'Look whether everything is there for a failover',
    'Migrate vm1 to another host and back',
    'Migrate vm1 to another host',
    'Migrate vm1 back',
    'Migrate the engine VM to another host and back',
    expect.stringMatching(/^Migrate the engine VM to host\d$/),
    expect.stringMatching(/^Wait until the engine answers from host\d$/),
    expect.stringMatching(/^Migrate the engine VM back to host\d$/),
    expect.stringMatching(/^Wait until the engine answers from host\d$/),
  ]);
  const watched = await stack.run(RUNBOOK, { migrate: false });
  expect(watched.type, watched.message).toBe('succeeded');
  expect(await stack.control.revision()).toBe(untouched);

  const since = await stack.control.now();
  const moved = await stack.run(RUNBOOK, { vm: 'vm1', standingApproval: { by: 'Ada' } });
  expect(moved.type, moved.message).toBe('succeeded');
  expect(moved.report?.remains).toEqual([]);
  expect(await changesSince(since)).toEqual(Array(4).fill('POST /vms/ID/migrate'));
  expect(await seats()).toEqual(before);
  const found = moved.report?.steps.find(({ title }) => title.startsWith('Look whether'))?.evidence ?? [];
  expect(found).toContainEqual(
    expect.stringMatching(/^VM vm1 is up on host\d, highly available with priority 1, with a lease$/),
  );
  expect(found).toContainEqual(
    expect.stringMatching(/^the power of host\d is on, says its controller through another host$/),
  );
});

test.each([
  ['a VM', 'vm', { vm: 'vm1', engineVm: false }],
  ['the VM of the engine', 'engine', {}],
] as const)(
  'cancelled between the two migrations of %s, brings it back before it ends',
  async (_whose, seat, input) => {
    const before = await seats();
    const since = await stack.control.now();
    const held = await stack.control.fault({
      target: 'engine',
      kind: 'hold-before',
      match: 'POST .*/vms/[^/]+/migrate',
    });
    const run = await stack.startWith(RUNBOOK, { ...input, standingApproval: { by: 'Ada' } });
    await stack.control.awaitEntry(since, ({ kind, text }) => kind === 'fault' && text.startsWith('hold-before'));
    // Taken at the next boundary between two steps.
    await run.decide({ verb: 'hold', by: 'Grace' });
    await stack.control.release(held);
    await run.until(({ phase }) => phase === 'holding');
    const away = await seats();
    expect(away[seat]).not.toBe(before[seat]);
    expect((await run.status()).owns).toEqual([expect.objectContaining({ kind: 'movedVm' })]);

    await run.handle.cancel();
    const { type, message } = await run.end();
    expect(type, message).toBe('cancelled');
    expect(await seats()).toEqual(before);
    expect(await changesSince(since)).toEqual(Array(2).fill('POST /vms/ID/migrate'));
    const { owns, remains } = await run.status();
    expect([owns, remains]).toEqual([undefined, []]);
  },
);

test('cuts the power of the host of a VM once its name was typed, and sees the VM up elsewhere; then all is as before', async () => {
  const { hosts } = await stack.control.state();
  const before = await seats();
  const host = before.vm ?? '';
  const since = await stack.control.now();
  const run = await stack.startWith(RUNBOOK, {
    vm: 'vm1',
    engineVm: false,
    migrate: false,
    destructive: ['vm'],
    standingApproval: { by: 'Ada' },
  });
  const { waiting } = await run.waitingFor('approval');
  expect(waiting?.title).toBe('Cut the power of the host of vm1');
  expect(waiting?.show).toMatchObject({
    Host: host,
    'Goes down with it': 'vm1',
    'Could take over': expect.stringMatching(/^host\d, host\d$/),
    'Meanwhile in reserve': expect.stringMatching(/^host\d$/),
    'Backup of the engine': expect.stringContaining('taken'),
  });
  await expect(run.decide({ ...waiting?.answer, typed: 'vm1', by: 'Ada' })).rejects.toThrow();
  expect(await changesSince(since)).toEqual([]);
  await run.decide({ ...waiting?.answer, typed: host, by: 'Ada' });
  const { type, message, report } = await run.end();
  expect(type, message).toBe('succeeded');
  expect(await changesSince(since)).toEqual(['POST /hosts/ID/fence', 'POST /vms/ID/migrate']);

  const restarted = report?.steps.find(({ title }) => title === 'See vm1 up on another host')?.evidence ?? [];
  expect(restarted[0]).toMatch(/^vm1 is up on host\d, \d+ seconds after it went down with host\d$/);
  expect(restarted).toContainEqual(expect.stringMatching(/^Trying to restart VM vm1 on Host host\d\.test\.local$/));
  const after = await stack.control.state();
  const changed = Object.keys(hosts).filter((name) => after.hosts[name]?.bootId !== hosts[name]?.bootId);
  expect(changed).toEqual([host]);
  expect(after.hosts[host]?.power).toBe('on');
  expect(await seats()).toEqual(before);
  expect(report?.remains).toEqual([]);
});

test('a VM that createHaVm makes is proven so too, where that was asked for; never on the host of the engine', async () => {
  changeInventory(stack.lab.inventory, (site) => {
    const wished = { name: 'vm2', highAvailability: { priority: 'medium', lease: 'data1' } };
    site.vms = [...site.vms, { ...site.vms[0], ...wished }];
  });
  const input = { name: 'vm2', dataCenter: 'Datacenter1', cluster: 'Cluster1', proveRestart: true };
  const untouched = await stack.control.revision();
  const planned = await stack.run('createHaVm', { ...input, mode: 'plan' });
  expect(planned.report?.plan?.refusals).toBeUndefined();
  const proof = planned.report?.plan?.steps.slice(-8) ?? [];
  expect(proof.map(({ title, state, unknownUntil }) => [title, state, unknownUntil])).toEqual(
    [
      'Cut the power of the host of vm2',
      'Look again whether the host of vm2 may fail',
      'Note the boot and the events before',
      'Hand the SPM role to another host',
      'Let the engine cut the power and switch it on',
      'See vm2 up on another host',
      'Check that the host takes part in HA again',
      'Bring vm2 back to its host',
    ].map((title) => [title, 'unknown', 'Start vm2']),
  );
  expect(await stack.control.revision()).toBe(untouched);

  const since = await stack.control.now();
  const run = await stack.startWith('createHaVm', { ...input, standingApproval: { by: 'Ada' } });
  const { waiting } = await run.waitingFor('approval');
  expect(waiting?.title).toBe('Cut the power of the host of vm2');
  const host = waiting?.typed ?? '';
  expect(waiting?.show).toMatchObject({ Host: host, 'Goes down with it': 'vm2' });
  await run.decide({ ...waiting?.answer, typed: host, by: 'Ada' });
  const { type, message, report } = await run.end();
  expect(type, message).toBe('succeeded');
  expect(report?.remains).toEqual([]);
  expect((await changesSince(since)).slice(-3)).toEqual([
    'POST /vms/ID/migrate',
    'POST /hosts/ID/fence',
    'POST /vms/ID/migrate',
  ]);
  expect(report?.steps.find(({ title }) => title === 'See vm2 up on another host')?.evidence?.[0]).toMatch(
    /^vm2 is up on host\d, \d+ seconds after it went down with host\d$/,
  );

  await stack.control.event({ target: 'engine', action: 'move-engine-vm', to: host });
  const again = await stack.startWith('createHaVm', { ...input, standingApproval: { by: 'Ada' } });
  const parked = (await again.waitingFor('parked')).waiting;
  expect(parked?.reason?.join()).toContain(`${host} runs the engine VM too: the engine would switch itself off`);
  await again.decide({ step: parked?.id, verb: 'abort', by: 'Ada' });
  expect((await again.end()).report?.remains).toEqual([]);
});

test('refuses, with each thing that would keep a VM from being restarted, and touches nothing', async () => {
  const { vm = '' } = await seats();
  await asAdmin(stack.lab.inventory, async (engine) => {
    const host = (await engine.list('/hosts', engineHost)).find(({ name }) => name.startsWith(vm));
    await engine.send({
      request: 'PUT',
      path: `/hosts/${host?.id}`,
      body: { ...(host?.port !== undefined && { port: host.port }), power_management: { enabled: false } },
    });
  });
  const untouched = await stack.control.revision();
  const refused = await stack.run(RUNBOOK, { vm: 'vm1', engineVm: false });
  expect(refused.type).toBe('failed');
  expect(refused.message).toContain(
    `${vm} cannot be fenced: its power management is off. Run configureFencing with {"host":"${vm}"}.`,
  );
  const nameless = await stack.run(RUNBOOK, { destructive: ['vm'] });
  expect(nameless.message).toContain('vm: must name the VM whose host is to lose its power, when destructive has "vm"');
  const unknown = await stack.run(RUNBOOK, { vm: 'vm9' });
  expect(unknown.message).toContain('the engine has no VM vm9. Correct the input vm; there are vm1, vm2.');
  expect(await stack.control.revision()).toBe(untouched);
});
