/** Fence agents and power of a host through the lab's engine: what is tested, sent once, waited for, undone. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { engineFenceAgent } from '../../connectors/engine/model/fence-agent.ts';
import { engineHost } from '../../connectors/engine/model/host.ts';
import { loadInventory } from '../../inventory/load.ts';
import { type EngineLab, startEngineLab } from './engine-lab.ts';

const HOST = { host: 'host2' };

let lab: EngineLab;
beforeAll(async () => {
  lab = await startEngineLab();
});
afterAll(() => lab?.close());

const hostId = async (): Promise<string> => {
  const hosts = await (await lab.client()).list('/hosts', engineHost);
  return hosts.find(({ name }) => name.startsWith('host2'))?.id ?? '';
};
const agents = async () => (await lab.client()).list(`/hosts/${await hostId()}/fenceagents`, engineFenceAgent);
const bootId = async () => (await lab.host('host2', 'cat /proc/sys/kernel/random/boot_id')).trim();

test('a host without an agent tells nothing; with one its controller is asked, and a repeated try makes no second one', async () => {
  const client = await lab.client();
  expect(await client.powerStatus(await hostId())).toEqual({ fault: expect.stringMatching(/Invalid fence agents/) });
  const made = await lab.perform('setFenceAgent', 'apply', HOST);
  expect(made.evidence).toContain('the power of host2 is on, says its controller through another host');
  expect(await client.powerStatus(await hostId())).toEqual({ power: 'on' });
  const { result } = await lab.insist('setFenceAgent', HOST);
  expect([result.commands, (await agents()).length]).toEqual([[], 1]);
});

test('an answer that is lost is looked behind: one agent, whatever came through', async () => {
  const [agent] = await agents();
  const { type, address, username, options } = agent ?? { type: '', address: '', username: '', options: [] };
  await lab.perform('resetFenceAgent', 'apply', { ...HOST, type, address, username, options, removed: true });
  expect(await agents()).toEqual([]);
  const before = await lab.control.now();
  await lab.control.fault({ target: 'engine', kind: 'drop-after', match: 'POST .*/fenceagents', times: 1 });
  const { on } = await lab.insist('setFenceAgent', HOST, { id: 'lost' });
  expect(on).toEqual(['OutcomeUnknown']);
  expect(await agents()).toHaveLength(1);
  expect(await lab.requests(before, /^POST .*fenceagents/)).toHaveLength(1);
});

test('beside another agent, which stays, it is done only when its own controller has told the power', async () => {
  const [own] = await agents();
  const port = (name: string) =>
    loadInventory(lab.inventory).then(({ inventory: { hosts } }) => hosts.find((one) => one.name === name)?.bmc?.port);
  const client = await lab.client();
  const { type = '', address = '', username = '', options = [] } = own ?? {};
  const ipport = { name: 'ipport', value: String(await port('host1')) };
  const option = [...options.filter(({ name }) => name !== 'ipport'), ipport];
  // The controller of another server: it answers whatever becomes of the one that is meant.
  await client.send({
    request: 'POST',
    path: `/hosts/${await hostId()}/fenceagents`,
    body: { type, address, username, order: 2, options: { option } },
    secrets: {
      password: async () => readFileSync(join(dirname(lab.inventory), 'secrets/bmc-password'), 'utf8').trim(),
    },
  });
  await lab.control.fault({ target: 'bmc:host2', kind: 'bmc-silent' });
  const silent = await lab.perform('setFenceAgent', 'check', HOST);
  expect(silent).toMatchObject({
    state: 'wouldDo',
    findings: [
      { what: expect.stringMatching(/^the fence agent of host2 does not work, another one answers the engine: /) },
    ],
  });
  await lab.control.event({ target: 'host2', action: 'repair-bmc' });
  const well = await lab.perform('setFenceAgent', 'check', HOST);
  expect(well).toMatchObject({ state: 'already' });
  expect(well.evidence).toContain('the power of host2 is on, says its controller to host1');
  expect(await agents()).toHaveLength(2);
  await lab.perform('resetFenceAgent', 'apply', { ...HOST, type, address, username, options: option, removed: true });
});

test('power cycles keep the quiet time of the engine: the second one is waited for, and each strikes once', async () => {
  const power = { ...HOST, enabled: true, kdump: false, policyControl: true };
  await lab.perform('setPowerManagement', 'apply', power);
  await lab.insist('deactivateHost', HOST);
  const first = await bootId();
  const before = await lab.control.now();
  expect((await lab.insist('powerCycleHost', { ...HOST, bootId: first }, { id: 'first' })).on).toEqual([]);
  const second = await bootId();
  expect(second).not.toBe(first);
  const { on } = await lab.insist('powerCycleHost', { ...HOST, bootId: second }, { id: 'second' });
  // How often it had to be asked depends on how fast the machine is.
  expect(on.filter((type) => type !== 'EngineBusy')).toEqual([]);
  expect(await bootId()).not.toBe(second);
  const journal = await lab.control.journal(before);
  const downs = journal.filter(({ target, text }) => target === 'bmc:host2' && text.includes('powerdown'));
  expect(downs).toHaveLength(2);
  const told = await (await lab.client()).events({ search: 'type=9017' });
  const stops = told.filter(({ description }) => description.startsWith('Power management stop'));
  const [one = 0, other = 0] = stops.map(({ time }) => Date.parse(time ?? ''));
  expect(other - one).toBeGreaterThanOrEqual(180_000);
});

test.each([
  ['noteBeforeOutage', HOST],
  ['noteBeforeEngineOutage', { host: 'host1', target: 'host2' }],
])('%s looks again where the connection to the host breaks off', async (operation, params) => {
  const id = await lab.control.fault({ target: 'host2', kind: 'drop-before', match: 'boot_id', times: 1 });
  const noted = await lab.perform(operation, 'check', params);
  expect(noted).toMatchObject({ state: 'already', output: { bootId: await bootId() } });
  expect((await lab.control.faults()).find((fault) => fault.id === id)?.hits).toBe(1);
});
