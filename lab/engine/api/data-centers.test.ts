import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

describe('data centers and clusters in the engine', () => {
  let s: ServedLab;
  beforeAll(async () => {
    s = await servedLab(1);
  });
  afterAll(() => s.close());

  const call = (method: string, path: string, body?: unknown): Promise<Json> =>
    s.client.json(method, path, body, { 'correlation-id': 'data-centers' });
  const named = async (collection: string, name: string): Promise<Json> => {
    const found = await call('GET', `/${collection}?search=name%3D${name}`);
    return (Object.values(found).find(Array.isArray) as unknown as Json[])[0] as Json;
  };
  const codes = async (): Promise<number[]> => {
    const found = await call('GET', '/events?search=correlation_id%3Ddata-centers');
    return (found.event as unknown as Json[]).map((one) => Number(one.code)).reverse();
  };

  it('has those of the deployment, and the stock ones beside them', async () => {
    const listed = (await call('GET', '/datacenters')).data_center as unknown as Json[];
    expect(listed.map((one) => [one.name, one.status])).toEqual([
      ['Datacenter1', 'up'],
      ['Default', 'uninitialized'],
    ]);
    const clusters = (await call('GET', '/clusters')).cluster as unknown as Json[];
    expect(clusters.map((one) => [one.name, one.cpu?.type])).toEqual([
      ['Cluster1', 'Intel Skylake Server IBRS SSBD MDS Family'],
      ['Default', ''],
    ]);
  });

  it('makes a data center with a cluster at its level, and takes changes', async () => {
    const version = { major: 4, minor: 2 };
    const made = await call('POST', '/datacenters', { name: 'dc2', local: 'true', version });
    expect(made).toMatchObject({ local: 'true', status: 'uninitialized', version: { minor: '2' } });
    expect(made).not.toHaveProperty('storage_format');
    const body = { name: 'c2', data_center: { name: 'dc2' }, cpu: { type: 'Intel SandyBridge Family' } };
    const cluster = await call('POST', '/clusters', body);
    expect(cluster).toMatchObject({
      cpu: { architecture: 'x86_64', type: 'Intel SandyBridge Family' },
      version: { minor: '2' },
      switch_type: 'legacy',
      firewall_type: 'firewalld',
    });
    expect(await call('POST', '/clusters', { ...body, name: 'c3' })).toMatchObject({
      status: 400,
      detail: '[Cannot add more than one Cluster to "Local Storage" Data Center]',
    });
    const owned = await call('GET', `/datacenters/${made.id}/clusters`);
    expect(owned.cluster as unknown as Json[]).toHaveLength(1);
    const changed = await call('PUT', `/clusters/${cluster.id}`, {
      fencing_policy: { skip_if_connectivity_broken: { enabled: true } },
      ha_reservation: true,
    });
    expect(changed).toMatchObject({
      ha_reservation: 'true',
      fencing_policy: { enabled: 'true', skip_if_connectivity_broken: { enabled: 'true', threshold: '50' } },
    });
    expect(await call('PUT', `/datacenters/${made.id}`, { version: { major: 4, minor: 3 } })).toMatchObject({
      status: 400,
      detail:
        "[Cannot update Data Center compatibility version to a value that is greater than its cluster's version. The following clusters should be upgraded: c2.]",
    });
    expect((await call('PUT', `/clusters/${cluster.id}`, { version: { major: 4, minor: 3 } })).version).toEqual({
      major: '4',
      minor: '3',
    });
    expect(
      await call('PUT', `/datacenters/${made.id}`, { local: false, version: { minor: 3, major: 4 } }),
    ).toMatchObject({
      local: 'false',
      version: { minor: '3' },
    });
    expect(await codes()).toEqual([950, 809, 811, 811, 952]);
  });

  it('refuses what would break what is there, in the words of the engine', async () => {
    const [used, other, center] = [
      await named('clusters', 'Cluster1'),
      await named('clusters', 'c2'),
      await named('datacenters', 'Datacenter1'),
    ];
    const machine = s.t.lab.hosts.get('host1');
    const microcode = machine?.cpu.flags ?? [];
    const lowered = { cpu: { type: 'Intel Haswell Family' } };
    expect(await call('PUT', `/clusters/${used.id}`, lowered)).toMatchObject(lowered);
    if (machine) machine.cpu.flags = microcode.filter((flag) => flag !== 'md_clear');
    const refusals = [
      await call('PUT', `/clusters/${used.id}`, { cpu: { type: 'AMD EPYC' } }),
      await call('PUT', `/clusters/${used.id}`, { cpu: used.cpu }),
      await call('PUT', `/clusters/${used.id}`, { version: { major: 4, minor: 2 } }),
      await call('PUT', `/clusters/${used.id}`, { data_center: { name: 'dc2' } }),
      await call('PUT', `/clusters/${other.id}`, { name: 'Cluster1' }),
      await call('PUT', `/clusters/${other.id}`, { cpu: { type: 'Secure Intel Westmere Family' } }),
      await call('PUT', `/clusters/${other.id}`, { cpu: { type: '' } }),
      await call('PUT', `/clusters/${other.id}`, { virt_service: false }),
      await call('DELETE', `/clusters/${(await named('clusters', 'Default')).id}`),
      await call('DELETE', `/datacenters/${center.id}`),
      await call('PUT', `/datacenters/${center.id}`, { version: { major: 4, minor: 1 } }),
    ];
    expect(refusals.map((one) => [Number(one.status), String(one.detail)])).toEqual([
      [409, '[Cannot change Cluster CPU type unless all Hosts attached to this Cluster are in Maintenance.]'],
      [
        409,
        '[Cannot change Cluster CPU to higher CPU type when there are active Hosts with lower CPU type.\n-Please move Host host1.test.local with lower CPU to maintenance first.]',
      ],
      [400, "[Cluster compatibility version can't be decreased if there are hosts in the Cluster.]"],
      [409, '[Cannot change Data Center association when editing a Cluster.]'],
      [409, '[Cannot edit Cluster. Cluster name is already in use.]'],
      [400, '[Cannot edit Cluster. The chosen CPU is not supported.]'],
      [400, '[Cannot edit Cluster. The chosen CPU is not supported.]'],
      [400, '[At least one service [virt / gluster] must be enabled on the cluster.]'],
      [409, '[Cannot remove default Host Cluster.]'],
      [409, '[Cannot remove an active Data Center.]'],
      [400, '[Cannot decrease data center compatibility version.]'],
    ]);
    expect(await named('clusters', 'Cluster1')).toEqual({ ...used, cpu: { ...used.cpu, ...lowered.cpu } });
    if (machine) machine.cpu.flags = microcode;
    expect(await call('PUT', `/clusters/${used.id}`, { cpu: used.cpu })).toMatchObject({ cpu: used.cpu });
  });

  it('links clusters to pools of MAC addresses', async () => {
    const ranges = { range: [{ from: '00:1a:4a:16:01:51', to: '00:1a:4a:16:01:e6' }] };
    const pool = await call('POST', '/macpools', { name: 'p', ranges });
    const cluster = await named('clusters', 'c2');
    await call('PUT', `/clusters/${cluster.id}`, { mac_pool: { id: pool.id } });
    expect((await named('datacenters', 'dc2')).mac_pool).toMatchObject({ id: pool.id });
    expect((await call('DELETE', `/macpools/${pool.id}`)).detail).toBe(
      '[Cannot remove MAC Pool. Several Clusters (1) are using this MAC Pool:\n\tc2\n - Please remove it from all Clusters that are using it and try again.]',
    );
    expect(await call('DELETE', `/clusters/${cluster.id}`)).toMatchObject({ status: 'complete' });
    expect(await call('DELETE', `/macpools/${pool.id}`)).toMatchObject({ status: 'complete' });
    const center = await named('datacenters', 'dc2');
    expect(await call('DELETE', `/datacenters/${center.id}`)).toMatchObject({ status: 'complete', job: {} });
    expect((await s.client.call('GET', `/datacenters/${center.id}`)).status).toBe(404);
  });

  it('lists the CPU types of a level as the engine is configured for it', async () => {
    const types = async (level: string): Promise<string[]> =>
      Object.values((await call('GET', `/clusterlevels/${level}`)).cpu_types?.cpu_type ?? {}).map(
        (one) => `${one.level} ${one.name}`,
      );
    const newest = await types('4.3');
    expect(newest).toContain('11 Intel Westmere IBRS SSBD MDS Family');
    expect(newest).toContain('32 Intel Skylake Server IBRS SSBD MDS Family');
    expect(newest).not.toContain('10 Intel Westmere IBRS Family');
    expect(await types('4.2')).toContain('12 Intel Westmere IBRS SSBD MDS Family');
    expect((await s.client.call('GET', '/clusterlevels/4.4')).status).toBe(404);
    expect(s.t.lab.defects).toEqual([]);
  });
});
