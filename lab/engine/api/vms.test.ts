import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runningOn } from '../../ovirt/engine-vm.ts';
import { anyStorage } from '../../ovirt/storage.ts';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

describe('VMs in the engine', () => {
  let s: ServedLab;
  let id = '';
  beforeAll(async () => {
    s = await servedLab(2);
  });
  afterAll(() => s.close());

  const vm = (which = id): Promise<Json> => s.client.json('GET', `/vms/${which}?follow=host`);
  const act = (action: string, body: unknown = {}, which = id): Promise<Json> =>
    s.client.json('POST', `/vms/${which}/${action}`, body, { 'correlation-id': `vm-${action}` });
  const codes = async (correlation: string): Promise<number[]> => {
    const found = await s.client.json('GET', `/events?search=correlation_id%3D${correlation}`);
    return (found.event as unknown as Json[]).map((one) => Number(one.code));
  };
  const domains = (): string[] =>
    [...s.t.lab.hosts.values()].filter((host) => host.libvirt.domains.has('vm1')).map((host) => host.name);

  it('starts one from the network: a domain on a host, up after its time', async () => {
    const body = {
      name: 'vm1',
      cluster: { name: 'Cluster1' },
      template: { name: 'Blank' },
      memory: 4294967296,
      os: { boot: { devices: { device: ['network'] } } },
    };
    const made = await s.client.json('POST', '/vms', body);
    id = String(made.id);
    expect(await s.client.json('GET', `/vms/${id}`)).toMatchObject({ status: 'down', origin: 'ovirt' });
    expect((await act('start')).fault?.detail).toContain(
      "[VM is configured to be 'Network bootable', but no Network Interface is configured.",
    );
    expect(await s.client.json('POST', `/vms/${id}/nics`, { name: 'nic1' })).toMatchObject({ status: 201 });
    expect(await act('start')).toMatchObject({ status: 'complete', vm: { id } });
    expect(domains()).toHaveLength(1);
    expect((await vm()).status).toBe('wait_for_launch');
    await s.until('powering up', async () => ((await vm()).status as unknown) === 'powering_up', 1);
    await s.until('up', async () => ((await vm()).status as unknown) === 'up');
    expect(await act('start')).toMatchObject({ fault: { detail: '[Cannot run VM. VM is running.]' } });
    await s.until('told', async () => (await codes('vm-start')).includes(32));
  });

  it('moves it while it runs, to the host that was asked for', async () => {
    const from = String((await vm()).host?.name);
    const hosts = (await s.client.json('GET', '/hosts')).host as unknown as Json[];
    const to = hosts.find((one) => String(one.name) !== from);
    expect(await act('migrate', { host: { id: from } })).toMatchObject({ status: 404 });
    expect(await act('migrate', { host: { name: from } })).toMatchObject({
      fault: { detail: '[Cannot migrate VM. source and destination is the same.]' },
    });
    expect(await act('migrate', { host: { id: to?.id } })).toMatchObject({ status: 'complete' });
    expect(await s.client.json('GET', `/vms/${id}`)).toMatchObject({ status: 'migrating' });
    await s.until('moved', async () => ((await vm()).host?.name as unknown) === (to?.name as unknown));
    expect(domains()).toEqual([String(to?.name).split('.')[0]]);
    expect(await codes('vm-migrate')).toEqual([63, 62]);
  });

  it('shuts it down on its own time, stops it at once, and minds neither when it is down', async () => {
    await act('shutdown');
    expect(await s.client.json('GET', `/vms/${id}`)).toMatchObject({ status: 'powering_down' });
    await s.until('down', async () => ((await s.client.json('GET', `/vms/${id}`)).status as unknown) === 'down');
    expect(domains()).toEqual([]);
    await act('start');
    await act('stop');
    expect(await s.client.json('GET', `/vms/${id}`)).toMatchObject({ status: 'down' });
    expect(domains()).toEqual([]);
    expect(await act('stop')).toMatchObject({ status: 'complete' });
  });

  it('does to its own VM only what it may: move it, and switch global maintenance', async () => {
    const [own] = (await s.client.json('GET', '/vms?search=name%3DHostedEngine')).vm as unknown as Json[];
    const engine = String(own?.id);
    expect(own).toMatchObject({ origin: 'managed_hosted_engine', status: 'up' });
    for (const action of ['start', 'stop', 'shutdown'])
      expect(await act(action, {}, engine)).toMatchObject({ status: 'failed' });
    expect(runningOn(s.t.lab)?.host.name).toBe('host1');
    await act('maintenance', { maintenance_enabled: true }, engine);
    expect(anyStorage(s.t.lab)?.globalMaintenance).toBe(true);
    await act('maintenance', { maintenance_enabled: 'false' }, engine);
    expect(anyStorage(s.t.lab)?.globalMaintenance).toBe(false);
    await act('migrate', {}, engine);
    await s.until('the engine has moved', () => runningOn(s.t.lab)?.host.name === 'host2');
    expect((await s.client.call('GET', '/hosts')).status).toBe(200);
    expect(s.t.lab.defects).toEqual([]);
  });

  it('does not let go of the only host that can run the engine', async () => {
    const [first] = (await s.client.json('GET', '/hosts?search=host1*')).host as unknown as Json[];
    const [second] = (await s.client.json('GET', '/hosts?search=host2*')).host as unknown as Json[];
    await s.client.json('POST', `/hosts/${first?.id}/deactivate`, {});
    await s.until('host1 rests', async () => {
      return ((await s.client.json('GET', `/hosts/${first?.id}`)).status as unknown) === 'maintenance';
    });
    await s.until('host2 leads the pool', async () => {
      return ((await s.client.json('GET', `/hosts/${second?.id}`)).spm?.status as unknown) === 'spm';
    });
    const refused = await s.client.json('POST', `/hosts/${second?.id}/deactivate`, {});
    expect(refused.fault?.detail).toContain('None of the hosts capable of running the engine VM has score more than 0');
    const [own] = (await s.client.json('GET', '/vms?search=name%3DHostedEngine')).vm as unknown as Json[];
    expect(await act('migrate', {}, String(own?.id))).toMatchObject({
      fault: { detail: '[There are no hosts to use. Check that the cluster contains at least one host in Up state.]' },
    });
  });
});
