import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runningOn } from '../../ovirt/engine-vm.ts';
import { guests } from '../../ovirt/guests.ts';
import type { LabHost } from '../../types.ts';
import type { Json, ServedLab } from './test-client.ts';
import { servedLab } from './test-client.ts';

const WWID = '3600a098000e4b4b3000003175cec1840';
const GiB = 2 ** 30;

describe('VMs with a lease, and where VMs may run', () => {
  let s: ServedLab;
  let data = '';
  let vm = '';
  let disk = '';
  beforeAll(async () => {
    s = await servedLab(2);
    const [center] = (await call('GET', '/datacenters?search=name%3DDatacenter1')).data_center as unknown as Json[];
    const storage = { type: 'fcp', logical_units: { logical_unit: [{ id: WWID }] } };
    const domain = { name: 'data1', type: 'data', host: { name: 'host1.test.local' }, storage };
    data = String((await s.t.fast(() => call('POST', '/storagedomains', domain))).id);
    await s.t.fast(() => call('POST', `/datacenters/${center?.id}/storagedomains`, { id: data }));
    const made = await call('POST', '/vms', {
      name: 'vm1',
      cluster: { name: 'Cluster1' },
      template: { name: 'Blank' },
      memory: 2 * GiB,
      high_availability: { enabled: true, priority: 100 },
      lease: { storage_domain: { name: 'data1' } },
    });
    vm = String(made.id);
    const wanted = {
      name: 'd1',
      provisioned_size: GiB,
      format: 'cow',
      storage_domains: { storage_domain: [{ id: data }] },
    };
    const attached = { interface: 'virtio', bootable: true, disk: wanted };
    disk = String((await call('POST', `/vms/${vm}/diskattachments`, attached)).id);
    await s.until('the disk is ok', async () => ((await call('GET', `/disks/${disk}`)).status as unknown) === 'ok', 1);
  });
  afterAll(() => s.close());

  const call = (method: string, path: string, body?: unknown): Promise<Json> =>
    s.client.json(method, path, body, { 'correlation-id': 'leases' });
  const status = async (): Promise<string> => String((await call('GET', `/vms/${vm}`)).status);
  const is = (wanted: string): Promise<void> => s.until(wanted, async () => (await status()) === wanted, 1);
  const machine = (name: string): LabHost => {
    const found = s.t.lab.hosts.get(name);
    if (!found) throw new Error(`no ${name}`);
    return found;
  };
  /** Names of the hosts on which the VM runs: never two. */
  const runsOn = (): string[] =>
    [...s.t.lab.hosts.values()].filter((one) => guests(one).has(vm)).map(({ name }) => name);
  const hostRow = async (name: string): Promise<Json> => {
    const [row] = (await call('GET', `/hosts?search=${name}*`)).host as unknown as Json[];
    if (!row) throw new Error(`no ${name}`);
    return row;
  };
  const hostIs = (name: string, wanted: string): Promise<void> =>
    s.until(`${name} is ${wanted}`, async () => String((await hostRow(name)).status) === wanted, 1);
  const events = async (): Promise<number[]> => {
    const found = (await call('GET', '/events?search=vm.name%3Dvm1')).event as unknown as Json[];
    return found.map((one) => Number(one.code)).reverse();
  };
  const sh = async (host: string, script: string): Promise<string> =>
    (await s.t.fast(() => machine(host).sh(script))).stdout;

  it('holds the lease where the VM runs, and takes it along', async () => {
    const [, second] = [await hostRow('host1'), await hostRow('host2')];
    await call('POST', `/vms/${vm}/start`, {});
    await is('up');
    if (runsOn()[0] === 'host1') await call('POST', `/vms/${vm}/migrate`, { host: { id: second.id } });
    await s.until('on host2', () => runsOn().join() === 'host2');
    await is('up');
    const lease = new RegExp(`^r ${data}:${vm}:/dev/${data}/xleases:1048576:\\d+ p \\d+$`, 'm');
    expect(await sh('host2', 'sanlock client status')).toMatch(lease);
    expect(await sh('host1', 'sanlock client status')).not.toMatch(lease);
  });

  it('never starts a VM twice: the lease of a host that lives but does not answer is refused', async () => {
    await sh('host2', 'systemctl stop vdsmd; systemctl mask vdsmd');
    await hostIs('host2', 'non_responsive');
    expect(await status()).toBe('unknown');
    const refused = async (): Promise<boolean> => (await events()).includes(507);
    await s.until('it was tried elsewhere', refused);
    await s.t.fast(() => s.t.lab.clock.sleep(400));
    expect(runsOn()).toEqual(['host2']);
    expect(await events()).toEqual(expect.arrayContaining([142, 506, 119, 507]));
    await sh('host2', 'systemctl unmask vdsmd; systemctl start vdsmd');
    await hostIs('host2', 'up');
    expect([await status(), runsOn()]).toEqual(['up', ['host2']]);
  });

  it('starts it elsewhere when its host is gone, as soon as sanlock knows that', async () => {
    const lost = s.t.lab.clock.now();
    machine('host2').powerLoss();
    await hostIs('host2', 'non_responsive');
    await s.until('started on host1', () => runsOn().join() === 'host1', 1);
    const seconds = (s.t.lab.clock.now() - lost) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(140);
    expect(seconds).toBeLessThan(160);
    await is('up');
    // Nobody can fence host2, and nobody had to.
    expect(String((await hostRow('host2')).status)).toBe('non_responsive');
    const image = String((await call('GET', `/disks/${disk}`)).image_id);
    expect(await sh('host1', `lvs --noheadings -o lv_attr ${data}/${image}`)).toBe('  -wi-ao----\n');
    await s.t.fast(() => machine('host2').powerOn());
    await hostIs('host2', 'up');
    expect([await status(), runsOn()]).toEqual(['up', ['host1']]);
  });

  it('names why no host can take a VM', async () => {
    const [profile] = (await call('GET', '/vnicprofiles')).vnic_profile as unknown as Json[];
    const [center] = (await call('GET', '/datacenters?search=name%3DDatacenter1')).data_center as unknown as Json[];
    const network = await call('POST', '/networks', {
      name: 'vlan100',
      data_center: { id: center?.id },
      vlan: { id: 100 },
    });
    const profiles = (await call('GET', '/vnicprofiles')).vnic_profile as unknown as Json[];
    const own = profiles.find((one) => String(one.network?.id) === String(network.id));
    const nic = await call('POST', `/vms/${vm}/nics`, { name: 'nic1', vnic_profile: { id: own?.id } });
    const migrate = (): Promise<Json> => call('POST', `/vms/${vm}/migrate`, {});
    expect((await migrate()).fault?.detail).toBe(
      '[Cannot migrate VM. There is no host that satisfies current scheduling constraints. See below for details:, The host host2.test.local did not satisfy internal filter Network because network(s) vlan100 are missing.]',
    );
    await call('PUT', `/vms/${vm}/nics/${nic.id}`, { vnic_profile: { id: profile?.id } });
    const first = await hostRow('host1');
    await call('PUT', `/vms/${vm}`, { placement_policy: { hosts: { host: [{ id: first.id }] } } });
    expect((await migrate()).fault?.detail).toContain(
      'did not satisfy internal filter PinToHost because the host is not present in the pinning list.',
    );
  });

  it('keeps a host in service whose VM is pinned to it, and empties it when it is free', async () => {
    await call('PUT', `/vms/${vm}`, { placement_policy: { affinity: 'user_migratable', hosts: { host: [] } } });
    expect((await call('POST', `/vms/${vm}/migrate`, {})).fault?.detail).toBe(
      '[Cannot migrate VM. VM is non migratable and user did not specify the force-migration flag]',
    );
    await call('POST', `/vms/${vm}/migrate`, { force: true });
    await s.until('on host2', () => runsOn().join() === 'host2', 1);
    await is('up');
    const second = await hostRow('host2');
    await call('PUT', `/vms/${vm}`, { placement_policy: { affinity: 'pinned' } });
    expect((await call('POST', `/hosts/${second.id}/deactivate`, {})).fault?.detail).toBe(
      '[Cannot switch the following Hosts to Maintenance mode: host2.test.local.\nOne or more running VMs are indicated as non-migratable. The non-migratable VMs are: vm1.]',
    );
    await call('PUT', `/vms/${vm}`, { placement_policy: { affinity: 'migratable' } });
    await call('POST', `/hosts/${second.id}/deactivate`, {});
    await hostIs('host2', 'maintenance');
    expect([await status(), runsOn()]).toEqual(['up', ['host1']]);
    expect(await events()).toEqual(expect.arrayContaining([67, 63]));
    expect((await call('POST', `/vms/${vm}/migrate`, {})).fault?.detail).toBe(
      '[There are no hosts to use. Check that the cluster contains at least one host in Up state.]',
    );
  });

  it('starts it with the engine again when the host of both is lost', async () => {
    const second = await hostRow('host2');
    await call('POST', `/hosts/${second.id}/activate`, {});
    await hostIs('host2', 'up');
    const able = async (): Promise<boolean> =>
      Number(
        (await s.client.json('GET', `/hosts/${second.id}`, undefined, { 'all-content': 'true' })).hosted_engine?.score,
      ) === 3400;
    await s.until('host2 can run the engine', able);
    machine('host1').powerLoss();
    await s.until('the engine runs on host2', () => runningOn(s.t.lab)?.record.engine === true);
    expect(runningOn(s.t.lab)?.host.name).toBe('host2');
    await s.client.login(s.t.lab.secrets.enginePassword);
    await s.until('the VM runs on host2', () => runsOn().join() === 'host2');
    await is('up');
    expect(s.t.lab.defects).toEqual([]);
  });
});
