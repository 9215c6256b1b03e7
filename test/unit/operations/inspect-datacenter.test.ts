import { describe, expect, it } from 'vitest';
import { checkDescription, inspectEngineHosts, inspectHosts } from '../../../activities/datacenter/index.ts';
import { networkDifferences, parseNetworkSettings } from '../../../activities/datacenter/network-settings.ts';
import type { HostView } from '../../../activities/engine/hosts.ts';
import { contextOf, inventoryWith } from './site.ts';

const described = (roles: readonly ('hostedEngine' | 'host')[]) =>
  inventoryWith({ hosts: roles.map((role) => ({ role })) });
const context = contextOf(described(['hostedEngine', 'hostedEngine']));

describe('checkDescription', () => {
  it('refuses a datacentre in which no host is to run the engine VM', () => {
    expect(checkDescription.decide(undefined, {}, contextOf(described(['host', 'host'])))).toMatchObject({
      state: 'refused',
      findings: [{ what: 'no host of the inventory is to run the engine VM' }],
    });
  });

  it('tells of a single one, and of hosts that only run other VMs', () => {
    const { state, evidence } = checkDescription.decide(undefined, {}, contextOf(described(['hostedEngine', 'host'])));
    expect(state).toBe('already');
    expect(evidence).toContain(
      'only host1 is to run the engine VM: when it fails, nothing restarts the engine elsewhere',
    );
    expect(evidence).toContain('to run other VMs only: host2');
  });
});

describe('network settings', () => {
  const read = (links: string, address: string, resolver = 'nameserver 172.20.32.2\n') =>
    parseNetworkSettings({
      links: { code: 0, text: links },
      addresses: {
        code: 0,
        text: `6: ovirtmgmt    inet ${address}/24 brd 172.20.32.255 scope global ovirtmgmt\\       valid_lft forever`,
      },
      routes: { code: 0, text: 'default via 172.20.32.1 dev ovirtmgmt \n172.20.32.0/24 dev ovirtmgmt scope link' },
      resolver: { code: 0, text: resolver },
    });
  const links = `1: lo: <LOOPBACK,UP> mtu 65536 qdisc noqueue state UNKNOWN
2: em1: <BROADCAST,UP> mtu 1500 qdisc mq master ovirtmgmt state UP\\    link/ether 00:50:56:82:01:10
6: ovirtmgmt: <BROADCAST,UP> mtu 1500 qdisc noqueue state UP\\    link/ether 00:50:56:82:01:10
7: bond1.432@bond1: <BROADCAST> mtu 1500 master ovirtvm-vlan432 state UP`;
  const model = read(links, '172.20.32.11');

  it('are alike where only addresses and devices of VMs differ', () => {
    const other = read(`${links}\n9: vnet0: <BROADCAST> mtu 1500 master ovirtmgmt state UNKNOWN`, '172.20.32.12');
    expect(networkDifferences('host2', other, 'host1', model)).toEqual([]);
  });

  it('are told apart interface by interface', () => {
    const other = read(
      links
        .replace('7: bond1.432@bond1: <BROADCAST> mtu 1500 master ovirtvm-vlan432 state UP', '')
        .replace('1500', '9000'),
      '172.20.32.12',
      'nameserver 8.8.8.8\n',
    );
    expect(networkDifferences('host2', other, 'host1', model)).toEqual([
      'interface bond1.432 of host2 differs from that of host1: missing instead of MTU 1500, part of ovirtvm-vlan432',
      'interface em1 of host2 differs from that of host1: MTU 9000, part of ovirtmgmt instead of MTU 1500, part of ovirtmgmt',
      'the list of name servers of host2 differs from that of host1: 8.8.8.8 instead of 172.20.32.2',
    ]);
  });
});

describe('inspectHosts', () => {
  const on = { loaded: true, masked: false, active: true, enabled: true, words: 'active/running' };
  const off = { ...on, active: false, enabled: false, words: 'inactive/dead' };
  type Sights = Parameters<typeof inspectHosts.decide>[0];
  const sight = (name: string, more: Partial<Sights[number]> = {}): Sights[number] => ({
    name,
    network: { devices: { em1: 'MTU 1500' }, gateway: '172.20.32.1 over em1', nameServers: '172.20.32.2' },
    firewall: {
      installed: true,
      answers: true,
      units: { firewalld: on, iptables: off },
      defaultZone: 'public',
      zones: new Map(),
      sshPorts: [],
    },
    cpu: { needed: true, offered: 'yes', libvirt: '4.5.0' },
    luns: [],
    ...more,
  });
  const findings = (...hosts: Sights) =>
    (inspectHosts.decide(hosts, { host: 'host1' }, context).findings ?? []).map(({ what }) => what);

  it('is content with hosts that keep the rules', () => {
    expect(inspectHosts.decide([sight('host1'), sight('host2')], { host: 'host1' }, context).state).toBe('already');
  });

  it('tells of a firewall that is off, of another one, of a libvirt that is too old, of lost LUNs and hosts', () => {
    const firewall = { ...sight('x').firewall, answers: false, units: { firewalld: off, iptables: on } };
    const broken = sight('host2', {
      firewall: firewall as NonNullable<Sights[number]['firewall']>,
      cpu: { needed: true, offered: 'no', libvirt: '4.5.0' },
      luns: [{ state: { wwid: '36001405', signatures: [], children: [] } }],
    });
    expect(findings(sight('host1'), broken, { name: 'host3', unreachable: 'host3: no route to host' })).toEqual([
      'firewalld of host2 is not active and not enabled',
      'host2 has another firewall beside firewalld: iptables',
      'libvirt 4.5.0 on host2 does not know the CPU feature md-clear, which its CPU has',
      'LUN 36001405 is not visible on host2',
      'host3 could not be asked: host3: no route to host',
    ]);
  });

  it('takes a CPU without md-clear, and a libvirt that does not answer, for no finding', () => {
    expect(findings(sight('host1', { cpu: { needed: false, offered: 'no', libvirt: '4.5.0' } }))).toEqual([]);
    expect(findings(sight('host1', { cpu: { needed: true, offered: 'unknown', libvirt: '4.5.0' } }))).toEqual([]);
  });
});

describe('inspectEngineHosts', () => {
  const host = (name: string, more: Partial<HostView> = {}): HostView => ({
    id: name,
    name,
    address: name,
    inventoryName: name,
    status: 'up',
    power_management: { enabled: true },
    hosted_engine: {
      active: true,
      configured: true,
      score: 3400,
      global_maintenance: false,
      local_maintenance: false,
    },
    vms: [],
    ...more,
  });
  const findings = (...hosts: HostView[]) =>
    (inspectEngineHosts.decide(hosts, {}, context).findings ?? []).map(({ what }) => what);

  it('is content with two hosts that are up, fenced and able to run the engine VM', () => {
    expect(inspectEngineHosts.decide([host('host1'), host('host2')], {}, context).state).toBe('already');
  });

  it('tells of maintenance that was left on, of missing power management, of strangers, of a single engine host', () => {
    const { inventoryName: _name, ...stranger } = host('old');
    expect(
      findings(
        host('host1'),
        host('host2', { status: 'maintenance', status_detail: 'new memory', power_management: { enabled: false } }),
        { ...stranger, hosted_engine: undefined } as unknown as HostView,
      ),
    ).toEqual([
      'host host2 is maintenance in the engine (new memory)',
      'host host2 has no power management: when it hangs, its VMs are not restarted elsewhere',
      'host old is in the engine, but not in the inventory',
      'only host1 is up and able to run the engine VM: when it fails, nothing restarts the engine',
    ]);
  });
});
