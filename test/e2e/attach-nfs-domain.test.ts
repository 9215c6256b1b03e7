import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type EngineDisk, engineDisk } from '../../connectors/engine/model/disk.ts';
import type { JsonObject } from '../../failures/operator-error.ts';
import { asAdmin } from '../support/engine-admin.ts';
import { engineRequests, withoutIds } from '../support/engine-requests.ts';
import { until } from '../support/until.ts';
import { DomainSite } from './domain-site.ts';

const NAS = 'nas.test.local';
const DOMAIN = { name: 'nfs1', type: 'nfs', address: NAS, path: '/exports/data' };
const EXPORT = `NFS export ${NAS}:/exports/data`;
const MOUNT = `/rhev/data-center/mnt/${NAS}:_exports_data`;
const BY = { standingApproval: { by: 'Ada' } };

let site: DomainSite;

beforeAll(async () => {
  site = await DomainSite.open(DOMAIN);
});
afterAll(() => site?.close());
beforeEach(async () => {
  await site.fresh();
  site.describe();
});

const storageFault = (kind: string) => site.stack.control.fault({ target: 'storage', kind, body: '/exports/data' });
const isReady = ({ alias, status }: EngineDisk): boolean => alias === 'web_Disk1' && status === 'ok';

test('planned, approved, made, attached, mounted on every host; a second run changes nothing', async () => {
  const untouched = await site.stack.control.revision();
  const planned = await site.run({ mode: 'plan' });
  expect(planned.type, planned.message).toBe('succeeded');
  const steps = planned.report?.plan?.steps ?? [];
  expect(steps[0]?.evidence).toEqual(
    expect.arrayContaining([
      'host2: the server is 172.20.32.6; the export belongs to 36:36, mode 755, with 0 storage domains and 0 other entries',
    ]),
  );
  const creation = steps.find(({ commands }) => commands?.[0]?.startsWith('POST /storagedomains'));
  expect(creation?.commands?.[0]).toContain(`"storage":{"type":"nfs","address":"${NAS}","path":"/exports/data"}`);
  expect(await site.stack.control.revision()).toBe(untouched);

  site.describe({ nfsVersion: 'v4_1', mountOptions: 'noatime' });
  const since = await site.stack.control.now();
  const handle = await site.start();
  const { waiting } = await handle.waitingFor('approval');
  expect(waiting?.show).toMatchObject({ Storage: EXPORT, 'Will be destroyed': 'nothing: the storage is empty' });
  await handle.approve('Ada');
  const end = await handle.end();
  expect(end.type, end.message).toBe('succeeded');
  const made = engineRequests(await site.stack.control.journal(since));
  expect(withoutIds(made)).toEqual(['POST /storagedomains', 'POST /datacenters/ID/storagedomains']);
  const evidence = end.report?.steps.at(-1)?.evidence;
  for (const host of ['host1', 'host2']) {
    expect(evidence).toContain(`${host} has it mounted at ${MOUNT}, of 36:36`);
    expect(await site.onHost(host, `findmnt -n -o OPTIONS ${MOUNT}`)).toMatch(/vers=4\.1.*noatime/);
  }

  const before = await site.stack.control.revision();
  const again = await site.run();
  expect(again.type, again.message).toBe('succeeded');
  expect(again.report?.decisions).toEqual([]);
  expect(await site.stack.control.revision()).toBe(before);

  // A snapshot there is a file more.
  await asAdmin(site.stack.lab.inventory, async (engine) => {
    const send = (path: string, body: JsonObject) => engine.send({ request: 'POST', path, body });
    const vm = await send('/vms', { name: 'web', cluster: { name: 'Cluster1' }, template: { name: 'Blank' } });
    const storage_domains = { storage_domain: [{ name: 'nfs1' }] };
    const disk = { name: 'web_Disk1', provisioned_size: 2 ** 30, format: 'cow', storage_domains };
    const path = `/vms/${(vm as { id: string }).id}/diskattachments`;
    await send(path, { interface: 'virtio', bootable: true, active: true, disk });
    await until(async () => (await engine.list('/disks', engineDisk)).some(isReady));
  });
  const snapshot = await site.stack.run('snapshotVm', { name: 'web', snapshot: 'before the update' });
  expect(snapshot.type, snapshot.message).toBe('succeeded');
  const volumes = (title: string) => snapshot.report?.steps.find((step) => step.title === title)?.evidence ?? [];
  const [lowest = '', ...none] = volumes('Tell the volumes before');
  expect([lowest, none]).toEqual([expect.stringMatching(/^volume \S+, the lowest$/), []]);
  const upon = expect.stringMatching(new RegExp(`^volume \\S+, upon ${lowest.split(/[ ,]/)[1]}$`));
  expect(volumes('Tell the volumes after')).toHaveLength(2);
  expect(volumes('Tell the volumes after')).toEqual(expect.arrayContaining([lowest, upon]));

  // Somebody gives the export of a domain that is in use to another one.
  site.describe({ name: 'nfs9' });
  const untaken = await site.stack.control.revision();
  const taken = await site.run({ name: 'nfs9', ...BY });
  expect(taken.message).toMatch(
    new RegExp(`${EXPORT} carries the storage domain nfs1 \\([0-9a-f-]{36}\\), which is nfs1 of this engine`),
  );
  expect(await site.stack.control.revision()).toBe(untaken);
});

test('an export that carries a domain, cannot be mounted, or is not vdsm’s is refused before anything is touched', async () => {
  await storageFault('nfs-domain');
  const before = await site.stack.control.revision();
  const foreign = await site.run(BY);
  expect(foreign.message).toMatch(
    new RegExp(`${EXPORT} carries the storage domain older \\([0-9a-f-]{36}\\), which this engine does not have`),
  );
  site.describe({ path: '/exports/nowhere' });
  expect((await site.run(BY)).message).toContain(
    `host1 cannot mount NFS export ${NAS}:/exports/nowhere: mount.nfs: mounting ${NAS}:/exports/nowhere failed`,
  );
  site.describe({ path: '/exports/root_only' });
  expect((await site.run(BY)).message).toContain(
    `NFS export ${NAS}:/exports/root_only belongs to 0:0 with mode 755: vdsm (36:36) may not work in it`,
  );
  site.describe({ address: 'nobody.test.local' });
  expect((await site.run(BY)).message).toContain('nobody.test.local does not resolve on host1');
  expect(await site.stack.control.revision()).toBe(before);
});

test('parked with its diagnosis while the export is not vdsm’s; a retry goes on; a domain that the engine takes in is told before it is attached; rolled back, no file of any domain is lost', async () => {
  const handle = await site.start();
  await handle.waitingFor('approval');
  // Behind the preflight: only the engine can find it now.
  await storageFault('nfs-permissions');
  await handle.approve('Ada');
  const creating = await handle.waitingFor('parked');
  expect(creating.waiting?.title).toContain('Create the storage domain nfs1');
  expect(creating.waiting?.show?.Fix).toContain('chown 36:36');
  await site.stack.control.event({ target: 'storage', action: 'repair-nfs', path: '/exports/data' });
  // A domain that comes into the export behind the last look: the engine takes it in as the one that it is asked for.
  const since = await site.stack.control.now();
  const match = 'POST /ovirt-engine/api/storagedomains';
  const held = await site.stack.control.fault({ target: 'engine', kind: 'hold-before', match });
  await handle.decide({ step: creating.waiting?.id, verb: 'retry', by: 'Ada' });
  await site.stack.control.awaitEntry(since, ({ kind, text }) => kind === 'fault' && text.startsWith('hold-before'));
  await storageFault('nfs-domain');
  await site.stack.control.release(held);
  const told = await handle.until(({ waiting }) => (waiting?.since ?? '') > (creating.waiting?.since ?? ''));
  expect(told.waiting?.title).toContain('Create the storage domain nfs1');
  expect(JSON.stringify(told.waiting)).toMatch(/was not made anew: it is [-0-9a-f]{36}, .*call it older/);
  await handle.decide({ step: told.waiting?.id, verb: 'rollback', by: 'Ada' });
  const end = await handle.end();
  expect(end.type, end.message).toBe('rolledBack');
  expect(await site.onHost('host1', 'findmnt -t nfs,nfs4')).toBe('');
  expect(end.report?.remains.map(({ what }) => what)).toEqual([
    expect.stringMatching(/^a backup of the engine/),
    expect.stringMatching(new RegExp(`^${EXPORT} carries the files of [-0-9a-f]{36} \\(older\\)$`)),
  ]);
  expect((await site.run(BY)).message).toMatch(new RegExp(`${EXPORT} carries the storage domain older`));
});
