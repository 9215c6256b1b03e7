import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { engineHost } from '../../connectors/engine/model/host.ts';
import { asAdmin } from '../support/engine-admin.ts';
import { engineRequests } from '../support/engine-requests.ts';
import { Stack } from '../support/stack.ts';

const RUNBOOK = 'checkFailover';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.open({ address: inject('temporalAddress'), preset: 'datacenter', hosts: 3 });
});
afterAll(() => stack?.close());

const revision = async () => (await stack.control.state()).revision;

/** What changed something: a look at the power is a request too. */
async function changesSince(since: number): Promise<readonly string[]> {
  const journal = await stack.control.journal(since);
  const looks = (text: string) => text.includes('"fence_type":"status"');
  return engineRequests(journal.filter(({ text }) => !looks(text))).map((line) => line.replace(/[0-9a-f-]{36}/g, 'ID'));
}

/** Where the VMs are, as the lab tells it. */
async function seats(): Promise<{ vm: string | undefined; engine: string | undefined }> {
  const { engine, hostedEngine } = await stack.control.state();
  const { vms } = engine as { vms: Readonly<Record<string, { readonly host?: string } | undefined>> };
  return { vm: vms.vm1?.host?.split('.')[0], engine: hostedEngine.vm?.host };
}

test('proves what is there, and that VM and engine can move; leaves everything where it was', async () => {
  const before = await seats();
  const untouched = await revision();
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
  expect(await revision()).toBe(untouched);

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
  const untouched = await revision();
  const refused = await stack.run(RUNBOOK, { vm: 'vm1', engineVm: false });
  expect(refused.type).toBe('failed');
  expect(refused.message).toContain(
    `${vm} cannot be fenced: its power management is off. Run configureFencing with {"host":"${vm}"}.`,
  );
  const unknown = await stack.run(RUNBOOK, { vm: 'vm9' });
  expect(unknown.message).toContain('the engine has no VM vm9. Correct the input vm; there are vm1.');
  expect(await revision()).toBe(untouched);
});
