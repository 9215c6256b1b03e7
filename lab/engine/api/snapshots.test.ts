import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { events } from '../../worlds/events.ts';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

const WWID = '3600a098000e4b4b3000003175cec1840';
const GiB = 2 ** 30;

describe('snapshots in the engine', () => {
  let s: ServedLab;
  let data = '';
  let vm = '';
  let disk = '';
  let base = '';
  beforeAll(async () => {
    s = await servedLab(2, 0.1);
    const [center] = (await call('GET', '/datacenters?search=name%3DDatacenter1')).data_center as unknown as Json[];
    const storage = { type: 'fcp', logical_units: { logical_unit: [{ id: WWID }] } };
    const domain = { name: 'data1', type: 'data', host: { name: 'host1.test.local' }, storage };
    data = String((await s.t.fast(() => call('POST', '/storagedomains', domain))).id);
    await s.t.fast(() => call('POST', `/datacenters/${center?.id}/storagedomains`, { id: data }));
    const made = { name: 'vm1', cluster: { name: 'Cluster1' }, template: { name: 'Blank' }, memory: 2 * GiB };
    vm = String((await call('POST', '/vms', made)).id);
    const [profile] = (await call('GET', '/vnicprofiles')).vnic_profile as unknown as Json[];
    await call('POST', `/vms/${vm}/nics`, { name: 'nic1', vnic_profile: { id: profile?.id } });
    const wanted = {
      name: 'd1',
      provisioned_size: 11 * GiB,
      format: 'raw',
      storage_domains: { storage_domain: [{ id: data }] },
    };
    const attached = { interface: 'virtio', bootable: true, disk: wanted };
    disk = String((await call('POST', `/vms/${vm}/diskattachments`, attached)).id);
    await s.until('the disk is ok', async () => ((await call('GET', `/disks/${disk}`)).status as unknown) === 'ok', 1);
    base = await top();
  });
  afterAll(() => s.close());

  const call = (method: string, path: string, body?: unknown, correlation = 'snapshots'): Promise<Json> =>
    s.client.json(method, path, body, { 'correlation-id': correlation });
  const listed = async (): Promise<Json[]> => (await call('GET', `/vms/${vm}/snapshots`)).snapshot as unknown as Json[];
  const states = async (): Promise<string[]> =>
    (await listed()).map((one) => `${one.snapshot_type} ${one.snapshot_status} ${one.description}`).sort();
  const settled = (): Promise<void> =>
    s.until(
      'nothing is worked on',
      async () => {
        const vmNow = String((await call('GET', `/vms/${vm}`)).status);
        return vmNow !== 'image_locked' && (await states()).every((one) => !one.includes(' locked '));
      },
      1,
    );
  const is = (status: string): Promise<void> =>
    s.until(status, async () => ((await call('GET', `/vms/${vm}`)).status as unknown) === status, 1);
  const top = async (): Promise<string> => String((await call('GET', `/disks/${disk}`)).image_id);
  const sh = async (host: string, script: string): Promise<string> =>
    (await s.t.fast(async () => s.t.lab.hosts.get(host)?.sh(script)))?.stdout ?? '';
  const slot = (line: string): number => Number(/MD_(\d+)/.exec(line)?.[1]);
  /** The disk's volumes with size, attributes and parent, as a host reports them. */
  const volumes = async (host = 'host1'): Promise<string[]> => {
    const report = await sh(host, `lvs --noheadings --units g -o lv_name,lv_size,lv_attr,lv_tags ${data}`);
    return report
      .split('\n')
      .filter((line) => line.includes(`IU_${disk}`))
      .map((line) => line.trim().replaceAll(/ +/g, ' '))
      .sort((a, b) => slot(a) - slot(b));
  };
  const codes = async (correlation: string): Promise<number[]> => {
    const found = await call('GET', `/events?search=correlation_id%3D${correlation}`);
    return ((found.event ?? []) as unknown as Json[]).map((one) => Number(one.code)).reverse();
  };
  const host = async (): Promise<string> =>
    String((await call('GET', `/vms/${vm}?follow=host`)).host?.name).split('.')[0] ?? '';

  it('lists the active state alone at first', async () => {
    expect(await states()).toEqual(['active ok Active VM']);
    expect((await s.client.call('GET', `/vms/${vm}/snapshots/None`)).status).toBe(404);
    expect((await call('POST', `/vms/${vm}/snapshots`, {})).detail).toBe(
      "Parameter 'snapshot.description' is mandatory but was not provided.",
    );
  });

  it('makes one of a VM that is down: locked with its disks, then a volume of a gigabyte upon the disk', async () => {
    const [active] = await listed();
    const made = await call(
      'POST',
      `/vms/${vm}/snapshots`,
      { description: 's1', persist_memorystate: false },
      'snap-1',
    );
    // The active state becomes the snapshot, with its id.
    expect(made).toMatchObject({ id: active?.id, snapshot_status: 'locked', snapshot_type: 'regular', vm: { id: vm } });
    expect((await call('GET', `/vms/${vm}`)).status).toBe('image_locked');
    expect((await call('GET', `/disks/${disk}`)).status).toBe('locked');
    const refusals = [
      await call('POST', `/vms/${vm}/start`, {}),
      await call('POST', `/vms/${vm}/snapshots`, { description: 's2' }),
      await call('PUT', `/vms/${vm}`, { description: 'changed' }),
    ];
    expect(refusals.map((one) => String(one.detail ?? one.fault?.detail))).toEqual([
      '[Cannot run VM: VM is locked. Please try again in a few minutes.]',
      '[Cannot create Snapshot. Snapshot is currently being created for VM vm1.]',
      '[Cannot edit VM. Snapshot is currently being created for VM vm1.]',
    ]);
    await settled();
    expect(await states()).toEqual(['active ok Active VM', 'regular ok s1']);
    const now = await top();
    expect(await volumes()).toEqual([
      `${base} 11.00g -wi------- IU_${disk},MD_1,PU_00000000-0000-0000-0000-000000000000`,
      `${now} 1.00g -wi------- IU_${disk},MD_2,PU_${base}`,
    ]);
    expect(await call('GET', `/disks/${disk}`)).toMatchObject({
      status: 'ok',
      actual_size: String(GiB),
      total_size: String(12 * GiB),
    });
    expect(await codes('snap-1')).toEqual([45, 68]);
  });

  it('makes one of a running VM, which goes on with the new volume', async () => {
    await call('POST', `/vms/${vm}/start`, {});
    await is('up');
    const install = events['vm-os-installed'];
    await install?.(s.t.lab, { target: 'engine', action: 'vm-os-installed', vm: 'vm1' });
    await s.until('the agent speaks', async () => (await call('GET', `/vms/${vm}`)).fqdn !== undefined);
    expect((await call('GET', `/vms/${vm}/reporteddevices`)).reported_device?.[0 as unknown as string]).toMatchObject({
      name: 'eth0',
      ips: { ip: [{ version: 'v4' }] },
    });
    const before = await top();
    await call('POST', `/vms/${vm}/snapshots`, { description: 's2' }, 'snap-2');
    expect((await call('GET', `/vms/${vm}`)).status).toBe('paused');
    await settled();
    await is('up');
    const here = await host();
    const all = await volumes(here);
    expect(all.map((line) => line.split(/\s+/).slice(1, 3))).toEqual([
      ['11.00g', '-wi-ao----'],
      ['1.00g', '-wi-ao----'],
      ['1.00g', '-wi-ao----'],
    ]);
    expect(all[2]).toContain(`PU_${before}`);
    expect(await sh(here, 'lsblk')).toContain((await top()).replaceAll('-', '--'));
  });

  it('previews only a VM that is down, shows it as it was, and returns', async () => {
    const [, s1] = (await listed()).filter((one) => String(one.description) !== 's2');
    const preview = { snapshot: { id: s1?.id } };
    expect((await call('POST', `/vms/${vm}/previewsnapshot`, preview)).fault?.detail).toBe(
      '[Cannot preview Snapshot. At least one of the VMs is not down.]',
    );
    await call('POST', `/vms/${vm}/stop`, {});
    await call('PUT', `/vms/${vm}`, { description: 'later' });
    const before = await top();
    expect(await call('POST', `/vms/${vm}/previewsnapshot`, preview, 'preview')).toMatchObject({ status: 'complete' });
    await settled();
    expect(await states()).toEqual([
      'active ok Active VM',
      'preview ok Active VM before the preview',
      'regular in_preview s1',
      'regular ok s2',
    ]);
    expect(await volumes()).toHaveLength(4);
    expect((await call('GET', `/vms/${vm}`)).description).toBe('');
    expect((await call('DELETE', `/vms/${vm}/snapshots/${s1?.id}`)).detail).toBe(
      '[Cannot remove Snapshot. VM is previewing a Snapshot.]',
    );
    expect(await codes('preview')).toEqual([46, 71]);
    await call('POST', `/vms/${vm}/undosnapshot`, {}, 'undo');
    await settled();
    expect(await states()).toEqual(['active ok Active VM', 'regular ok s1', 'regular ok s2']);
    expect([await top(), (await volumes()).length]).toEqual([before, 3]);
    expect((await call('GET', `/vms/${vm}`)).description).toBe('later');
    expect(await codes('undo')).toEqual([650, 651]);
  });

  it('merges what is above one that is removed, also while the VM runs, and keeps what was installed', async () => {
    await call('POST', `/vms/${vm}/start`, {});
    await is('up');
    const [s1] = (await listed()).filter((one) => String(one.description) === 's1');
    const gone = (await volumes()).find((line) => line.includes(`PU_${base}`))?.split(' ')[0];
    await call('DELETE', `/vms/${vm}/snapshots/${s1?.id}`, undefined, 'remove');
    expect(await states()).toContain('regular locked s1');
    expect((await call('GET', `/vms/${vm}`)).status).toBe('up');
    await settled();
    expect(await states()).toEqual(['active ok Active VM', 'regular ok s2']);
    const left = await volumes(await host());
    expect(left.join()).not.toContain(`${gone} `);
    expect(left.map((line) => line.split(/\s+/)[2])).toEqual(['-wi-ao----', '-wi-ao----']);
    expect(await codes('remove')).toEqual([342, 356]);
    await s.until('the agent speaks', async () => (await call('GET', `/vms/${vm}`)).fqdn !== undefined);
  });

  it('restores one while the request waits, and drops what came after it', async () => {
    await call('POST', `/vms/${vm}/stop`, {});
    const [s2] = (await listed()).filter((one) => String(one.description) === 's2');
    await call('POST', `/vms/${vm}/snapshots`, { description: 's3' });
    await settled();
    expect(await s.t.fast(() => call('POST', `/vms/${vm}/snapshots/${s2?.id}/restore`, {}))).toMatchObject({
      status: 'complete',
    });
    expect(await states()).toEqual(['active ok Active VM', 'regular ok s2']);
    expect(await volumes()).toHaveLength(2);
    expect(await codes('RestoreSnapshot')).toEqual([46, 71, 94, 95]);
    await call('DELETE', `/vms/${vm}/snapshots/${s2?.id}`);
    await settled();
    expect(await volumes()).toEqual([
      `${base} 11.00g -wi------- IU_${disk},MD_1,PU_00000000-0000-0000-0000-000000000000`,
    ]);
    expect(await call('DELETE', `/vms/${vm}`)).toMatchObject({ status: 'complete' });
    await s.until('gone', async () => (await s.client.call('GET', `/vms/${vm}`)).status === 404, 1);
    expect(await volumes()).toEqual([]);
    expect(s.t.lab.defects).toEqual([]);
  });
});
