import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stateOf } from '../control/state.ts';
import { presetOf } from '../datacentre.ts';
import { runningOn } from '../ovirt/engine-vm.ts';
import { agentRuntime } from '../ovirt/ha/runtime.ts';
import { haFields, hostedEngineState } from '../ovirt/state.ts';
import type { TestLab } from '../ovirt/test-lab.ts';
import { deploy, installPackages, testLab } from '../ovirt/test-lab.ts';
import { events } from './events.ts';
import { worlds } from './index.ts';
import { hostedEngineLun } from './storage.ts';

let t: TestLab;
const act = (action: string, target: string, more: Record<string, unknown> = {}): Promise<string> => {
  const event = events[action];
  if (!event) throw new Error(`no event ${action}`);
  return t.fast(() => event(t.lab, { target, action, ...more }));
};

describe('worlds', () => {
  beforeEach(async () => {
    t = await testLab({ hosts: 2 });
  });
  afterEach(() => t.close());

  it('are all there that a deployment needs', () => {
    expect(Object.keys(worlds).sort()).toEqual([
      'bad-final-health',
      'deploy-unknown',
      'dns-broken',
      'dns-reverse-missing',
      'firewalld-off',
      'ha-broker-dead',
      'hostname-wrong-nic',
      'iscsi-portal-away',
      'leftover-pool',
      'leftover-socket',
      'lun-dirty',
      'lun-lost',
      'lun-missing-path',
      'md-clear-missing',
      'nfs-away',
      'nfs-dirty',
      'nfs-domain',
      'nfs-export-missing',
      'nfs-permissions',
      'package-drift',
      'switch-guards-bridges',
    ]);
  });
  it('nfs-* change the file server and its exports, until someone repairs them', async () => {
    const nfs = () =>
      stateOf(t.lab).nfs as { answering: boolean; exports: { path: string; offered: boolean; entries: string[] }[] }[];
    await t.world('nfs-away');
    await t.world('nfs-export-missing');
    expect(nfs()).toMatchObject([{ answering: false, exports: [{ path: '/exports/data', offered: false }, {}, {}] }]);
    await t.world('nfs-permissions');
    await act('repair-nfs', 'storage', { path: '/exports/data' });
    expect(nfs()).toMatchObject([{ answering: true, exports: [{ offered: true, entries: [] }, {}, {}] }]);
    expect(t.lab.nfs[0]?.exports[0]?.files.stat('/')).toMatchObject({ owner: 'vdsm', group: 'kvm' });
    await t.world('nfs-dirty');
    await t.world('nfs-domain');
    expect(nfs()[0]?.exports[0]?.entries).toHaveLength(2);
    await expect(act('repair-nfs', 'storage', { path: '/nowhere' })).rejects.toThrow(
      'nas.test.local has no export /nowhere; it has /exports/data, /exports/backup, /exports/root_only',
    );
  });
  it('md-clear-missing puts an old libvirt and an odd repository on the host', async () => {
    await t.world('md-clear-missing');
    expect(t.host.packages.get('libvirt-daemon')?.release).toBe('10.el7_6.4');
    expect(t.host.libvirt.requiredFeatures()).not.toContain('md-clear');
    const repo = 'mirror.centos.org_centos-7_7_virt_x86_64_libvirt-latest_';
    expect(t.host.fs.read(`/etc/yum.repos.d/${repo}.repo`)).toContain(`[${repo}]\n`);
  });
  it('md-clear-missing is not cured by what the odd repository offers, but by the distribution', async () => {
    await t.world('md-clear-missing');
    t.host.packages.install({ name: 'libvirt-daemon', epoch: 0, version: '5.0.0', release: '1.el7', arch: 'x86_64' });
    expect(t.host.libvirt.requiredFeatures()).not.toContain('md-clear');
    t.host.packages.install({
      name: 'libvirt-daemon',
      epoch: 0,
      version: '4.5.0',
      release: '10.el7_6.12',
      arch: 'x86_64',
    });
    expect(t.host.libvirt.requiredFeatures()).toContain('md-clear');
  });
  it('lun-missing-path takes one path of two, and a deployment still goes through', async () => {
    await t.world('lun-missing-path');
    const paths = hostedEngineLun(t.lab).paths.get('host1') ?? [];
    expect(paths.map((path) => path.up)).toEqual([false, true]);
    await t.fast(() => installPackages(t.host));
    expect((await t.fast(() => deploy(t.host))).code).toBe(0);
  });
  it('dns-reverse-missing is refused only by who asks for the reverse name', async () => {
    await t.world('dns-reverse-missing');
    expect(t.host.reverse(t.host.address)).toBeUndefined();
    await t.fast(() => installPackages(t.host));
    const strict = await t.fast(() => deploy(t.host, { 'NETWORK/fqdnReverseValidation': 'bool:True' }));
    expect(strict.stdout).toContain(
      "[ ERROR ] Failed to execute stage 'Setup validation': Host name is not valid: The following addresses: 172.20.32.11 did not reverse resolve into host1.test.local",
    );
  });
});

describe('presets', () => {
  it('refuse what is not modelled yet, before anything changes', async () => {
    t = await testLab();
    expect(() => presetOf(t.lab, 'article')).toThrow(
      'There is no preset article; there are bare, deployed, datacenter.',
    );
    t.close();
  });
});

describe('the preset datacenter', () => {
  it('has the whole article built, with a highly available VM that runs', async () => {
    t = await testLab({ preset: 'datacenter', hosts: 3 });
    const { engine, luns } = JSON.parse(JSON.stringify(stateOf(t.lab)));
    expect(engine).toMatchObject({
      hosts: ['host1.test.local', 'host2.test.local', 'host3.test.local'],
      dataCenters: { Datacenter1: { status: 'up' } },
      storageDomains: { data1: { status: 'active', dataCenter: 'Datacenter1' } },
      disks: expect.arrayContaining([
        expect.objectContaining({ alias: 'CentOS-7-x86_64-Minimal-1908.iso', status: 'ok', domain: 'data1' }),
        expect.objectContaining({ alias: 'vm1_Disk1', status: 'ok', domain: 'data1', vms: ['vm1'] }),
      ]),
    });
    expect(luns).toHaveLength(2);
    const running = [...t.lab.hosts.values()].flatMap((host) => [...host.libvirt.domains.values()]);
    expect(running.map(({ name }) => name).sort()).toEqual(['HostedEngine', 'vm1']);
    for (const host of t.lab.hosts.values()) {
      expect(host.network.interfaces.has('ovirtvm-vlan432')).toBe(true);
      expect(agentRuntime(host)?.state).toMatch(/^Engine(Up|Down)$/);
    }
    expect(t.lab.defects).toEqual([]);
    t.close();
  }, 120_000);
});

describe('the preset deployed and what people do behind its back', () => {
  beforeEach(async () => {
    t = await testLab({ preset: 'deployed', hosts: 3 });
  });
  afterEach(() => t.close());

  it('has the engine on host1, and host2 able to run it', async () => {
    expect(hostedEngineState(t.lab)).toMatchObject({
      hostedEngine: { deployed: true, globalMaintenance: false, vm: { host: 'host1', state: 'Up', health: 'good' } },
      engine: {
        access: 'up',
        dataCenter: 'Datacenter1',
        cluster: 'Cluster1',
        hosts: ['host1.test.local', 'host2.test.local'],
      },
    });
    const fields = [...t.lab.hosts.values()].map(haFields);
    expect(fields).toMatchObject([
      { haState: 'EngineUp', haScore: 3400, haHostId: 1 },
      { haState: 'EngineDown', haScore: 3400, haHostId: 2 },
      { localMaintenance: false, hostedEngineDeployed: false },
    ]);
    expect(Object.keys(JSON.parse(JSON.stringify(fields[2])))).toEqual(['localMaintenance', 'hostedEngineDeployed']);
    expect(JSON.stringify(stateOf(t.lab))).not.toContain('null');
    expect((await t.host.sh('ls /sys/class/net/ovirtmgmt/brif')).stdout).toBe('em1\n');
    expect(t.lab.defects).toEqual([]);
  });
  it('set maintenance', async () => {
    expect(await act('set-global-maintenance', 'engine')).toBe('someone set global maintenance');
    await t.fast(() => t.lab.clock.sleep(20));
    expect(agentRuntime(t.host)?.state).toBe('GlobalMaintenance');
    await act('set-local-maintenance', 'host2');
    await act('set-global-maintenance', 'engine', { on: false });
    await t.fast(() => t.lab.clock.sleep(25));
    expect(haFields(t.lab.hosts.get('host2') ?? t.host)).toMatchObject({
      haState: 'LocalMaintenance',
      localMaintenance: true,
    });
  });
  it('move the engine VM', async () => {
    await act('set-global-maintenance', 'engine');
    await act('move-engine-vm', 'engine', { to: 'host2' });
    await t.fast(() => t.lab.clock.sleep(10));
    expect(runningOn(t.lab)?.host.name).toBe('host2');
  });
  it('stop and start services, break and repair the engine', async () => {
    await act('stop-service', 'host2', { unit: 'ovirt-ha-agent' });
    expect(t.lab.hosts.get('host2')?.units.isActive('ovirt-ha-agent.service')).toBe(false);
    await act('start-service', 'host2', { unit: 'ovirt-ha-agent' });
    expect(t.lab.hosts.get('host2')?.units.isActive('ovirt-ha-agent.service')).toBe(true);
    await t.world('bad-final-health');
    expect(runningOn(t.lab)?.record.engine).toBe(false);
    await act('repair-engine', 'engine');
    await t.fast(() => t.lab.clock.sleep(60));
    expect(runningOn(t.lab)?.record.engine).toBe(true);
  });
  it('say what is wrong with an event', async () => {
    await expect(act('move-engine-vm', 'engine')).rejects.toThrow('move-engine-vm needs to');
    await expect(act('stop-service', 'host9', { unit: 'x' })).rejects.toThrow('there is no host host9');
    await expect(act('wipe-lun', 'host1', { wwid: 'x' })).rejects.toThrow('there is no LUN x');
  });
});
