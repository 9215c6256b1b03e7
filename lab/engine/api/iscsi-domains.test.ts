import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { worlds } from '../../worlds/index.ts';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

const [FIRST, SECOND] = ['172.20.32.7', '172.20.32.8'];
const DATA = { iqn: 'iqn.2019-11.local.test:data', wwid: '36001405d1a0c4f3b8e24f1c9a7b6d502' };
const SECURE = { iqn: 'iqn.2019-11.local.test:secure', wwid: '36001405e7b95d2c4a1f4c0d8b3e6a917' };

describe('iSCSI data domains', () => {
  let s: ServedLab;
  let center = '';
  let hosts: Json[] = [];
  let data = '';
  beforeAll(async () => {
    s = await servedLab(2);
    center = String(list(await call('GET', '/datacenters?search=name%3DDatacenter1'), 'data_center')[0]?.id);
    hosts = list(await call('GET', '/hosts'), 'host');
  });
  afterAll(() => s.close());

  const list = (answer: Json, type: string): Json[] => (answer[type] ?? []) as unknown as Json[];
  const call = (method: string, path: string, body?: unknown): Promise<Json> => s.client.json(method, path, body);
  const work = (method: string, path: string, body?: unknown): Promise<Json> =>
    s.t.fast(() => call(method, path, body));
  const login = (iscsi: Record<string, unknown>): Promise<Json> =>
    work('POST', `/hosts/${hosts[0]?.id}/iscsilogin`, { iscsi });
  const add = (name: string, unit: Record<string, unknown>): Promise<Json> =>
    work('POST', '/storagedomains', {
      ...{ name, type: 'data', host: { name: 'host1.test.local' } },
      storage: { type: 'iscsi', logical_units: { logical_unit: [unit] } },
    });
  const units = async (): Promise<Json[]> =>
    list(await call('GET', `/hosts/${hosts[0]?.id}/storage`), 'host_storage')
      .filter((one) => String(one.type) === 'iscsi')
      .flatMap((one) => (one.logical_units?.logical_unit ?? []) as unknown as Json[]);
  const run = async (host: string, script: string) =>
    s.t.fast(async () => s.t.lab.hosts.get(host)?.sh(script) ?? { code: -1, stdout: '', stderr: '' });
  const sh = async (host: string, script: string): Promise<string> => (await run(host, script)).stdout;
  const attached = (): string => `/datacenters/${center}/storagedomains/${data}`;
  const status = async (): Promise<unknown> => (await call('GET', attached())).status;
  const world = (name: string, detail?: string) =>
    worlds[name]?.(s.t.lab, { target: 'storage', ...(detail === undefined ? {} : { detail }) });

  it('discovers the targets of a portal', async () => {
    const found = await work('POST', `/hosts/${hosts[0]?.id}/iscsidiscover`, { iscsi: { address: FIRST } });
    expect(found).toMatchObject({ status: 'complete' });
    expect(found.iscsi_targets?.iscsi_target).toEqual([DATA.iqn, DATA.iqn, SECURE.iqn, SECURE.iqn]);
    expect(list(found.discovered_targets ?? {}, 'iscsi_details')[1]).toEqual({
      ...{ address: SECOND, port: '3260', portal: `${SECOND}:3260,1`, target: DATA.iqn },
    });
    const none = await work('POST', `/hosts/${hosts[0]?.id}/iscsidiscover`, { iscsi: { address: '172.20.32.99' } });
    expect(none.fault?.detail).toBe('[Failed discovery of iSCSI targets]');
    expect((await sh('host1', 'cat /etc/iscsi/initiatorname.iscsi')).trim()).toBe(
      `InitiatorName=${(await call('GET', `/hosts/${hosts[0]?.id}`)).iscsi?.initiator}`,
    );
  });

  it('refuses a login in the words of vdsm, and gives the LUN after a good one', async () => {
    expect(await units()).toEqual([]);
    expect((await login({ address: FIRST })).detail).toBe('Action [iscsi.target] required for iscsiLogin');
    const secure = { address: FIRST, target: SECURE.iqn };
    for (const chap of [{}, { username: 'ovirt', password: 'wrong' }]) {
      const refused = await login({ ...secure, ...chap });
      expect([refused.status, refused.fault?.detail]).toEqual([
        'failed',
        '[Failed to login to iSCSI node due to authorization failure]',
      ]);
    }
    const nowhere = await login({ address: '172.20.32.99', target: DATA.iqn });
    expect(nowhere.fault?.detail).toBe('[Failed to setup iSCSI subsystem]');
    expect(await run('host1', 'iscsiadm -m session')).toMatchObject({
      code: 21,
      stderr: 'iscsiadm: No active sessions.\n',
    });
    const { iscsiPassword: password } = s.t.lab.secrets;
    expect(await login({ ...secure, username: 'ovirt', password })).toMatchObject({ status: 'complete' });
    expect(await units()).toMatchObject([
      {
        ...{ id: SECURE.wwid, status: 'free', paths: '1', address: FIRST, port: '3260', target: SECURE.iqn },
        ...{ portal: `${FIRST}:3260,1`, username: 'ovirt', vendor_id: 'LIO-ORG', product_id: 'secure' },
      },
    ]);
    expect(await sh('host1', 'iscsiadm -m session')).toBe(`tcp: [1] ${FIRST}:3260,1 ${SECURE.iqn} (non-flash)\n`);
  });

  it('logs in by itself where the body says so, and makes the domain', async () => {
    await login({ address: SECOND, target: DATA.iqn });
    const unit = { id: DATA.wwid, address: FIRST, port: 3260, target: DATA.iqn };
    expect((await add('iscsi1', { ...unit, target: undefined })).detail).toBe('LogicalUnit [target] required for add');
    const made = await add('iscsi1', unit);
    data = String(made.id);
    expect(made).toMatchObject({ status: 'unattached', storage: { type: 'iscsi' } });
    const shown = made.storage?.volume_group?.logical_units?.logical_unit as unknown as Json[];
    expect(shown.map((one) => [String(one.id), String(one.address), String(one.target)]).sort()).toEqual([
      [DATA.wwid, FIRST, DATA.iqn],
      [DATA.wwid, SECOND, DATA.iqn],
    ]);
    const connections = list(await call('GET', `/storagedomains/${data}/storageconnections`), 'storage_connection');
    expect(connections.map((one) => String(one.type))).toEqual(['iscsi', 'iscsi']);
    expect(await sh('host1', `vgs --noheadings -o vg_tags ${data}`)).toContain('MDT_TYPE=ISCSI');
    expect(await sh('host1', `multipath -ll ${DATA.wwid}`)).toMatch(
      /^36001405d1a0c4f3b8e24f1c9a7b6d502 dm-\d+ LIO-ORG ,data\nsize=1\.0T features='0' hwhandler='1 alua' wp=rw\n\|-\+- policy='service-time 0' prio=50 status=active\n\| `- 21:0:0:0 +sd\w \S+ +active ready running\n`-\+-/,
    );
  });

  it('is reached by every host while it is active, and by none when it rests', async () => {
    await work('POST', `/datacenters/${center}/storagedomains`, { id: data });
    expect(await status()).toBe('active');
    expect((await sh('host2', 'iscsiadm -m session')).split('\n').length).toBe(3);
    expect(await sh('host2', 'lsblk')).toContain(`${data.replaceAll('-', '--')}-ids`);
    await call('POST', `${attached()}/deactivate`, {});
    await s.until('maintenance', async () => (await status()) === 'maintenance', 1);
    expect((await run('host2', 'iscsiadm -m session')).code).toBe(21);
    expect(await sh('host2', `ls /dev/mapper`)).not.toContain(DATA.wwid);
    await work('POST', `${attached()}/activate`, {});
    expect(await sh('host2', `vgs --noheadings -o vg_name ${data}`)).toContain(data);
  });

  it('outlives the loss of a portal, becomes inactive without any, and comes back', async () => {
    await world('iscsi-portal-away', FIRST);
    expect(await sh('host2', `multipath -ll ${DATA.wwid}`)).toMatch(/prio=0 status=enabled\n.*failed faulty offline\n/);
    await s.t.fast(() => s.t.lab.clock.sleep(400));
    expect(await status()).toBe('active');
    await world('iscsi-portal-away');
    await s.until('it is inactive', async () => (await status()) === 'inactive');
    for (const { portals } of s.t.lab.targets) for (const portal of portals) portal.answering = true;
    await s.until('it is active', async () => (await status()) === 'active');
  });

  it('is left by a host that rests and found by it when it comes back, also after a reboot', async () => {
    const is = (wanted: string) => async () => String((await call('GET', `/hosts/${hosts[1]?.id}`)).status) === wanted;
    await call('POST', `/hosts/${hosts[1]?.id}/deactivate`, {});
    await s.until('host2 rests', is('maintenance'));
    expect((await run('host2', 'iscsiadm -m session')).code).toBe(21);
    await s.t.fast(async () => s.t.lab.hosts.get('host2')?.reboot());
    await call('POST', `/hosts/${hosts[1]?.id}/activate`, {});
    await s.until('host2 is up', is('up'));
    expect(await sh('host2', 'lsblk')).toContain(`${data.replaceAll('-', '--')}-ids`);
  });

  it('goes with its connections and sessions, and gives the LUN free', async () => {
    await call('POST', `${attached()}/deactivate`, {});
    await s.until('maintenance', async () => (await status()) === 'maintenance', 1);
    await work('DELETE', attached());
    const removal = `/storagedomains/${data}?host=host1.test.local&format=true`;
    expect(await work('DELETE', removal)).toMatchObject({ status: 'complete' });
    expect(list(await call('GET', '/storageconnections'), 'storage_connection')).toEqual([]);
    expect(await sh('host1', 'iscsiadm -m session')).not.toContain(DATA.iqn);
    await login({ address: FIRST, target: DATA.iqn });
    expect((await units()).find((one) => String(one.id) === DATA.wwid)).toMatchObject({ status: 'free' });
    expect(s.t.lab.defects).toEqual([]);
  });
});
