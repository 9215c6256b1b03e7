/** What the modules of Ansible's collection ovirt.ovirt call beside the objects themselves. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

describe('what playbooks ask for beside', () => {
  let s: ServedLab;
  beforeAll(async () => {
    s = await servedLab(1, 0.1);
  });
  afterAll(() => s.close());

  const call = (method: string, path: string, body?: unknown): Promise<Json> => s.client.json(method, path, body);
  const list = async (path: string, name: string): Promise<Json[]> =>
    ((await call('GET', path))[name] ?? []) as unknown as Json[];
  const found = async (path: string, name: string): Promise<Json> => {
    const [first] = await list(path, name);
    if (!first) throw new Error(`there is no ${name}`);
    return first;
  };
  const texts = async (code: number): Promise<string[]> =>
    (await list(`/events?search=type%3D${code}`, 'event')).map((one) => String(one.description));

  it('keeps a job of a client until the client ends it, and forgets it only when it may', async () => {
    const begun = await call('POST', '/jobs', { description: 'Upgrade of Cluster1', auto_cleared: false });
    expect(begun).toMatchObject({ status: 'started', external: 'true', auto_cleared: 'false' });
    expect(await texts(11000)).toEqual(['New external Job Upgrade of Cluster1 was added by user admin@internal-authz']);
    const steps = `/jobs/${begun.id}/steps`;
    expect((await call('POST', steps, { description: 'host1' })).detail).toBe('Step [type] required for add');
    const first = await call('POST', steps, { type: 'executing', description: 'host1' });
    const inner = await call('POST', steps, { type: 'unknown', description: 'VMs', parent_step: { id: first.id } });
    expect(inner.parent_step).toMatchObject({ id: first.id });
    await call('POST', `${steps}/${inner.id}/end`, { succeeded: false });
    expect((await list(steps, 'step')).map((one) => [one.description, one.status, one.external])).toEqual([
      ['host1', 'started', 'true'],
      ['VMs', 'failed', 'true'],
    ]);
    expect((await call('GET', `/jobs/${begun.id}`)).status).toBe('started');
    expect(await call('POST', `/jobs/${begun.id}/end`, {})).toMatchObject({ status: 'complete' });
    expect(await call('GET', `/jobs/${begun.id}`)).toMatchObject({ status: 'finished' });
    expect((await call('GET', `${steps}/${first.id}`)).status).toBe('finished');

    await s.t.fast(() => s.t.lab.clock.sleep(700));
    expect((await call('GET', `/jobs/${begun.id}`)).status).toBe('finished');
    await call('POST', `/jobs/${begun.id}/clear`, {});
    await s.t.fast(() => s.t.lab.clock.sleep(700));
    expect((await s.client.call('GET', `/jobs/${begun.id}`)).status).toBe(404);
  });

  it("leaves the engine's own jobs to the engine", async () => {
    await call('POST', '/clusters', { name: 'two', data_center: { name: 'Datacenter1' } });
    const own = await found('/jobs', 'job');
    expect(own.external).toBe('false');
    expect(await call('POST', `/jobs/${own.id}/end`, {})).toMatchObject({
      status: 'failed',
      fault: { detail: '[Cannot Clear External Job. External steps can be added only to external jobs or steps.]' },
    });
  });

  it('marks a cluster as being upgraded, twice as well as once', async () => {
    const { id } = await found('/clusters?search=name%3DCluster1', 'cluster');
    expect((await call('POST', `/clusters/${id}/upgrade`, {})).detail).toBe(
      "Parameter 'upgrade_action' is mandatory but was not provided.",
    );
    for (const wanted of ['start', 'start', 'finish']) {
      expect((await call('POST', `/clusters/${id}/upgrade`, { upgrade_action: wanted })).status).toBe('complete');
    }
    expect(await call('GET', `/clusters/${id}?follow=gluster_volumes`)).toMatchObject({ name: 'Cluster1' });
    expect(await texts(892)).toHaveLength(2);
    expect(await texts(894)).toEqual([
      'Successfully cleared upgrade running flag on Host cluster Cluster1 by (User: admin@internal-authz)',
    ]);
  });

  it('changes a vNIC profile, its filter too, but not its network', async () => {
    const { id: dataCenter } = await found('/datacenters?search=name%3DDatacenter1', 'data_center');
    const made = await call('POST', '/networks', { name: 'red', data_center: { id: dataCenter } });
    const profile = (await list(`/networks/${made.id}/vnicprofiles`, 'vnic_profile'))[0] ?? {};
    const filters = await list('/networkfilters', 'network_filter');
    expect(filters).toHaveLength(18);
    const clean = filters.find((one) => String(one.name) === 'clean-traffic');
    const path = `/vnicprofiles/${profile.id}`;
    const changed = await call('PUT', path, { description: 'red one', network_filter: { id: clean?.id } });
    expect(changed).toMatchObject({ description: 'red one', network_filter: { id: clean?.id } });
    await call('PUT', path, { network_filter: {} });
    expect((await call('GET', path)).network_filter).toBeUndefined();
    const other = await found('/networks?search=name%3Dovirtmgmt', 'network');
    expect((await call('PUT', path, { network: { id: other.id } })).detail).toMatch(/network cannot be changed/);
    expect((await call('PUT', path, { network_filter: { id: made.id } })).detail).toMatch(/invalid network filter id/);
  });

  it('gives a network one label', async () => {
    const { id } = await found('/networks?search=name%3Dred', 'network');
    const path = `/networks/${id}/networklabels`;
    expect(await list(path, 'network_label')).toEqual([]);
    expect(await call('POST', path, { id: 'dmz' })).toMatchObject({ id: 'dmz', network: { id } });
    expect((await call('POST', path, { id: 'lan' })).detail).toBe(
      '[Cannot add Label. The specified network is already labeled.]',
    );
    await call('DELETE', `${path}/dmz`);
    expect(await list(path, 'network_label')).toEqual([]);
    expect(await texts(1134)).toEqual(['Network red was unlabeled in data-center Datacenter1.']);
  });

  it("sets the variables of a card's filter", async () => {
    const vm = await call('POST', '/vms', { name: 'vm1', cluster: { name: 'Cluster1' }, template: { name: 'Blank' } });
    const nic = await call('POST', `/vms/${vm.id}/nics`, { name: 'nic1' });
    const path = `/vms/${vm.id}/nics/${nic.id}/networkfilterparameters`;
    expect(await list(path, 'network_filter_parameter')).toEqual([]);
    const made = await call('POST', path, { name: 'IP', value: '10.0.0.7' });
    expect(await list(path, 'network_filter_parameter')).toMatchObject([{ name: 'IP', value: '10.0.0.7' }]);
    await call('DELETE', `${path}/${made.id}`);
    expect(await list(path, 'network_filter_parameter')).toEqual([]);
  });

  it('takes conditions without a word between them together', async () => {
    const names = async (search: string): Promise<string[]> =>
      (await list(`/hosts?search=${encodeURIComponent(search)}`, 'host')).map((one) => String(one.name));
    expect(await names('cluster=Cluster1 status=up name=*')).toEqual(['host1.test.local']);
    expect(await names('cluster=Cluster1 status=maintenance name=*')).toEqual([]);
    expect(await names('cluster=other status=up or name=host1*')).toEqual(['host1.test.local']);
    expect(await names('cluster=Cluster1 and')).toEqual([]);
  });

  it('knows the profiles that came with clusters and domains, and the icons of VMs', async () => {
    const vm = await found('/vms?search=name%3Dvm1', 'vm');
    const profile = await call('GET', `/cpuprofiles/${vm.cpu_profile?.id}`);
    expect(profile).toMatchObject({ name: 'Cluster1', cluster: { id: vm.cluster?.id } });
    expect(await list(`/clusters/${vm.cluster?.id}/cpuprofiles`, 'cpu_profile')).toMatchObject([{ id: profile.id }]);
    const domain = await found('/storagedomains', 'storage_domain');
    const [disks] = await list(`/storagedomains/${domain.id}/diskprofiles`, 'disk_profile');
    expect(disks).toMatchObject({ name: 'hosted_storage', storage_domain: { id: domain.id } });
    expect(await call('GET', `/diskprofiles/${disks?.id}`)).toMatchObject({ id: disks?.id });
    expect(await call('GET', `/icons/${vm.small_icon?.id}`)).toMatchObject({ media_type: 'image/png' });
  });

  it('lets disks grow, plugs them into a running VM and out of it, and keeps what is only detached', async () => {
    const vm = await found('/vms?search=name%3Dvm1', 'vm');
    const domain = { storage_domain: [{ name: 'hosted_storage' }] };
    const disk = { name: 'd1', format: 'cow', provisioned_size: '1073741824', storage_domains: domain };
    const made = await call('POST', '/disks', disk);
    const path = `/disks/${made.id}`;
    const idle = async (): Promise<boolean> => String((await call('GET', path)).status) === 'ok';
    await s.until('the disk is there', idle);
    expect((await call('PUT', path, { provisioned_size: '1048576' })).detail).toBe(
      '[Cannot extend Virtual Disk. New disk size must be larger than the current disk size.]',
    );
    expect((await s.client.call('PUT', path, { format: 'raw' })).status).toBe(501);
    expect(await call('PUT', path, { ...disk, provisioned_size: '3221225472' })).toMatchObject({ status: 'locked' });
    await s.until('it has grown', idle);
    expect((await call('GET', path)).provisioned_size).toBe('3221225472');
    expect(await texts(371)).toEqual([
      "Size of the disk 'd1' was successfully updated to 3 GB by admin@internal-authz.",
    ]);

    const attachments = `/vms/${vm.id}/diskattachments`;
    const boot = { interface: 'virtio', bootable: true, active: true };
    await call('POST', attachments, { ...boot, disk: { ...disk, name: 'system' } });
    await s.until('the system disk is there', async () => (await texts(97)).length > 0);
    await call('POST', `/vms/${vm.id}/start`, {});
    await s.until('the VM is up', async () => String((await call('GET', `/vms/${vm.id}`)).status) === 'up');
    const active = { disk: { id: made.id }, interface: 'virtio', active: true };
    await call('POST', attachments, active);
    const open = (): boolean =>
      [...s.t.lab.luns].some((lun) =>
        lun.group?.volumes.some(
          (volume) => volume.name === String(made.image_id) && volume.active.get(s.t.host.name)?.open,
        ),
      );
    expect(open()).toBe(true);
    await call('DELETE', `${attachments}/${made.id}`);
    expect(open()).toBe(false);
    expect(await call('GET', path)).toMatchObject({ status: 'ok' });
    await call('POST', attachments, { ...active, interface: 'ide', active: false });
    expect((await call('PUT', `${attachments}/${made.id}`, { active: true })).detail).toMatch(/Hot plugging/);
    expect((await call('DELETE', `${attachments}/${made.id}?detach_only=false`)).status).toBe('complete');
    await s.until('it is gone', async () => (await s.client.call('GET', path)).status === 404);
  });
});
