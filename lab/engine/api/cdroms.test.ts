import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

const GiB = 2 ** 30;
const DRIVE = '00000000-0000-0000-0000-000000000000';

describe('the drive of a VM', () => {
  let s: ServedLab;
  let vm = '';
  let iso: Json;
  let domain = '';
  beforeAll(async () => {
    s = await servedLab(1);
    const made = await call('POST', '/vms', {
      name: 'vm1',
      cluster: { name: 'Cluster1' },
      template: { name: 'Blank' },
      memory: GiB,
      os: { boot: { devices: { device: ['cdrom'] } } },
    });
    vm = String(made.id);
    iso = await newDisk('centos7', 'iso');
    const [row] = (await call('GET', '/storagedomains?search=name%3Dhosted_storage'))
      .storage_domain as unknown as Json[];
    domain = String(row?.id);
  });
  afterAll(() => s.close());

  const call = (method: string, path: string, body?: unknown): Promise<Json> =>
    s.client.json(method, path, body, { 'correlation-id': 'cd-test' });
  const newDisk = async (name: string, content_type: string): Promise<Json> => {
    const storage_domains = { storage_domain: [{ name: 'hosted_storage' }] };
    const made = await call('POST', '/disks', {
      name,
      provisioned_size: GiB,
      format: 'raw',
      content_type,
      storage_domains,
    });
    await s.until('ok', async () => ((await call('GET', `/disks/${made.id}`)).status as unknown) === 'ok', 1);
    return made;
  };
  const path = (query = ''): string => `/vms/${vm}/cdroms/${DRIVE}${query}`;
  const insert = (id: unknown, query = ''): Promise<Json> => call('PUT', path(query), { file: { id } });
  const active = async (disk: Json): Promise<string> => {
    const script = `lvs --noheadings -o lv_attr ${domain}/${disk.image_id}`;
    return (await s.t.fast(() => s.t.host.sh(script))).stdout.trim();
  };
  const lastCode = async (): Promise<number> => {
    const told = await call('GET', '/events?search=correlation_id%3Dcd-test&max=1');
    return Number((told.event as unknown as Json[])[0]?.code);
  };

  it('is empty at first, and takes an image for the next start', async () => {
    const listed = (await call('GET', `/vms/${vm}/cdroms`)).cdrom as unknown as Json[];
    expect(listed).toEqual([
      { id: DRIVE, href: expect.stringContaining(path()), vm: expect.objectContaining({ id: vm }) },
    ]);
    expect(await call('PUT', path(), {})).toMatchObject({ status: 400, detail: 'Cdrom [file] required for update' });
    expect((await insert(iso.id)).file?.id).toBe(iso.id);
    expect((await call('GET', path('?current=true'))).file).toBeUndefined();
    expect((await call('DELETE', `/disks/${iso.id}`)).detail).toBe(
      '[Cannot remove Virtual Disk. The disk is an ISO disk attached as CDROM to the following VMs/Templates: vm1.]',
    );
    expect((await insert(iso.id, '?current=true')).detail).toBe(
      '[Cannot Change CD VM because the VM is in Down status.]',
    );
  });

  it('lets the VM start from an image that is there, and from no other', async () => {
    const data = await newDisk('data', 'data');
    const start = async (id: unknown): Promise<unknown> => {
      await insert(id);
      return (await call('POST', `/vms/${vm}/start`, {})).fault?.detail;
    };
    expect(await start(data.id)).toBe('[Invalid ISO image path]');
    expect(await start('11111111-2222-3333-4444-555555555555')).toBe('[Invalid ISO image path]');
    expect(await start('centos.iso')).toContain('without an active ISO domain');
    expect(await active(iso)).toBe('-wi-------');
    expect(await start(iso.id)).toBeUndefined();
    await s.until('up', async () => ((await call('GET', `/vms/${vm}`)).status as unknown) === 'up');
    expect((await call('GET', path('?current=true'))).file?.id).toBe(iso.id);
    expect(await active(iso)).toBe('-wi-ao----');
  });

  it('is changed and emptied while the VM runs', async () => {
    const second = await newDisk('tools', 'iso');
    expect((await insert('tools.txt', '?current=true')).detail).toBe('[Cannot Change CD VM. Invalid CD image format.]');
    expect((await insert(second.id, '?current=true')).file?.id).toBe(second.id);
    expect(await lastCode()).toBe(38);
    expect([await active(iso), await active(second)]).toEqual(['-wi-------', '-wi-ao----']);
    await insert(second.id, '?current=true');
    expect(await lastCode()).toBe(1191);
    expect((await insert('', '?current=true')).file).toBeUndefined();
    expect(await lastCode()).toBe(528);
    expect(await active(second)).toBe('-wi-------');
    // For the starts to come nothing has changed.
    expect((await call('GET', path())).file?.id).toBe(iso.id);
    expect((await insert('')).file).toBeUndefined();
    await call('POST', `/vms/${vm}/stop`, {});
    const once = { vm: { cdroms: { cdrom: [{ file: { id: second.id } }] } } };
    await call('POST', `/vms/${vm}/start`, once);
    await s.until('it runs', async () => ((await call('GET', `/vms/${vm}`)).status as unknown) !== 'down', 1);
    expect((await call('GET', path('?current=true'))).file?.id).toBe(second.id);
    await call('POST', `/vms/${vm}/stop`, {});
    expect((await call('DELETE', `/disks/${second.id}`)).status).toBe('complete');
    expect(s.t.lab.defects).toEqual([]);
  });
});
