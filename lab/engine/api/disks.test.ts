import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

const WWID = '3600a098000e4b4b3000003175cec1840';
const GiB = 2 ** 30;

describe('disks in the engine', () => {
  let s: ServedLab;
  let data = '';
  let center = '';
  let vm = '';
  beforeAll(async () => {
    s = await servedLab(2);
    const [own] = (await call('GET', '/datacenters?search=name%3DDatacenter1')).data_center as unknown as Json[];
    center = String(own?.id);
    const logical_units = { logical_unit: [{ id: WWID }] };
    const body = {
      name: 'data1',
      type: 'data',
      host: { name: 'host1.test.local' },
      storage: { type: 'fcp', logical_units },
    };
    data = String((await s.t.fast(() => call('POST', '/storagedomains', body))).id);
    await s.t.fast(() => call('POST', `/datacenters/${center}/storagedomains`, { id: data }));
    const made = { name: 'vm1', cluster: { name: 'Cluster1' }, template: { name: 'Blank' }, memory: 2 * GiB };
    vm = String((await call('POST', '/vms', made)).id);
  });
  afterAll(() => s.close());

  const call = (method: string, path: string, body?: unknown): Promise<Json> =>
    s.client.json(method, path, body, { 'correlation-id': 'disks-test' });
  const disk = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
    name: 'd1',
    provisioned_size: 11 * GiB,
    format: 'raw',
    storage_domains: { storage_domain: [{ name: 'data1' }] },
    ...more,
  });
  const ok = (id: unknown): Promise<void> =>
    s.until('the disk is ok', async () => ((await call('GET', `/disks/${id}`)).status as unknown) === 'ok', 1);
  const sh = async (host: string, script: string): Promise<string> =>
    (await s.t.fast(async () => s.t.lab.hosts.get(host)?.sh(script)))?.stdout ?? '';

  it('makes one as a volume of the domain, named by its image, locked at first', async () => {
    const id = 'aaaaaaaa-0000-4000-8000-000000000001';
    const made = await call('POST', '/disks', disk({ id }));
    expect(made).toMatchObject({ id, status: 'locked', sparse: 'false', actual_size: String(11 * GiB) });
    const locked = await call('DELETE', `/disks/${id}`);
    expect(locked.detail).toBe(
      '[Cannot remove Virtual Disk. Related operation is currently in progress. Please try again later.]',
    );
    await ok(id);
    const report = await sh('host2', `lvs --noheadings --units g -o lv_size,lv_attr,lv_tags ${data}/${made.image_id}`);
    expect(report).toContain(`11.00g -wi------- IU_${id},MD_1,PU_00000000-0000-0000-0000-000000000000`);
    expect(await sh('host2', 'lsblk')).not.toContain(String(made.image_id).replaceAll('-', '--'));
    const told = (await call('GET', '/events?search=correlation_id%3Ddisks-test&max=2')).event as unknown as Json[];
    expect(told.map((one) => Number(one.code))).toEqual([2021, 2020]);
  });

  it('gives a thin one a gigabyte, or what it is known to need', async () => {
    const thin = await call('POST', '/disks', disk({ name: 'd2', format: 'cow' }));
    const known = await call('POST', '/disks', disk({ name: 'd3', format: 'cow', initial_size: 5 * GiB }));
    expect([thin.actual_size, known.actual_size]).toEqual([String(GiB), String(5.5 * GiB)]);
    const found = await call('GET', '/disks?search=name%3D%22d3%22%20and%20Storage.name%3D%22data1%22');
    expect((found.disk as unknown as Json[]).map((one) => one.id)).toEqual([known.id]);
  });

  it('refuses what a block domain cannot hold', async () => {
    const refusals = [
      await call('POST', '/disks', disk({ sparse: true })),
      await call('POST', '/disks', disk({ format: 'cow', sparse: false })),
      await call('POST', '/disks', disk({ provisioned_size: 3 * 2 ** 40 })),
    ];
    expect(refusals.map((one) => [Number(one.status), String(one.detail)])).toEqual([
      [409, '[Cannot add Virtual Disk. Disk configuration (RAW Sparse) is incompatible with the storage domain type.]'],
      [
        409,
        '[Cannot add Virtual Disk. Disk configuration (COW Preallocated) is incompatible with the storage domain type.]',
      ],
      [409, '[Cannot add Virtual Disk. Low disk space on Storage Domain data1.]'],
    ]);
  });

  it('takes another name and description while no VM has it and nothing locks it', async () => {
    const made = await call('POST', '/disks', disk({ name: 'd5', provisioned_size: GiB }));
    const path = `/disks/${made.id}`;
    expect((await call('PUT', path, { description: 'early' })).detail).toBe(
      '[Cannot update Virtual Disk: The following disks are locked: d5. Please try again in a few minutes.]',
    );
    await ok(made.id);
    expect(await call('PUT', path, { description: 'sha256:00' })).toMatchObject({ alias: 'd5' });
    expect(await call('GET', path)).toMatchObject({ alias: 'd5', description: 'sha256:00' });
    expect((await s.client.call('PUT', path, { format: 'cow', sparse: false })).status).toBe(501);
    await call('DELETE', path);
    await s.until('gone', async () => (await s.client.call('GET', path)).status === 404, 1);
  });

  it('is attached to a VM unplugged by id, plugged when it is made for it, and open where the VM runs', async () => {
    const id = 'aaaaaaaa-0000-4000-8000-000000000001';
    const path = `/vms/${vm}/diskattachments`;
    const refused = await call('POST', `/vms/${vm}/start`, {});
    expect(refused.fault?.detail).toContain('Cannot run VM without at least one bootable disk.');
    expect(await call('POST', path, { disk: { id }, interface: 'virtio', bootable: true })).toMatchObject({
      id,
      active: 'false',
      bootable: 'true',
    });
    await call('PUT', `${path}/${id}`, { active: true });
    const second = await call('POST', path, { disk: disk({ name: 'd4', provisioned_size: GiB }), interface: 'virtio' });
    expect(second).toMatchObject({ active: 'true', bootable: 'false' });
    const early = await call('POST', `/vms/${vm}/start`, {});
    expect(early.fault?.detail).toBe(
      '[Cannot run VM: The following disks are locked: d4. Please try again in a few minutes.]',
    );
    await ok(second.id);
    await call('POST', `/vms/${vm}/start`, {});
    const host = String((await call('GET', `/vms/${vm}?follow=host`)).host?.name).split('.')[0] ?? '';
    const image = String((await call('GET', `/disks/${id}`)).image_id);
    expect(await sh(host, `lvs --noheadings -o lv_attr ${data}/${image}`)).toBe('  -wi-ao----\n');
    expect(await sh(host, 'lsblk')).toContain(image.replaceAll('-', '--'));
    const held = await call('POST', `/datacenters/${center}/storagedomains/${data}/deactivate`, {});
    expect(held.fault?.detail).toContain('VMs in a state other than "Down" were detected.');
    expect((await call('DELETE', `/disks/${id}`)).detail).toBe(
      '[Cannot remove Virtual Disk. The disk d1 is plugged to non-Down VMs: vm1]',
    );
    await call('POST', `/vms/${vm}/stop`, {});
    expect(await sh(host, `lvs --noheadings -o lv_attr ${data}/${image}`)).toBe('  -wi-------\n');
  });

  it('is detached or removed with its volume', async () => {
    const listed = (await call('GET', `/vms/${vm}/diskattachments`)).disk_attachment as unknown as Json[];
    expect(listed).toHaveLength(2);
    const [first, second] = listed;
    await call('DELETE', `/vms/${vm}/diskattachments/${first?.id}`);
    expect((await call('GET', `/disks/${first?.id}`)).status).toBe('ok');
    const image = String((await call('GET', `/disks/${second?.id}`)).image_id);
    const remove = `/vms/${vm}/diskattachments/${second?.id}?detach_only=false`;
    expect(await call('DELETE', remove)).toMatchObject({ status: 'complete' });
    await s.until('gone', async () => (await s.client.call('GET', `/disks/${second?.id}`)).status === 404, 1);
    expect(await sh('host1', `lvs --noheadings -o lv_name ${data}`)).not.toContain(image);
    expect(await call('GET', `/vms/${vm}/diskattachments`)).toEqual({ status: 200 });
    expect(s.t.lab.defects).toEqual([]);
  });
});
