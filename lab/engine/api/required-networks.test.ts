import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

describe('a required network', () => {
  let s: ServedLab;
  let network = '';
  const hosts: string[] = [];
  beforeAll(async () => {
    s = await servedLab(2);
    const listed = (await s.client.json('GET', '/hosts?search=sortby%20name%20asc')).host as unknown as Json[];
    hosts.push(...listed.map((one) => String(one.id)));
    const body = { name: 'backup', data_center: { name: 'Datacenter1' }, vlan: { id: 77 } };
    network = String((await s.client.json('POST', '/networks', body)).id);
  });
  afterAll(() => s.close());

  const host = (id = ''): Promise<Json> => s.client.json('GET', `/hosts/${id}`);
  const reaches = (id: string | undefined, status: string): Promise<void> =>
    s.until(status, async () => ((await host(id)).status as unknown) === status);
  const setUp = (id = ''): Promise<Json> =>
    s.t.fast(() =>
      s.client.json('POST', `/hosts/${id}/setupnetworks`, {
        modified_network_attachments: {
          network_attachment: [{ network: { id: network }, host_nic: { name: 'bond1' } }],
        },
        commit_on_success: true,
      }),
    );

  it('keeps a host out of service that lacks what the others have, until it has it', async () => {
    const [first, second] = hosts;
    const [cluster] = (await s.client.json('GET', '/clusters?search=name%3DCluster1')).cluster as unknown as Json[];
    const attached = await s.client.json('POST', `/clusters/${cluster?.id}/networks`, { id: network });
    // Nobody has it yet: that is the network's trouble, and no host's.
    expect(attached).toMatchObject({ required: 'true' });
    const state = async (): Promise<unknown> =>
      (await s.client.json('GET', `/clusters/${cluster?.id}/networks/${network}`)).status;
    expect([await state(), (await host(second)).status]).toEqual(['non_operational', 'up']);
    await s.client.json('POST', `/hosts/${second}/deactivate`, {});
    await reaches(second, 'maintenance');
    expect(await setUp(first)).toMatchObject({ status: 'complete' });
    expect(await state()).toBe('operational');
    await s.client.json('POST', `/hosts/${second}/activate`, {});
    await reaches(second, 'non_operational');
    expect((await host(second)).status_detail).toBe('network_unreachable');
    const [told] = (await s.client.json('GET', '/events?search=type%3D519&max=1')).event as unknown as Json[];
    expect(told).toMatchObject({
      severity: 'warning',
      description:
        "Host host2.test.local does not comply with the cluster Cluster1 networks, the following networks are missing on host: 'backup'",
    });
    expect(await setUp(second)).toMatchObject({ status: 'complete' });
    await reaches(second, 'up');
    expect(await state()).toBe('operational');
    expect(s.t.lab.defects).toEqual([]);
  });
});
