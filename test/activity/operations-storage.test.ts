import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { engineDisk } from '../../connectors/engine/model/disk.ts';
import { engineHost } from '../../connectors/engine/model/host.ts';
import { changeInventory } from '../support/change-inventory.ts';
import { until } from '../support/until.ts';
import { type EngineLab, startEngineLab } from './engine-lab.ts';

const NFS = { name: 'nfs1', type: 'nfs', address: 'nas.test.local', path: '/exports/data' };
const ISCSI = {
  ...{ name: 'iscsi1', type: 'iscsi', target: 'iqn.2019-11.local.test:data', lun: '36001405d1a0c4f3b8e24f1c9a7b6d502' },
  ...{ address: '172.20.32.7', otherPortals: [{ address: '172.20.32.8' }] },
};
const LUN = '3600a098000e4b4b3000003175cec1840';
const place = (name: string) => ({ name, dataCenter: 'Datacenter1' });
/** Whose undo it is: what this step has made counts as the run's own. */
const UNDO = { id: 'createStorageDomain', pass: 'undo' } as const;
const FILES = 'unshare -m bash -c "mount -t nfs nas.test.local:/exports/data /mnt && ls /mnt"';

let lab: EngineLab;
beforeAll(async () => {
  lab = await startEngineLab();
});
afterAll(() => lab?.close());
beforeEach(async () => {
  await lab.control.reset({ preset: 'deployed', hosts: 2 });
  changeInventory(lab.inventory, ({ storage }) => {
    storage.dataDomains = [{ name: 'data1', type: 'fc', lun: LUN }, NFS, ISCSI];
  });
});
afterEach(() => lab.control.releaseAll());

describe('a storage domain that may be somebody else’s', () => {
  it('in an export is told where it appeared behind the last look, and taken out of the engine with all its files left', async () => {
    const since = await lab.control.now();
    const match = 'POST /ovirt-engine/api/storagedomains';
    const held = await lab.control.fault({ target: 'engine', kind: 'hold-before', match });
    const making = expect(lab.insist('createStorageDomain', place('nfs1'))).rejects.toMatchObject({
      type: 'VerificationFailed',
      message: expect.stringMatching(
        /^Create the storage domain nfs1: the storage domain nfs1 of the engine was not made anew: it is [-0-9a-f]{36}, .*; its own metadata call it older, the engine calls its job "Adding File Storage Domain nfs1"$/,
      ),
    });
    await lab.control.awaitEntry(since, ({ kind, text }) => kind === 'fault' && text.startsWith('hold-before'));
    await lab.control.fault({ target: 'storage', kind: 'nfs-domain', body: NFS.path });
    await lab.control.release(held);
    await making;
    const older = (await lab.host('host1', FILES)).trim();
    expect(older).toMatch(/^[-0-9a-f]{36}$/);
    expect(await lab.perform('createStorageDomain', 'check', place('nfs1'))).toMatchObject({ state: 'refused' });

    const { result } = await lab.insist('removeStorageDomain', { name: 'nfs1', nfs: NFS }, UNDO);
    expect(result.commands).toEqual([expect.stringMatching(/^DELETE \/storagedomains\/\S+\?host=\S+&format=false$/)]);
    expect((await lab.host('host1', FILES)).trim()).toBe(older);
    expect(result.leaves).toEqual({
      what: `NFS export nas.test.local:/exports/data carries the files of ${older} (older)`,
      byHand: `no undo removes them, because they may be somebody else's; if nobody needs them, on the server: rm -r /exports/data/${older}`,
    });
  });

  it('in an export is told by the job of the engine where nothing in its files tells: empty, of this name, of no data center', async () => {
    const inExport = (script: string) =>
      lab.host('host1', `unshare -m bash -c "mount -t nfs nas.test.local:/exports/data /mnt && cd /mnt && ${script}"`);
    await lab.insist('createStorageDomain', place('nfs1'));
    await lab.insist('removeStorageDomain', { name: 'nfs1', nfs: NFS }, UNDO);
    const twin = (await lab.host('host1', FILES)).trim();
    await inExport(`mkdir aside && mv ${twin} aside`);

    const since = await lab.control.now();
    const match = 'POST /ovirt-engine/api/storagedomains';
    const held = await lab.control.fault({ target: 'engine', kind: 'hold-before', match });
    const making = expect(lab.insist('createStorageDomain', place('nfs1'))).rejects.toMatchObject({
      type: 'VerificationFailed',
      message: expect.stringContaining(
        `it is ${twin}, which was in NFS export nas.test.local:/exports/data already and has been taken in; the engine calls its job "Adding File Storage Domain nfs1"`,
      ),
    });
    await lab.control.awaitEntry(since, ({ kind, text }) => kind === 'fault' && text.startsWith('hold-before'));
    await inExport(`mv aside/${twin} .`);
    await lab.control.release(held);
    await making;
  });

  it('is not detached while it holds a disk that somebody has made meanwhile', async () => {
    await lab.insist('createStorageDomain', place('nfs1'));
    await lab.insist('attachStorageDomain', place('nfs1'));
    const engine = await lab.client();
    const storage_domains = { storage_domain: [{ name: 'nfs1' }] };
    const body = { name: 'precious', provisioned_size: 2 ** 30, format: 'cow', storage_domains };
    await engine.send({ request: 'POST', path: '/disks', body });
    const disks = () => engine.list('/disks', engineDisk);
    const precious = async () => (await disks()).find(({ alias, status }) => alias === 'precious' && status === 'ok');
    await until(async () => (await precious()) !== undefined);
    await expect(lab.perform('detachStorageDomain', 'check', place('nfs1'))).resolves.toMatchObject({
      state: 'refused',
      findings: [{ what: 'storage domain nfs1 holds precious, which would be lost with it' }],
    });
    await engine.send({ request: 'DELETE', path: `/disks/${(await precious())?.id}` });
    await until(async () => !(await disks()).some(({ alias }) => alias === 'precious'));
    await lab.insist('detachStorageDomain', place('nfs1'));
    await lab.insist('removeStorageDomain', { name: 'nfs1', nfs: NFS }, UNDO);
    expect(await lab.host('host1', FILES)).not.toBe('');
  });

  it('on a LUN is made over what people were told of, and nothing that came later', async () => {
    await lab.control.fault({ target: 'host1', kind: 'lun-dirty', body: LUN });
    const overwrite = { ...place('data1'), overwrite: true };
    const found = await lab.perform('createStorageDomain', 'check', overwrite);
    const what = expect.stringMatching(
      new RegExp(`^LUN ${LUN} carries volume group \\S+; .*, which it did not when this run looked before$`),
    );
    expect(found).toMatchObject({ state: 'refused', findings: [{ what }] });
    const { output } = await lab.perform('preflightStorageDomain', 'check', place('data1'));
    const { held } = output as { held: string[] };
    await lab.insist('createStorageDomain', { ...overwrite, held });
    const { result } = await lab.insist('removeStorageDomain', { name: 'data1', lun: { wwid: LUN, held } }, UNDO);
    expect(result.commands).toEqual([expect.stringMatching(/^DELETE \/storagedomains\/\S+\?host=\S+&format=true$/)]);
  });
});

describe('an iSCSI target', () => {
  it('is logged in to by the portals that are missing, and left by no others', async () => {
    const on = { name: 'iscsi1', host: 'host1' };
    const { target, lun } = ISCSI;
    const engine = await lab.client();
    const [host] = await engine.list('/hosts', engineHost);
    // Somebody else's session.
    const iscsi = { address: ISCSI.address, target };
    await engine.send({ request: 'POST', path: `/hosts/${host?.id}/iscsilogin`, body: { iscsi } });
    const sessions = () => lab.host('host1', 'iscsiadm -m session');

    const since = await lab.control.now();
    await lab.control.fault({ target: 'engine', kind: 'drop-after', match: 'POST .*/iscsilogin' });
    const { undo } = await lab.perform('loginIscsiTarget', 'check', on);
    const { on: troubles } = await lab.insist('loginIscsiTarget', on);
    expect(troubles).toEqual(['OutcomeUnknown']);
    expect(await lab.requests(since, /iscsilogin/)).toHaveLength(1);
    expect(await lab.perform('loginIscsiTarget', 'check', on)).toMatchObject({ state: 'already' });
    expect(await sessions()).toContain('172.20.32.8:3260,1');

    expect(undo?.call.params).toEqual({
      host: 'host1',
      target,
      lun,
      portals: [{ address: '172.20.32.8', port: 3260 }],
    });
    await lab.insist('logoutIscsiTarget', undo?.call.params ?? {});
    expect(await sessions()).toMatch(/^tcp: \[\d+\] 172\.20\.32\.7:3260,1 \S+ \(non-flash\)\n$/);
    // As the undo of a run stands that began when a domain had one portal.
    await lab.insist('logoutIscsiTarget', { host: 'host1', target, lun });
    expect(await sessions()).toBe('');
  });
});
