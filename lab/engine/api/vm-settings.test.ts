import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { events } from '../../worlds/events.ts';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

const GiB = 2 ** 30;

describe('what VMs are set to', () => {
  let s: ServedLab;
  let id = '';
  beforeAll(async () => {
    s = await servedLab(2, 0.1);
  });
  afterAll(() => s.close());

  const call = (method: string, path: string, body?: unknown): Promise<Json> =>
    s.client.json(method, path, body, { 'correlation-id': 'vm-settings', 'all-content': 'true' });
  const vm = (query = ''): Promise<Json> => call('GET', `/vms/${id}${query}`);
  const is = (status: string): Promise<void> =>
    s.until(status, async () => ((await vm()).status as unknown) === status, 1);
  const told = async (): Promise<string[]> => {
    const found = await call('GET', '/events?search=correlation_id%3Dvm-settings');
    return ((found.event ?? []) as unknown as Json[]).map((one) => `${one.code} ${one.description}`).reverse();
  };

  it('keeps everything that a request sets, and fills in what it leaves out', async () => {
    const hosts = (await call('GET', '/hosts')).host as unknown as Json[];
    const made = await call('POST', '/vms', {
      name: 'web1',
      description: 'first',
      cluster: { name: 'Cluster1' },
      template: { name: 'Blank' },
      memory: 2 * GiB,
      memory_policy: { guaranteed: GiB },
      cpu: { topology: { sockets: 2, cores: 2 } },
      os: { type: 'rhel_7x64', boot: { devices: { device: ['hd', 'cdrom'] } } },
      high_availability: { enabled: true, priority: 50 },
      display: { type: 'spice' },
      console: { enabled: true },
      custom_properties: { custom_property: [{ name: 'sap_agent', value: 'true' }] },
      placement_policy: { affinity: 'migratable', hosts: { host: [{ name: hosts[0]?.name }] } },
    });
    id = String(made.id);
    expect(await vm()).toMatchObject({
      status: 'down',
      description: 'first',
      bios: { type: 'i440fx_sea_bios' },
      console: { enabled: 'true' },
      cpu: { topology: { sockets: '2', cores: '2', threads: '1' } },
      custom_properties: { custom_property: [{ name: 'sap_agent', value: 'true' }] },
      display: { type: 'spice', monitors: '1' },
      high_availability: { enabled: 'true', priority: '50' },
      memory_policy: { guaranteed: String(GiB), max: String(8 * GiB) },
      os: { type: 'rhel_7x64', boot: { devices: { device: ['hd', 'cdrom'] } } },
      placement_policy: { hosts: { host: [{ id: hosts[0]?.id }] } },
      type: 'server',
    });
  });

  it('refuses what cannot be', async () => {
    const body = { name: 'web2', cluster: { name: 'Cluster1' }, template: { name: 'Blank' }, memory: GiB };
    const refusals = [
      await call('POST', '/vms', { ...body, name: 'web 2' }),
      await call('POST', '/vms', { ...body, memory_policy: { max: GiB / 2 } }),
      await call('POST', '/vms', { ...body, lease: { storage_domain: { name: 'hosted_storage' } } }),
      await call('PUT', `/vms/${id}`, { memory_policy: { guaranteed: 3 * GiB } }),
      await call('PUT', `/vms/${id}`, { lease: { storage_domain: { id: '00000000-0000-0000-0000-000000000001' } } }),
    ];
    expect(refusals.map((one) => [Number(one.status), String(one.detail).split('. ')[1]])).toEqual([
      [400, 'The given name contains special characters'],
      [409, 'Memory size (1024MB) cannot exceed maximum memory size (512MB).]'],
      [409, 'A VM lease was defined but high availability option is set to false.]'],
      [400, 'Physical Memory Guaranteed cannot exceed Memory Size.]'],
      [400, "Storage Domain doesn't exist.]"],
    ]);
  });

  it('has network cards with addresses of the pool, each name once, unplugged before they are removed', async () => {
    const [profile] = (await call('GET', '/vnicprofiles')).vnic_profile as unknown as Json[];
    const body = { name: 'nic1', vnic_profile: { id: profile?.id } };
    const nic = await call('POST', `/vms/${id}/nics`, body);
    expect(nic).toMatchObject({ interface: 'virtio', plugged: 'true', mac: { address: '56:6f:1a:00:00:00' } });
    expect((await call('POST', `/vms/${id}/nics`, body)).detail).toBe('[Network interface name is already in use]');
    const second = await call('POST', `/vms/${id}/nics`, { ...body, name: 'nic2' });
    expect(second.mac).toEqual({ address: '56:6f:1a:00:00:01' });
    const taken = await call('PUT', `/vms/${id}/nics/${second.id}`, { mac: { address: '56:6f:1a:00:00:00' } });
    expect(taken.detail).toBe('[MAC Address 56:6f:1a:00:00:00 is already in use by VM or snapshot: web1.]');
    await call('POST', `/vms/${id}/start`, {});
    await is('up');
    const plugged = await call('DELETE', `/vms/${id}/nics/${second.id}`);
    expect(plugged.detail).toBe('[Cannot remove Interface. The VM Network Interface is plugged to a running VM.]');
    expect((await call('POST', `/vms/${id}/nics/${second.id}/deactivate`, {})).status).toBe('complete');
    expect((await call('DELETE', `/vms/${id}/nics/${second.id}`)).status).toBe('complete');
    expect((await call('GET', `/vms/${id}/nics`)).nic as unknown as Json[]).toHaveLength(1);
  });

  it('changes a running one at once where it can, plugs memory in, and keeps the rest for its next run', async () => {
    await call('PUT', `/vms/${id}`, { description: 'second', high_availability: { priority: 100 } });
    expect(await vm()).toMatchObject({ description: 'second', next_run_configuration_exists: 'false' });
    await call('PUT', `/vms/${id}`, { memory: 3 * GiB });
    expect(await vm()).toMatchObject({ memory: String(3 * GiB), next_run_configuration_exists: 'false' });
    expect(await told()).toContain('2039 Hotset memory: changed the amount of memory on VM web1 from 2048 to 3072');
    await call('PUT', `/vms/${id}`, { os: { boot: { devices: { device: ['network'] } } }, description: 'third' });
    expect(await vm()).toMatchObject({
      description: 'third',
      next_run_configuration_exists: 'true',
      os: { boot: { devices: { device: ['hd', 'cdrom'] } } },
    });
    expect(await vm('?next_run=true')).toMatchObject({ os: { boot: { devices: { device: ['network'] } } } });
    await call('POST', `/vms/${id}/stop`, {});
    expect(await vm()).toMatchObject({
      next_run_configuration_exists: 'false',
      memory: String(3 * GiB),
      os: { boot: { devices: { device: ['network'] } } },
    });
  });

  it('runs it once as asked, reboots it, suspends it and lets it go on', async () => {
    const hosts = (await call('GET', '/hosts')).host as unknown as Json[];
    const once = {
      os: { boot: { devices: { device: ['cdrom'] } } },
      placement_policy: { hosts: { host: [{ id: hosts[1]?.id }] } },
    };
    await call('POST', `/vms/${id}/start`, { vm: once });
    await is('up');
    expect(await vm()).toMatchObject({ run_once: 'true', host: { id: hosts[1]?.id } });
    await call('POST', `/vms/${id}/reboot`, {});
    // A reboot ends what was asked for one run: it is launched anew.
    await s.until(
      'launched anew',
      async () => (await vm()).run_once === undefined && (await vm()).host !== undefined,
      1,
    );
    await is('up');
    await call('POST', `/vms/${id}/reboot`, {});
    expect((await vm()).status).toBe('reboot_in_progress');
    await is('up');
    await call('POST', `/vms/${id}/suspend`, {});
    expect((await vm()).status).toBe('saving_state');
    await is('suspended');
    expect((await vm()).host).toBeUndefined();
    expect((await call('DELETE', `/vms/${id}`)).detail).toBe(
      '[Cannot remove VM that its state is not down.\n-Please stop the VM first.]',
    );
    await call('POST', `/vms/${id}/start`, {});
    expect((await vm()).status).toBe('restoring_state');
    await is('up');
  });

  it('hears nothing of its guest system before one is installed', async () => {
    const install = events['vm-os-installed'];
    const event = { target: 'engine', action: 'vm-os-installed', vm: 'web1' };
    await expect(install?.(s.t.lab, event)).rejects.toThrow('nobody can install a system in web1: web1 has no disk');
    expect(await call('GET', `/vms/${id}/reporteddevices`)).toEqual({ status: 200 });
  });

  it('removes it when it is down and not protected', async () => {
    expect((await call('DELETE', `/vms/${id}`)).detail).toBe('[Cannot remove VM. VM is running.]');
    await call('POST', `/vms/${id}/stop`, {});
    await call('PUT', `/vms/${id}`, { delete_protected: true });
    expect((await call('DELETE', `/vms/${id}`)).detail).toContain('Delete protection is enabled.');
    await call('PUT', `/vms/${id}`, { delete_protected: false });
    expect(await call('DELETE', `/vms/${id}`)).toMatchObject({ status: 'complete' });
    await s.until('gone', async () => (await s.client.call('GET', `/vms/${id}`)).status === 404, 1);
    expect(await told()).toContain('113 VM web1 was successfully removed by admin@internal-authz.');
    expect(s.t.lab.defects).toEqual([]);
  });
});
