import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

const WWID = '3600a098000e4b4b3000003175cec1840';
const HOSTED = '3600a098000e4b4b3000003c95d171065';

describe('storage domains in the engine', () => {
  let s: ServedLab;
  let center = '';
  let hosts: Json[] = [];
  let data = '';
  beforeAll(async () => {
    s = await servedLab(3);
    center = String(
      ((await call('GET', '/datacenters?search=name%3DDatacenter1')).data_center as unknown as Json[])[0]?.id,
    );
    hosts = (await call('GET', '/hosts')).host as unknown as Json[];
  });
  afterAll(() => s.close());

  const call = (method: string, path: string, body?: unknown): Promise<Json> =>
    s.client.json(method, path, body, { 'correlation-id': 'storage-test' });
  /** A call that is answered when the work is done: time need not be waited for. */
  const work = (method: string, path: string, body?: unknown): Promise<Json> =>
    s.t.fast(() => call(method, path, body));
  const add = (more: Record<string, unknown> = {}, storage: Record<string, unknown> = {}): Promise<Json> =>
    work('POST', '/storagedomains', {
      name: 'data1',
      type: 'data',
      host: { name: 'host1.test.local' },
      storage: { type: 'fcp', logical_units: { logical_unit: [{ id: WWID }] }, ...storage },
      ...more,
    });
  const lun = async (host: Json | undefined, wwid: string): Promise<Json | undefined> => {
    const listed = (await call('GET', `/hosts/${host?.id}/storage`)).host_storage as unknown as Json[];
    const units = listed.find((one) => (one.id as unknown) === wwid)?.logical_units?.logical_unit as unknown as Json[];
    return units?.[0];
  };
  const status = async (): Promise<string> =>
    String((await call('GET', `/datacenters/${center}/storagedomains/${data}`)).status);
  const sh = async (host: string, script: string): Promise<string> =>
    (await s.t.fast(async () => s.t.lab.hosts.get(host)?.sh(script)))?.stdout ?? '';
  const codes = async (correlation: string): Promise<number[]> => {
    const found = await call('GET', `/events?search=correlation_id%3D${correlation}`);
    return ((found.event ?? []) as unknown as Json[]).map((one) => Number(one.code)).reverse();
  };

  it('lists LUNs as a host sees them, with whose they are', async () => {
    expect(await lun(hosts[0], WWID)).toMatchObject({
      status: 'free',
      paths: '2',
      size: String(2 * 2 ** 40),
      lun_mapping: '1',
      vendor_id: 'DELL',
      product_id: 'MD38xxf',
    });
    const [hosted] = (await call('GET', '/storagedomains?search=name%3Dhosted_storage'))
      .storage_domain as unknown as Json[];
    expect(await lun(hosts[1], HOSTED)).toMatchObject({ status: 'used', storage_domain_id: hosted?.id });
    const quick = (await call('GET', `/hosts/${hosts[0]?.id}/storage?report_status=false`)).host_storage;
    expect(JSON.stringify(quick)).not.toContain('"status"');
  });

  it('refuses a LUN that is taken, dirty or out of reach, and a host that cannot do it', async () => {
    const taken = await add({}, { logical_units: { logical_unit: [{ id: HOSTED }] } });
    expect([taken.status, taken.detail]).toEqual([
      409,
      `[Cannot add Storage. The following LUNs are already part of existing storage domains: ${HOSTED} (hosted_storage).]`,
    ]);
    const device =
      '[Physical device initialization failed. Please check that the device is empty and accessible by the host.]';
    await sh('host1', `vgcreate older /dev/mapper/${WWID}`);
    expect(await lun(hosts[0], WWID)).toMatchObject({ status: 'used' });
    expect(await lun(hosts[0], WWID)).not.toHaveProperty('storage_domain_id');
    expect(await add()).toMatchObject({ status: 400, detail: device });
    expect(
      await add({}, { logical_units: { logical_unit: [{ id: '3600a098000e4b4b30000000000000000' }] } }),
    ).toMatchObject({
      status: 400,
      detail: device,
    });
    const [second] = (await call('GET', '/hosts?search=host2*')).host as unknown as Json[];
    await call('POST', `/hosts/${second?.id}/deactivate`, {});
    expect(await add({ host: { name: 'host2.test.local' } })).toMatchObject({ status: 409 });
    await s.until(
      'host2 rests',
      async () => (await call('GET', `/hosts/${second?.id}`)).status === ('maintenance' as never),
    );
    await call('POST', `/hosts/${second?.id}/activate`, {});
    await s.until('host2 is up', async () => (await call('GET', `/hosts/${second?.id}`)).status === ('up' as never));
    expect(await add({ name: 'hosted_storage' })).toMatchObject({
      status: 409,
      detail: '[Cannot add Storage. The Storage Domain name is already in use.]',
    });
    const before = (await call('GET', '/storagedomains')).storage_domain as unknown as Json[];
    expect(before.map((one) => one.name)).toEqual(['hosted_storage']);
    const gluster = await s.client.call('POST', '/storagedomains', {
      name: 'gluster1',
      type: 'data',
      host: { name: 'host1.test.local' },
      storage: { type: 'glusterfs', address: 'nas', path: '/volume', vfs_type: 'glusterfs' },
    });
    expect(gluster.status).toBe(501);
  });

  it('makes a domain over what the LUN held when it is told to', async () => {
    const made = await add({}, { override_luns: true });
    expect(made).toMatchObject({ status: 'unattached', master: 'false', storage_format: 'v5' });
    data = String(made.id);
    expect(await codes('storage-test')).toContain(956);
    expect(await lun(hosts[1], WWID)).toMatchObject({ status: 'used', storage_domain_id: data });
    expect((await call('GET', `/storagedomains/${data}`)).status).toBe('unattached');
    const tags = await sh('host1', `vgs --noheadings -o vg_tags ${data}`);
    expect(tags).toContain(`MDT_SDUUID=${data}`);
    expect(tags).toContain('MDT_ROLE=Regular');
    expect(tags.trim().endsWith('RHAT_storage_domain')).toBe(true);
    const names = (await sh('host2', `lvs --noheadings -o lv_name ${data}`)).trim().split(/\s+/);
    expect(names).toEqual(['ids', 'inbox', 'leases', 'master', 'metadata', 'outbox', 'xleases']);
  });

  it('attaches and activates in one request, seen on the way as it goes, and on every host afterwards', async () => {
    const seen: string[] = [];
    const attaching = s.client.json(
      'POST',
      `/datacenters/${center}/storagedomains`,
      { id: data },
      {
        'correlation-id': 'attach-data1',
      },
    );
    let over = false;
    void attaching.then(() => {
      over = true;
    });
    while (!over) {
      await s.t.fast(() => s.t.lab.clock.sleep(0.5));
      const now = String((await s.client.json('GET', `/datacenters/${center}/storagedomains/${data}`)).status);
      if (seen.at(-1) !== now && now !== '404') seen.push(now);
    }
    expect(await attaching).toMatchObject({ status: 'active', master: 'false', data_center: { id: center } });
    expect(seen).toEqual(['locked', 'maintenance', 'activating', 'active']);
    expect(await call('GET', `/storagedomains/${data}`)).toMatchObject({ status: 200 });
    expect(await codes('attach-data1')).toEqual([962, 966]);
    for (const host of ['host1', 'host2']) {
      expect(await sh(host, 'lsblk')).toContain(`${data.replaceAll('-', '--')}-ids`);
      expect(await sh(host, `lvs --noheadings -o lv_attr ${data}/ids ${data}/leases`)).toBe(
        '  -wi-ao----\n  -wi-a-----\n',
      );
    }
    expect(await sh('host3', 'lsblk')).not.toContain('-ids');
    expect((await call('GET', `/datacenters/${center}`)).status).toBe('up');
    const again = await work('POST', `/datacenters/${center}/storagedomains`, { id: data });
    expect(again).toMatchObject({ status: 409 });
  });

  it('goes to maintenance and back on its way out, and gives the LUN free', async () => {
    const seen: string[] = [];
    const path = `/datacenters/${center}/storagedomains/${data}`;
    expect(await work('DELETE', path)).toMatchObject({ status: 409 });
    expect(await call('POST', `${path}/deactivate`, {})).toMatchObject({ status: 'complete', job: {} });
    await s.until(
      'maintenance',
      async () => {
        const now = await status();
        if (seen.at(-1) !== now) seen.push(now);
        return now === 'maintenance';
      },
      1,
    );
    expect(seen).toEqual(['locked', 'preparing_for_maintenance', 'maintenance']);
    expect(await work('POST', `${path}/activate`, {})).toMatchObject({ status: 'complete' });
    expect(await status()).toBe('active');
    await call('POST', `${path}/deactivate`, {});
    await s.until('maintenance', async () => (await status()) === 'maintenance', 1);
    expect(await work('DELETE', path)).toMatchObject({ status: 'complete' });
    expect((await s.client.call('GET', path)).status).toBe(404);
    expect((await call('GET', `/storagedomains/${data}`)).status).toBe('unattached');
    expect(await sh('host1', 'lsblk')).not.toContain(data.replaceAll('-', '--'));
    const removal = `/storagedomains/${data}`;
    expect(await call('DELETE', removal)).toMatchObject({ status: 400, reason: 'host parameter is missing' });
    expect(await work('DELETE', `${removal}?host=host1.test.local&format=true`)).toMatchObject({ status: 'complete' });
    expect((await s.client.call('GET', removal)).status).toBe(404);
    expect(await lun(hosts[1], WWID)).toMatchObject({ status: 'free' });
    expect(await sh('host2', `vgs ${data} 2>&1`)).toContain('not found');
  });

  it('leaves the domain on the LUN when it is removed without formatting, and takes it in again', async () => {
    const made = await add();
    data = String(made.id);
    await call('DELETE', `/storagedomains/${data}?host=${hosts[0]?.id}`);
    expect(await lun(hosts[0], WWID)).toMatchObject({ status: 'used' });
    const unknown = await add({ id: '11111111-2222-3333-4444-555555555555', import: true });
    expect(unknown.detail).toBe('Storage Domain id 11111111-2222-3333-4444-555555555555 Does not exists');
    expect(await add({ id: data, import: true })).toMatchObject({ id: data, name: 'data1', status: 'unattached' });
  });

  it('brings up a data center with its first domain, which becomes its master', async () => {
    const own = await call('POST', '/datacenters', { name: 'dc2', local: false });
    const cluster = await call('POST', '/clusters', { name: 'c2', data_center: { name: 'dc2' } });
    const attach = (): Promise<Json> => work('POST', `/datacenters/${own.id}/storagedomains`, { id: data });
    expect(await attach()).toMatchObject({
      status: 409,
      detail: '[Cannot attach Storage. There is no active Host in the Data Center.]',
    });
    await s.t.fast(async () =>
      s.t.lab.hosts
        .get('host3')
        ?.run(['yum', '-y', 'install', 'http://resources.ovirt.org/pub/yum-repo/ovirt-release43.rpm']),
    );
    const added = await call('POST', '/hosts', {
      name: 'host3',
      address: 'host3.test.local',
      cluster: { id: cluster.id },
      root_password: s.t.lab.secrets.hostRootPassword,
    });
    await s.until('host3 is up', async () => (await call('GET', `/hosts/${added.id}`)).status === ('up' as never));
    expect((await call('GET', `/datacenters/${own.id}`)).status).toBe('uninitialized');
    expect(await attach()).toMatchObject({ master: 'true' });
    await s.until('dc2 is up', async () => (await call('GET', `/datacenters/${own.id}`)).status === ('up' as never));
    expect((await call('GET', `/hosts/${added.id}`)).spm?.status).toBe('spm');
    expect(await sh('host3', 'lsblk')).toContain(`/rhev/data-center/mnt/blockSD/${data}/master`);
    expect(await sh('host2', 'lsblk')).not.toContain(data.replaceAll('-', '--'));
    const refused = await call('DELETE', `/datacenters/${own.id}`);
    expect(refused.detail).toBe('[Cannot remove an active Data Center.]');
    await call('POST', `/datacenters/${own.id}/storagedomains/${data}/deactivate`, {});
    await s.until(
      'dc2 rests',
      async () => (await call('GET', `/datacenters/${own.id}`)).status === ('maintenance' as never),
    );
    expect(await call('DELETE', `/storagedomains/${data}?destroy=true`)).toMatchObject({ status: 'complete' });
    expect((await call('GET', `/datacenters/${own.id}`)).status).toBe('uninitialized');
  });

  it('keeps the hosted engine in its place', async () => {
    const [hosted] = (await call('GET', `/datacenters/${center}/storagedomains`)).storage_domain as unknown as Json[];
    expect(hosted).toMatchObject({ name: 'hosted_storage', master: 'true', status: 'active' });
    const refused = await call('POST', `/datacenters/${center}/storagedomains/${hosted?.id}/deactivate`, {});
    expect(refused.fault?.detail).toBe(
      '[Cannot deactivate Storage. The storage selected contains the self hosted engine.]',
    );
    expect(s.t.lab.defects).toEqual([]);
  });

  it('takes a host out of service that loses its storage, and back when the paths are there again', async () => {
    const paths = s.t.lab.luns.find((one) => one.wwid === HOSTED)?.paths.get('host2') ?? [];
    const second = (): Promise<Json> => call('GET', `/hosts/${hosts[1]?.id}`);
    for (const path of paths) path.up = false;
    await s.until('non operational', async () => (await second()).status === ('non_operational' as never));
    expect(await second()).toMatchObject({ status_detail: 'storage_domain_unreachable' });
    for (const path of paths) path.up = true;
    await s.until('up again', async () => (await second()).status === ('up' as never));
    const told = (await call('GET', '/events?search=type%3D522')).event as unknown as Json[];
    expect(told[0]?.description).toBe(
      'Host host2.test.local cannot access the Storage Domain(s) hosted_storage attached to the Data Center Datacenter1. Setting Host state to Non-Operational.',
    );
  });
});
