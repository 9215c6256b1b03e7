import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

let s: ServedLab;
beforeAll(async () => {
  s = await servedLab(2);
});
afterAll(() => s.close());

const list = async (path: string, key: string): Promise<Json[]> =>
  ((await s.client.json('GET', path))[key] ?? []) as unknown as Json[];

describe("the engine's own VM", () => {
  it('is looked at like any other: a card on the management network, a console, a drive, its active state', async () => {
    const [own] = await list('/vms?search=name%3DHostedEngine', 'vm');
    const below = (what: string, key: string): Promise<Json[]> => list(`/vms/${own?.id}/${what}`, key);
    const [nic] = await below('nics', 'nic');
    expect(nic).toMatchObject({ name: 'vnet0', plugged: 'true' });
    const profile = await s.client.json('GET', `/vnicprofiles/${nic?.vnic_profile?.id}`);
    expect(profile.name).toBe('ovirtmgmt');
    expect(nic?.mac?.address).toMatch(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i);
    expect(await s.client.json('GET', `/vms/${own?.id}/nics/${nic?.id}`)).toMatchObject({ id: nic?.id });
    expect(await below('graphicsconsoles', 'graphics_console')).toMatchObject([{ protocol: 'vnc' }]);
    expect(await below('cdroms', 'cdrom')).toHaveLength(1);
    expect(await below('snapshots', 'snapshot')).toMatchObject([{ snapshot_type: 'active', snapshot_status: 'ok' }]);
    expect((await below('permissions', 'permission')).length).toBeGreaterThan(0);
    expect((await below('statistics', 'statistic')).length).toBeGreaterThan(5);
    const empty = ['tags', 'watchdogs', 'hostdevices', 'numanodes', 'sessions', 'reporteddevices', 'affinitylabels'];
    for (const what of empty) expect(await s.client.json('GET', `/vms/${own?.id}/${what}`)).toEqual({ status: 200 });
    expect((await s.client.call('POST', `/vms/${own?.id}/nics`, { name: 'nic2' })).status).toBe(501);
  });
});

describe('what a user may do', () => {
  it('is listed below the user, with the role and its own address', async () => {
    const [user] = await list('/users', 'user');
    const [held] = await list(`/users/${user?.id}/permissions`, 'permission');
    const href = `/ovirt-engine/api/users/${user?.id}/permissions/${held?.id}`;
    expect(held).toMatchObject({ user: { id: user?.id }, role: { id: expect.any(String) }, href });
  });
});

describe('affinity labels', () => {
  const told = async (code: number): Promise<string[]> =>
    (await list(`/events?search=type%3D${code}`, 'event')).map(({ description }) => String(description));

  it('are put on VMs and hosts from both sides, keep a VM to hosts that carry them, and go when nothing does', async () => {
    const made = await s.client.json('POST', '/affinitylabels', { name: 'licensed' });
    expect(made).toMatchObject({ status: 201, name: 'licensed', read_only: 'false' });
    expect(await told(10380)).toEqual(['Affinity Label licensed was added. (User: admin@internal-authz)']);
    const path = `/affinitylabels/${made.id}`;
    expect(await s.client.json('POST', '/affinitylabels', { name: 'licensed' })).toMatchObject({
      status: 409,
      detail: '[Cannot add affinity label with a conflicting NAME.]',
    });
    const vm = await s.client.json('POST', '/vms', {
      name: 'web',
      cluster: { name: 'Cluster1' },
      template: { name: 'Blank' },
      os: { boot: { devices: { device: ['network'] } } },
    });
    await s.client.json('POST', `/vms/${vm.id}/nics`, { name: 'nic1' });
    expect(await s.client.json('POST', `${path}/vms`, { id: vm.id })).toMatchObject({ status: 201, id: vm.id });
    const refused = await s.client.json('POST', `/vms/${vm.id}/start`, {});
    expect(refused.fault?.detail).toContain('it did not match positive affinity rules');
    const [host] = await list('/hosts?search=name%3Dhost2*', 'host');
    expect(await s.client.json('POST', `/hosts/${host?.id}/affinitylabels`, { id: made.id })).toMatchObject({
      status: 201,
      name: 'licensed',
      href: `/ovirt-engine/api/hosts/${host?.id}/affinitylabels/${made.id}`,
    });
    expect(await list(`${path}/hosts`, 'host')).toMatchObject([{ id: host?.id }]);
    expect(await s.client.json('POST', `/vms/${vm.id}/start`, {})).toMatchObject({ status: 'complete' });
    expect(await s.client.json('GET', `/vms/${vm.id}`)).toMatchObject({ host: { id: host?.id } });
    expect(await s.client.json('DELETE', path)).toMatchObject({
      status: 409,
      detail: '[Cannot delete affinity label, remove it from all entities first.]',
    });
    await s.client.json('DELETE', `/vms/${vm.id}/affinitylabels/${made.id}`);
    await s.client.json('DELETE', `${path}/hosts/${host?.id}`);
    expect(await s.client.json('DELETE', path)).toMatchObject({ status: 'complete' });
    expect(await list('/affinitylabels', 'affinity_label')).toEqual([]);
    expect(s.t.lab.defects).toEqual([]);
  });
});
