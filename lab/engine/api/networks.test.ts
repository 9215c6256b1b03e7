import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

describe('logical networks', () => {
  let s: ServedLab;
  let id = '';
  let cluster = '';
  beforeAll(async () => {
    s = await servedLab(1);
    const [first] = (await s.client.json('GET', '/clusters?search=name%3DCluster1')).cluster as unknown as Json[];
    cluster = String(first?.id);
  });
  afterAll(() => s.close());

  const list = async (path: string, key: string): Promise<Json[]> =>
    ((await s.client.json('GET', path))[key] ?? []) as unknown as Json[];

  it('begin with the management network, in every role, and its profile', async () => {
    const listed = await list('/networks?search=datacenter%3DDatacenter1', 'network');
    expect(listed.map(({ name, usages }) => [name, usages])).toEqual([['ovirtmgmt', { usage: ['vm'] }]]);
    const [own] = await list(`/clusters/${cluster}/networks`, 'network');
    expect(own).toMatchObject({
      name: 'ovirtmgmt',
      required: 'true',
      status: 'operational',
      usages: { usage: ['vm', 'display', 'migration', 'management', 'default_route'] },
    });
    expect(await s.client.json('DELETE', `/networks/${own?.id}`)).toMatchObject({ status: 409 });
    const detached = await s.client.json('DELETE', `/clusters/${cluster}/networks/${own?.id}`);
    expect(detached.detail).toContain("The management network 'ovirtmgmt'");
  });

  it('are made in a data center, found by name and VLAN, changed, and brought into a cluster', async () => {
    const body = { name: 'ovirtvm-vlan432', data_center: { name: 'Datacenter1' }, vlan: { id: 432 } };
    const made = await s.client.json('POST', '/networks', body);
    id = String(made.id);
    expect(made).toMatchObject({ vlan: { id: '432' }, mtu: '0', usages: { usage: ['vm'] } });
    expect((await list('/networks?search=vlanid%3D432', 'network')).map((one) => one.id)).toEqual([id]);
    expect(await s.client.json('PUT', `/networks/${id}`, { mtu: 9000 })).toMatchObject({
      mtu: '9000',
      vlan: { id: '432' },
    });
    const joined = await s.client.json('POST', `/clusters/${cluster}/networks`, { id, required: false });
    expect(joined).toMatchObject({ required: 'false', status: 'operational', display: 'false' });
    const path = `/clusters/${cluster}/networks/${id}`;
    const moved = await s.client.json('PUT', path, { usages: { usage: ['vm', 'migration'] } });
    expect(moved.usages).toEqual({ usage: ['vm', 'migration'] });
    const [management] = await list(`/clusters/${cluster}/networks`, 'network');
    expect(management?.usages).toEqual({ usage: ['vm', 'display', 'management', 'default_route'] });
  });

  it('stay while a card of a VM is connected to them, whatever they are to be taken from', async () => {
    const [profile] = await list(`/networks/${id}/vnicprofiles`, 'vnic_profile');
    const vm = await s.client.json('POST', '/vms', {
      name: 'web',
      cluster: { id: cluster },
      template: { name: 'Blank' },
    });
    const nic = await s.client.json('POST', `/vms/${vm.id}/nics`, {
      name: 'nic1',
      vnic_profile: { id: profile?.id },
    });
    const used = (doing: string) => ({
      status: 409,
      detail: `[Cannot ${doing} Network. This logical network is used by virtual machine: web\n - Please remove it from this virtual machine and try again.]`,
    });
    expect(await s.client.json('DELETE', `/networks/${id}`)).toMatchObject(used('remove'));
    expect(await s.client.json('DELETE', `/clusters/${cluster}/networks/${id}`)).toMatchObject(used('detach'));
    expect(await s.client.json('PUT', `/networks/${id}`, { usages: {} })).toMatchObject(used('edit'));
    expect(await s.client.json('DELETE', `/vnicprofiles/${profile?.id}`)).toMatchObject({
      status: 409,
      detail:
        '[Cannot remove VM network interface profile. This VM network interface profile is used by virtual machine:  \tweb.\n - Please remove it from this virtual machine and try again.]',
    });
    await s.client.json('DELETE', `/vms/${vm.id}/nics/${nic.id}`);
  });

  it('have profiles of their own, and go with them', async () => {
    const extra = await s.client.json('POST', '/vnicprofiles', {
      name: 'mirrored',
      network: { id },
      port_mirroring: true,
    });
    expect(extra).toMatchObject({ port_mirroring: 'true', pass_through: { mode: 'disabled' } });
    expect(await s.client.json('POST', '/vnicprofiles', { name: 'mirrored', network: { id } })).toMatchObject({
      status: 409,
    });
    const names = (await list(`/networks/${id}/vnicprofiles`, 'vnic_profile')).map(({ name }) => name);
    expect(names).toEqual(['ovirtvm-vlan432', 'mirrored']);
    await s.client.json('DELETE', `/vnicprofiles/${extra.id}`);
    expect(await list(`/networks/${id}/vnicprofiles`, 'vnic_profile')).toHaveLength(1);
    expect(await s.client.json('DELETE', `/clusters/${cluster}/networks/${id}`)).toMatchObject({ status: 'complete' });
    expect(await s.client.json('DELETE', `/networks/${id}`)).toMatchObject({ status: 'complete' });
    expect((await s.client.call('GET', `/networks/${id}`)).status).toBe(404);
    expect((await list('/vnicprofiles', 'vnic_profile')).map(({ name }) => name)).not.toContain('ovirtvm-vlan432');
    const told = await list('/events?search=type%3D944', 'event');
    expect(told[0]?.description).toBe('Network ovirtvm-vlan432 was removed from Data Center: Datacenter1');
    expect(s.t.lab.defects).toEqual([]);
  });
});
