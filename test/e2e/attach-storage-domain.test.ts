import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { engineHost } from '../../connectors/engine/model/host.ts';
import { changeInventory } from '../support/change-inventory.ts';
import { asAdmin } from '../support/engine-admin.ts';
import { engineRequests, withoutIds } from '../support/engine-requests.ts';
import { lookOnHost } from '../support/host-files.ts';
import type { End } from '../support/run.ts';
import { DomainSite } from './domain-site.ts';

const LUN = '3600a098000e4b4b3000003175cec1840';
const BY = { standingApproval: { by: 'Ada' } };

let site: DomainSite;

beforeAll(async () => {
  site = await DomainSite.open({ name: 'data1', type: 'fc', lun: LUN });
});
afterAll(() => site?.close());
beforeEach(() => site.fresh());

const statesOf = ({ report }: End) => (report?.steps ?? []).map(({ title, state }) => [title, state]);

test('planned, approved, made, attached, seen on every host; a second run changes nothing', async () => {
  const untouched = await site.stack.control.revision();
  const planned = await site.run({ mode: 'plan' });
  expect(planned.type, planned.message).toBe('succeeded');
  const steps = planned.report?.plan?.steps ?? [];
  expect(steps.map(({ title, state }) => [title, state])).toEqual([
    ['Check the storage of data1', 'already'],
    ['Save the engine', 'wouldDo'],
    ['Fetch the backup of the engine', 'unknown'],
    ['Create the storage domain data1', 'wouldDo'],
    ['Create the storage domain data1', 'wouldDo'],
    ['Attach data1 to Datacenter1', 'wouldDo'],
    ['Verify the storage domain data1', 'unknown'],
  ]);
  expect(steps[4]?.commands?.[0]).toContain(`"logical_units":{"logical_unit":[{"id":"${LUN}"}]},"override_luns":false`);
  expect(await site.stack.control.revision()).toBe(untouched);

  const since = await site.stack.control.now();
  const handle = await site.start();
  const { waiting } = await handle.waitingFor('approval');
  expect(waiting?.show).toMatchObject({
    Storage: `LUN ${LUN}, 2.0T, DELL MD38xxf, 2 of 2 paths`,
    'Will be destroyed': 'nothing: the storage is empty',
    'Backup of the engine': 'taken, and kept with the report of this run',
  });
  await handle.approve('Ada');
  const end = await handle.end();
  expect(end.type, end.message).toBe('succeeded');
  const made = engineRequests(await site.stack.control.journal(since));
  expect(withoutIds(made)).toEqual(['POST /storagedomains', 'POST /datacenters/ID/storagedomains']);
  const verified = end.report?.steps.at(-1);
  expect(verified?.evidence?.slice(0, 2)).toEqual(['storage domain data1 is active', 'data center Datacenter1 is up']);
  for (const host of ['host1', 'host2']) {
    const { stdout } = await lookOnHost(site.stack.lab.inventory, host, `lsblk -r -o NAME /dev/mapper/${LUN}`);
    expect(stdout).toMatch(/-ids$/m);
  }

  const before = await site.stack.control.revision();
  const again = await site.run();
  expect(again.type, again.message).toBe('succeeded');
  expect(again.report?.decisions).toEqual([]);
  expect(new Set(statesOf(again).map(([, state]) => state))).toEqual(new Set(['already', 'passed']));
  expect(await site.stack.control.revision()).toBe(before);

  // Somebody gives the LUN of a domain that is in use to another one.
  changeInventory(site.stack.lab.inventory, (site) => {
    site.storage.dataDomains = [{ name: 'data9', lun: LUN }];
    site.isos = [];
    site.vms = [];
  });
  const taken = await site.run({ name: 'data9', ...BY });
  expect(taken.message).toContain(`LUN ${LUN} belongs to the storage domain data1`);
  expect(await site.stack.control.revision()).toBe(before);
});

test('a LUN that carries something is taken only when its domain is typed, never by a standing or an older approval', async () => {
  const asked = await site.start();
  await asked.waitingFor('approval');
  await site.stack.control.fault({ target: 'host1', kind: 'lun-dirty', body: LUN });
  await asked.approve('Ada');
  const late = await asked.waitingFor('parked');
  expect(late.waiting?.reason?.join('\n')).toMatch(
    /carries volume group .*, which it did not when this run looked before/,
  );
  await asked.decide({ step: late.waiting?.id, verb: 'rollback', by: 'Ada' });
  expect((await asked.end()).type).toBe('rolledBack');

  const handle = await site.start(BY);
  const { waiting } = await handle.waitingFor('approval');
  expect(waiting?.show?.['Will be destroyed']).toMatch(/volume group|signature|partitions/);
  await expect(handle.decide({ ...waiting?.answer, typed: 'data2', by: 'Ada' })).rejects.toThrow();
  await handle.decide({ ...waiting?.answer, typed: 'data1', by: 'Ada' });
  const end = await handle.end();
  expect(end.type, end.message).toBe('succeeded');
});

test('rolled back after a failure behind it, domain and volume group are gone, in the right order', async () => {
  await site.stack.control.fault({
    target: 'engine',
    kind: 'http',
    match: 'POST .*/datacenters/[^/]+/storagedomains',
    status: 400,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'Operation Failed', detail: '[Cannot attach Storage.]' }),
  });
  const handle = await site.start(BY);
  const { waiting } = await handle.waitingFor('parked');
  expect(waiting?.reason?.join('\n')).toContain('Cannot attach Storage.');
  await handle.decide({ step: waiting?.id, verb: 'rollback', by: 'Ada' });
  const end = await handle.end();
  expect(end.type, end.message).toBe('rolledBack');
  expect(end.report?.remains).toEqual([
    { what: expect.stringMatching(/^a backup of the engine/), byHand: expect.stringMatching(/^rm /) },
    {
      what: `LUN ${LUN} carries signature LVM2_member; before the run it carried nothing`,
      byHand: `for oVirt it counts as free; for any other use, on one host: wipefs -a /dev/mapper/${LUN}`,
    },
  ]);
  const { stdout } = await lookOnHost(
    site.stack.lab.inventory,
    'host1',
    `pvs --noheadings -o vg_name /dev/mapper/${LUN}`,
  );
  expect(stdout.trim()).toBe('');
  const again = await site.run({ mode: 'plan' });
  expect(again.report?.plan?.steps[0]?.evidence).not.toContainEqual(expect.stringContaining('the LUN carries'));
});

test('a domain that somebody made while the run was parked is neither formatted nor called its own', async () => {
  const since = await site.stack.control.now();
  const refusal = {
    ...{ target: 'engine', kind: 'http', status: 400, headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ reason: 'Operation Failed', detail: '[Internal Engine Error]' }),
  };
  await site.stack.control.fault({ ...refusal, match: 'POST /ovirt-engine/api/storagedomains' });
  await site.stack.control.fault({ ...refusal, match: 'POST .*/datacenters/[^/]+/storagedomains' });
  const handle = await site.start(BY);
  const creating = await handle.waitingFor('parked');
  expect(creating.waiting?.title).toContain('Create the storage domain data1');
  const storage = { type: 'fcp', logical_units: { logical_unit: [{ id: LUN }] } };
  await asAdmin(site.stack.lab.inventory, async (engine) => {
    const [host] = await engine.list('/hosts', engineHost);
    const body = { name: 'data1', type: 'data', host: { name: host?.name ?? '' }, storage };
    await engine.send({ request: 'POST', path: '/storagedomains', body });
  });

  await handle.decide({ step: creating.waiting?.id, verb: 'retry', by: 'Ada' });
  const attaching = await handle.until(({ waiting }) => waiting?.title?.includes('Attach data1') === true);
  await handle.decide({ step: attaching.waiting?.id, verb: 'rollback', by: 'Ada' });
  const end = await handle.end();
  expect(end.report?.remains.map(({ what }) => what)).toContain(
    'storage domain data1 is in the engine, but no event tells that this run has made it',
  );
  const { stdout } = await lookOnHost(
    site.stack.lab.inventory,
    'host1',
    `pvs --noheadings -o vg_name /dev/mapper/${LUN}`,
  );
  expect(stdout.trim()).not.toBe('');
  expect(engineRequests(await site.stack.control.journal(since)).filter((line) => line.startsWith('DELETE'))).toEqual(
    [],
  );
});

test('refused before anything is touched, each with its sentence', async () => {
  const before = await site.stack.control.revision();
  const unknown = await site.run({ name: 'data9' });
  expect(unknown.message).toContain('name: the inventory has no storage domain data9; storage.dataDomains has data1');
  const nowhere = await site.run({ dataCenter: 'Nowhere' });
  expect(nowhere.message).toContain('data center Nowhere: the engine has none of this name');
  expect(await site.stack.control.revision()).toBe(before);
  await site.stack.control.fault({ target: 'host2', kind: 'lun-missing-path', body: LUN });
  const broken = await site.run();
  expect(broken.message).toMatch(new RegExp(`LUN ${LUN} on host2 has paths that are not active ready running`));
});
