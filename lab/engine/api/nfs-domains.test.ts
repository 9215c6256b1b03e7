import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

const NAS = 'nas.test.local';
const GiB = 2 ** 30;

describe('NFS data domains', () => {
  let s: ServedLab;
  let center = '';
  let data = '';
  beforeAll(async () => {
    s = await servedLab(2);
    const [found] = list(await call('GET', '/datacenters?search=name%3DDatacenter1'), 'data_center');
    center = String(found?.id);
  });
  afterAll(() => s.close());

  const list = (answer: Json, type: string): Json[] => (answer[type] ?? []) as unknown as Json[];
  const call = (method: string, path: string, body?: unknown, correlation = 'nfs-test'): Promise<Json> =>
    s.client.json(method, path, body, { 'correlation-id': correlation });
  const work = (method: string, path: string, body?: unknown, correlation?: string): Promise<Json> =>
    s.t.fast(() => call(method, path, body, correlation));
  const add = (storage: Record<string, unknown> = {}, more: Record<string, unknown> = {}): Promise<Json> =>
    work('POST', '/storagedomains', {
      name: 'nfs1',
      type: 'data',
      host: { name: 'host1.test.local' },
      storage: { type: 'nfs', address: NAS, path: '/exports/data', ...storage },
      ...more,
    });
  const sh = async (host: string, script: string): Promise<string> =>
    (await s.t.fast(async () => s.t.lab.hosts.get(host)?.sh(script)))?.stdout ?? '';
  const attached = (): string => `/datacenters/${center}/storagedomains/${data}`;
  const status = async (): Promise<unknown> => (await call('GET', attached())).status;
  const events = async (correlation: string): Promise<[number, string][]> =>
    list(await call('GET', `/events?search=correlation_id%3D${correlation}`), 'event')
      .map((one): [number, string] => [Number(one.code), String(one.description)])
      .reverse();
  const mount = `/rhev/data-center/mnt/${NAS}:_exports_data`;
  const server = () => {
    const [found] = s.t.lab.nfs;
    if (!found) throw new Error('the lab has no file server');
    return found;
  };

  it('refuses what vdsm cannot mount or may not use, in its words, and leaves nothing', async () => {
    const away = await add({ path: '/exports/nowhere' });
    expect(away).toMatchObject({ status: 400, detail: '[Problem while trying to mount target]' });
    expect(await events('nfs-test')).toContainEqual([
      996,
      `The error message for connection ${NAS}:/exports/nowhere returned by VDSM was: Problem while trying to mount target`,
    ]);
    expect(await add({ address: 'nobody.test.local' })).toMatchObject({ detail: away.detail });
    server().answering = false;
    expect(await add()).toMatchObject({ status: 400, detail: away.detail });
    server().answering = true;
    expect(await add({ path: '/exports/root_only' })).toMatchObject({
      status: 400,
      detail:
        '[Permission settings on the specified path do not allow access to the storage.\nVerify permission settings on the specified storage path.]',
    });
    expect(await add({ path: 'exports/data' })).toMatchObject({
      status: 409,
      detail: '[Mount path is illegal, please use [IP:/path or FQDN:/path] convention.]',
    });
    expect(await add({ mount_options: 'noatime,vers=3' })).toMatchObject({ status: 409 });
    expect(await add({ path: undefined })).toMatchObject({ detail: 'HostStorage [path] required for add' });
    expect(await add({}, { name: 'hosted_storage' })).toMatchObject({
      status: 409,
      detail: '[Cannot add Storage. The Storage Domain name is already in use.]',
    });
    expect(list(await call('GET', '/storageconnections'), 'storage_connection')).toEqual([]);
    expect(await sh('host1', 'mount -t nfs,nfs4; ls /rhev/data-center/mnt 2>/dev/null')).toBe('');
  });

  it('mounts the export on the host and makes the domain in it', async () => {
    const made = await add({ nfs_version: 'v4_1', mount_options: 'noatime' });
    data = String(made.id);
    expect(made).toMatchObject({
      status: 'unattached',
      storage: { type: 'nfs', address: NAS, path: '/exports/data', nfs_version: 'v4_1', mount_options: 'noatime' },
      available: String(2047 * GiB),
      used: String(GiB),
    });
    const [connection] = list(await call('GET', `/storagedomains/${data}/storageconnections`), 'storage_connection');
    expect(connection).toMatchObject({ address: NAS, path: '/exports/data', type: 'nfs', nfs_version: 'v4_1' });
    expect(await call('GET', `/storageconnections/${connection?.id}`)).toMatchObject({ path: '/exports/data' });
    expect(await work('DELETE', `/storageconnections/${connection?.id}`)).toMatchObject({
      status: 409,
      detail:
        '[Cannot remove Storage Connection. Storage connection parameters are used by the following storage domains : nfs1.]',
    });
    expect(await add({}, { name: 'nfs2' })).toMatchObject({
      status: 409,
      detail: `[Cannot add Storage Connection. Storage connection ${connection?.id} already exists for nfs1.]`,
    });
    expect(await sh('host1', 'mount -t nfs4')).toBe(
      `${NAS}:/exports/data on ${mount} type nfs4 (rw,relatime,vers=4.1,rsize=1048576,wsize=1048576,namlen=255,soft,nosharecache,noatime,proto=tcp,timeo=600,retrans=6,sec=sys,clientaddr=172.20.32.11,local_lock=none,addr=172.20.32.6)\n`,
    );
    expect(await sh('host1', `cat ${mount}/${data}/dom_md/metadata`)).toContain(
      `REMOTE_PATH=${NAS}:/exports/data\nROLE=Regular\nSDUUID=${data}\nTYPE=NFS\nVERSION=5\n`,
    );
    expect(await sh('host2', 'findmnt -t nfs4')).toBe('');
  });

  it('is mounted on every host when it is attached, and on none when it rests', async () => {
    const done = await work('POST', `/datacenters/${center}/storagedomains`, { id: data }, 'nfs-attach');
    expect(done).toMatchObject({ status: 'active', master: 'false' });
    expect((await events('nfs-attach')).map(([code]) => code)).toEqual([962, 966]);
    expect(await sh('host2', `findmnt -n -o SOURCE,FSTYPE ${mount}`)).toBe(`${NAS}:/exports/data nfs4\n`);
    expect(await sh('host2', `df -P ${mount} | tail -1`)).toMatch(
      /^nas.test.local:\/exports\/data +2147483648 +36864 /,
    );
    await call('POST', `${attached()}/deactivate`, {});
    await s.until('maintenance', async () => (await status()) === 'maintenance', 1);
    for (const host of ['host1', 'host2']) expect(await sh(host, 'mount -t nfs4')).toBe('');
    expect(await work('POST', `${attached()}/activate`, {})).toMatchObject({ status: 'complete' });
    expect(await sh('host2', `ls ${mount}`)).toBe(`${data}\n`);
  });

  it('takes raw and thin disks as files, and those of snapshots beside them', async () => {
    const disk = await work('POST', '/disks', {
      name: 'thin',
      provisioned_size: 10 * GiB,
      format: 'raw',
      storage_domains: { storage_domain: [{ id: data }] },
    });
    expect(disk).toMatchObject({ sparse: 'true', actual_size: '0' });
    await s.until('the disk is there', async () => (await call('GET', `/disks/${disk.id}`)).status === ('ok' as never));
    const image = `${mount}/${data}/images/${disk.id}`;
    expect(await sh('host2', `stat -c '%n %s %U:%G' ${image}/${disk.image_id}`)).toBe(
      `${image}/${disk.image_id} ${10 * GiB} vdsm:kvm\n`,
    );
    expect(await sh('host2', `cat ${image}/${disk.image_id}.meta`)).toContain(
      `FORMAT=RAW\nGEN=0\nIMAGE=${disk.id}\nLEGALITY=LEGAL\n`,
    );
    const cluster = list(await call('GET', '/clusters'), 'cluster').find((one) => String(one.name) !== 'Default');
    const vm = await work('POST', '/vms', {
      name: 'filed',
      cluster: { id: cluster?.id },
      template: { name: 'Blank' },
      high_availability: { enabled: true },
      lease: { storage_domain: { id: data } },
    });
    await work('POST', `/vms/${vm.id}/diskattachments`, {
      ...{ disk: { id: disk.id }, interface: 'virtio', bootable: true, active: true },
    });
    await work('POST', `/vms/${vm.id}/start`, {});
    await s.until('the VM is up', async () => (await call('GET', `/vms/${vm.id}`)).status === ('up' as never));
    const leases = (await sh('host1', 'sanlock client status')) + (await sh('host2', 'sanlock client status'));
    expect(leases).toContain(`r ${data}:${vm.id}:${mount}/${data}/dom_md/xleases:1048576:1 p `);
    await work('POST', `/vms/${vm.id}/snapshots`, { description: 'before' });
    await s.until('the snapshot is there', async () => {
      const shown = list(await call('GET', `/vms/${vm.id}/snapshots`), 'snapshot');
      return shown.some((one) => String(one.description) === 'before' && String(one.snapshot_status) === 'ok');
    });
    const top = await call('GET', `/disks/${disk.id}`);
    expect(top).toMatchObject({ format: 'cow', sparse: 'true' });
    expect(await sh('host1', `ls ${image} | wc -l`)).toBe('6\n');
    expect(await sh('host1', `grep -h VOLTYPE ${image}/${disk.image_id}.meta ${image}/${top.image_id}.meta`)).toBe(
      'VOLTYPE=INTERNAL\nVOLTYPE=LEAF\n',
    );
    expect(await sh('host1', `lvs --noheadings -o lv_name | grep -c ${top.image_id}`)).toBe('0\n');
    await work('POST', `/vms/${vm.id}/stop`, {});
    await s.until('the VM is down', async () => (await call('GET', `/vms/${vm.id}`)).status === ('down' as never));
    await work('DELETE', `/vms/${vm.id}`);
    await s.until('the VM is gone', async () => (await call('GET', `/vms/${vm.id}`)).status === (404 as never));
    expect(await sh('host1', `ls ${mount}/${data}/images`)).toBe('');
  });

  it('loses the domain when the server is away, and has it back when it answers', async () => {
    server().answering = false;
    expect(await sh('host1', `ls ${mount} 2>&1`)).toContain('Input/output error');
    await s.until('it is inactive', async () => (await status()) === 'inactive');
    const told = list(await call('GET', '/events?search=type%3D970'), 'event');
    expect(told[0]?.description).toBe(
      "Storage Domain nfs1 (Data Center Datacenter1) was deactivated by system because it's not visible by any of the hosts.",
    );
    expect(await work('POST', `${attached()}/activate`, {}, 'nfs-away')).toMatchObject({ status: 'failed' });
    expect((await events('nfs-away')).map(([code]) => code)).toContain(967);
    server().answering = true;
    await s.until('it is active', async () => (await status()) === 'active');
    expect(await sh('host1', `ls ${mount}`)).toBe(`${data}\n`);
  });

  it('leaves a host that rests, and comes back to it with the host', async () => {
    const [host] = list(await call('GET', '/hosts?search=host2*'), 'host');
    const is = (wanted: string) => async () => String((await call('GET', `/hosts/${host?.id}`)).status) === wanted;
    await call('POST', `/hosts/${host?.id}/deactivate`, {});
    await s.until('host2 rests', is('maintenance'));
    expect(await sh('host2', 'mount -t nfs4')).toBe('');
    await call('POST', `/hosts/${host?.id}/activate`, {});
    await s.until('host2 is up', is('up'));
    expect(await sh('host2', `ls ${mount}`)).toBe(`${data}\n`);
  });

  it('is mounted again, after some patience, on a host that has lost it unnoticed, as by a quick boot', async () => {
    const [host] = list(await call('GET', '/hosts?search=host2*'), 'host');
    const is = (wanted: string) => async () => String((await call('GET', `/hosts/${host?.id}`)).status) === wanted;
    await sh('host2', `umount ${mount}`);
    expect([await sh('host2', 'mount -t nfs4'), await is('up')()]).toEqual(['', true]);
    await s.until('host2 is out of service', is('non_operational'));
    await s.until('host2 is up', is('up'));
    expect(await sh('host2', `ls ${mount}`)).toBe(`${data}\n`);
  });

  it('goes without formatting, is found in its export again, and goes with all its files', async () => {
    const leave = async (): Promise<void> => {
      await call('POST', `${attached()}/deactivate`, {});
      await s.until('maintenance', async () => (await status()) === 'maintenance', 1);
      expect(await work('DELETE', attached())).toMatchObject({ status: 'complete' });
    };
    await leave();
    expect(await work('DELETE', `/storagedomains/${data}?host=host1.test.local`)).toMatchObject({ status: 'complete' });
    expect(list(await call('GET', '/storageconnections'), 'storage_connection')).toEqual([]);
    expect(await sh('host1', 'mount -t nfs4')).toBe('');
    expect(await add({}, { name: undefined })).toMatchObject({ id: data, name: 'nfs1', status: 'unattached' });
    const jobs = list(await call('GET', '/jobs?search=correlation_id%3Dnfs-test'), 'job');
    expect(jobs.map(({ description }) => String(description))).toContain('Adding File Storage Domain nfs1');
    await work('POST', `/datacenters/${center}/storagedomains`, { id: data });
    expect(await status()).toBe('active');
    await leave();
    const removal = `/storagedomains/${data}?host=host1.test.local&format=true`;
    expect(await work('DELETE', removal)).toMatchObject({ status: 'complete' });
    expect(server().exports[0]?.files.list('/')).toEqual([]);
  });

  it('refuses an export with remnants that are no domain any more', async () => {
    server().exports[0]?.files.write('/11111111-2222-3333-4444-555555555555/dom_md/ids', '');
    expect(await add()).toMatchObject({
      status: 400,
      detail:
        '[Error in creating a Storage Domain. The selected storage path is not empty (probably contains another Storage Domain). Either remove the existing Storage Domain from this path, or change the Storage path).]',
    });
    expect((await events('nfs-test')).map(([code]) => code)).toContain(957);
    expect(s.t.lab.defects).toEqual([]);
  });
});
