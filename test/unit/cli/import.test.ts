import { expect, describe as group, it } from 'vitest';
import { describe, shortName } from '../../../cli/import/describe.ts';
import { sizeText } from '../../../cli/import/describe-storage.ts';
import type { EngineSite } from '../../../cli/import/engine-site.ts';
import type { Former } from '../../../cli/import/former.ts';
import { carrierOf, type HostSite } from '../../../cli/import/host-site.ts';
import { engineFenceAgent } from '../../../connectors/engine/model/fence-agent.ts';
import { engineClusterNetwork } from '../../../connectors/engine/model/network.ts';
import { engineStorageDomain } from '../../../connectors/engine/model/storage-domain.ts';
import { parseInventory } from '../../../inventory/load.ts';

const HE_LUN = '3600a098000e4b4b3000003c95d171065';
const DATA_LUN = '3600a098000e4b4b3000003175cec1840';
const GIB = 1024 ** 3;

/** As the engine's JSON has it: numbers and booleans as strings, empty lists as `{}`. */
const domain = (name: string, type: string, storage: object) =>
  engineStorageDomain.parse({ id: name, name, type, storage });
const fcp = (...units: object[]) => ({ type: 'fcp', volume_group: { logical_units: { logical_unit: units } } });
const ISCSI_LUN = '36001405f3c1d2a4b5e64f0a9c8d7e6f5';
const IQN = 'iqn.2019-11.com.example:archive';
const iscsiUnit = (address: string) => ({
  ...{ id: ISCSI_LUN, size: String(1024 * GIB), address, port: '3260', target: IQN, username: 'ovirt' },
});
const network = (name: string, rest: object) => engineClusterNetwork.parse({ id: name, name, ...rest });

const host = (
  name: string,
  address: string,
  configured: boolean,
  agents: object[] = [],
): EngineSite['hosts'][number] => ({
  id: name,
  name,
  address,
  status: 'up',
  ssh: { port: 22 },
  ...(configured && {
    hosted_engine: { active: true, configured, score: 3400, global_maintenance: false, local_maintenance: false },
  }),
  agents: agents.map((agent) => engineFenceAgent.parse(agent)),
});

const DRAC = {
  id: 'a',
  type: 'drac5',
  address: '172.20.33.11',
  username: 'root',
  order: '1',
  port: '22',
  options: {
    option: [
      { name: 'secure', value: 'true' },
      { name: 'ipport', value: '22' },
    ],
  },
};

const SITE: EngineSite = {
  version: '4.3.7.2-1.el7',
  dataCenter: { id: 'dc', name: 'Datacenter1' },
  cluster: { id: 'c', name: 'Cluster1', cpu: { type: 'Intel Skylake Server Family' } },
  hosts: [
    host('host2.example.com', 'host2.example.com', true),
    host('host1.example.com', '172.20.32.11', true, [DRAC]),
    host('host3', 'host3.example.com', false),
  ],
  otherHosts: ['elsewhere'],
  domains: [
    domain('hosted_storage', 'data', fcp({ id: HE_LUN, size: String(150 * GIB) })),
    domain('data1', 'data', fcp({ id: DATA_LUN, size: String(2048 * GIB) })),
    domain('nfs1', 'data', {
      ...{ type: 'nfs', address: 'nfs.example.com', path: '/exports/data' },
      ...{ nfs_version: 'v4_1', mount_options: 'noatime' },
    }),
    // By two portals.
    domain('iscsi1', 'data', { ...fcp(iscsiUnit('172.20.40.5'), iscsiUnit('172.20.40.6')), type: 'iscsi' }),
    domain('iso', 'iso', { type: 'nfs', address: 'nfs.example.com', path: '/exports/iso' }),
    domain('wide', 'data', fcp({ id: 'a' }, { id: 'b' })),
  ],
  networks: [
    network('ovirtmgmt', { mtu: '0', usages: { usage: ['management', 'vm'] } }),
    network('vlan432', { mtu: '9000', vlan: { id: '432' }, required: 'true', usages: { usage: ['vm'] } }),
    network('unplugged', { mtu: '0', usages: { usage: ['vm'] } }),
  ],
  vms: ['vm1'],
};

const FORMER: Former = {
  engine: {
    fqdn: 'ovirt.example.com',
    url: 'https://ovirt.example.com/ovirt-engine',
    password: { env: 'PW' },
    rootPassword: { file: 'root' },
  },
  hosts: [],
};

const LINKS: HostSite['links'] = [
  { device: 'em1', master: 'ovirtmgmt' },
  { device: 'vnet0', master: 'vlan432' },
  { device: 'bond1.432', master: 'vlan432' },
];

group('an inventory from the engine alone', () => {
  const { inventory, notes } = describe(SITE, new Map(), FORMER, 'secrets/id');

  it('is a good one, with what the engine tells', () => {
    const { inventory: parsed } = parseInventory(JSON.stringify(inventory), 'f');
    expect(parsed.profile).toEqual({ name: 'ovirt-4.3' });
    expect(parsed.engine).toMatchObject({ dataCenter: 'Datacenter1', cluster: 'Cluster1', fqdn: 'ovirt.example.com' });
    expect(parsed.cluster).toEqual({ cpuType: 'Intel Skylake Server Family' });
    expect(parsed.hosts.map(({ name, fqdn, role }) => [name, fqdn, role])).toEqual([
      ['host1', 'host1.example.com', 'hostedEngine'],
      ['host2', 'host2.example.com', 'hostedEngine'],
      ['host3', 'host3.example.com', 'host'],
    ]);
    expect(parsed.hosts[0]).toMatchObject({
      address: '172.20.32.11',
      ssh: { port: 22, user: 'root', key: { file: 'secrets/id' } },
      bmc: { agent: 'drac5', address: '172.20.33.11', port: 22, user: 'root', options: { secure: 'true' } },
    });
    expect(parsed.hosts[0]?.bmc?.options).toEqual({ secure: 'true' });
    expect(parsed.storage).toEqual({
      hostedEngine: { type: 'fc', lun: HE_LUN, size: '150G' },
      dataDomains: [
        { name: 'data1', type: 'fc', lun: DATA_LUN, size: '2.0T' },
        {
          ...{ name: 'nfs1', type: 'nfs', address: 'nfs.example.com', path: '/exports/data' },
          ...{ nfsVersion: 'v4_1', mountOptions: 'noatime' },
        },
        {
          ...{ name: 'iscsi1', type: 'iscsi', address: '172.20.40.5', port: 3260, target: IQN, lun: ISCSI_LUN },
          otherPortals: [{ address: '172.20.40.6', port: 3260 }],
          ...{ size: '1.0T', chap: { user: 'ovirt', password: { file: 'secrets/iscsi-iscsi1' } } },
        },
      ],
    });
    expect(parsed.networks).toEqual([]);
  });

  it('says what is left out or left to do, and never leaves a gap silently', () => {
    for (const word of ['host1', 'host2', 'host3'])
      expect(notes).toContainEqual(expect.stringContaining(`inventory trust ${word}`));
    for (const word of [
      'secrets/bmc-host1',
      'secrets/iscsi-iscsi1',
      'iso',
      'wide',
      'vlan432',
      'unplugged',
      'elsewhere',
      'vm1',
    ]) {
      expect(notes.join('\n')).toContain(word);
    }
  });
});

group('an inventory that is imported again', () => {
  const former: Former = {
    ...FORMER,
    profile: { name: 'ovirt-4.3', epelPackage: 'epel-release' },
    hosts: [
      {
        name: 'first',
        fqdn: 'host2.example.com',
        address: '10.0.0.2',
        ssh: { user: 'ops', agent: true, hostKey: `SHA256:${'a'.repeat(43)}` },
        bmc: { agent: 'ipmilan', address: '1.1.1.1', user: 'x', password: { env: 'BMC' } },
      },
    ],
    storage: {
      hostedEngine: { type: 'fc', lun: HE_LUN },
      dataDomains: [
        { name: 'data1', type: 'fc', lun: DATA_LUN },
        { name: 'planned', type: 'nfs', address: 'nfs.example.com', path: '/exports/planned' },
      ],
    },
    networks: [
      { name: 'unplugged', interface: 'bond9' },
      { name: 'later', vlan: 7, interface: 'bond1' },
    ],
    cluster: { cpuType: 'Intel Westmere Family', fencing: { enabled: true, skipIfStorageActive: false } },
    vms: [{ name: 'vm1', disk: { sizeGiB: 11, domain: 'data1' }, networks: ['ovirtmgmt'] }],
    blackouts: ['calendars/freeze.ics'],
    timing: { scale: 2 },
  };
  const sites = new Map<string, HostSite>([
    ['first', { links: LINKS, hostId: 1, gateway: '172.20.32.32' }],
    ['host1', { links: [], hostId: 2 }],
  ]);
  const { inventory, notes } = describe(SITE, sites, former, 'secrets/id');
  const { inventory: parsed } = parseInventory(JSON.stringify(inventory), 'f');

  it('keeps what only people know: names, logins, pinned keys, profile, timing', () => {
    expect(parsed.hosts[0]).toMatchObject({ name: 'first', address: '10.0.0.2', ssh: { user: 'ops', agent: true } });
    expect(parsed.hosts[0]?.ssh.hostKey).toBe(`SHA256:${'a'.repeat(43)}`);
    expect(parsed.hosts[0]?.bmc?.agent).toBe('ipmilan');
    expect(parsed.profile).toEqual({ name: 'ovirt-4.3', epelPackage: 'epel-release' });
    expect(parsed.timing.scale).toBe(2);
  });

  it('keeps what no import reads: when hosts are fenced, blackouts, VMs, of which it does not say that they are missing', () => {
    expect(parsed.cluster).toEqual({
      cpuType: 'Intel Skylake Server Family',
      fencing: { enabled: true, skipIfStorageActive: false },
    });
    expect(parsed.blackouts).toEqual(['calendars/freeze.ics']);
    expect(parsed.vms.map(({ name }) => name)).toEqual(['vm1']);
    expect(notes.join(' ')).not.toContain('VMs are left out');
  });

  it('goes on describing the fence agent that it knows, and says that there are others', () => {
    const ipmi = { id: 'b', type: 'ipmilan', address: '1.1.1.1', username: 'x', order: '2', options: {} };
    const hosts = [host('host2.example.com', 'host2.example.com', true, [DRAC, ipmi])];
    const again = describe({ ...SITE, hosts }, sites, former, 'secrets/id');
    expect(parseInventory(JSON.stringify(again.inventory), 'f').inventory.hosts[0]?.bmc).toMatchObject({
      ...{ agent: 'ipmilan', address: '1.1.1.1', password: { env: 'BMC' } },
    });
    expect(again.notes).toContain(
      'first: of its 2 fence agents only ipmilan at 1.1.1.1 is described; the others stay as they are.',
    );
  });

  it('takes what the hosts tell: their order, the interfaces of networks, the gateway', () => {
    expect(parsed.hosts.map(({ name }) => name)).toEqual(['first', 'host1', 'host3']);
    expect(parsed.hosts[0]?.managementInterface).toBe('em1');
    expect(parsed.engine.gateway).toBe('172.20.32.32');
    expect(parsed.networks[0]).toEqual({
      name: 'vlan432',
      vlan: 432,
      mtu: 9000,
      vmNetwork: true,
      required: true,
      interface: 'bond1',
    });
  });

  it('keeps what is wished and not there yet, and what nobody could see this time', () => {
    expect(parsed.networks.map(({ name, interface: carrier }) => [name, carrier])).toEqual([
      ['vlan432', 'bond1'],
      ['unplugged', 'bond9'],
      ['later', 'bond1'],
    ]);
    expect(parsed.storage.dataDomains.map(({ name }) => name)).toEqual(['data1', 'nfs1', 'iscsi1', 'planned']);
    expect(notes.join(' ')).toMatch(/planned is kept.*later is kept/);
  });
});

it('a network is carried by the interface below its bridge, never by a VM', () => {
  expect(carrierOf('vlan432', LINKS)).toBe('bond1');
  expect(carrierOf('ovirtmgmt', LINKS)).toBe('em1');
  expect(carrierOf('vlan432', LINKS.slice(0, 2))).toBeUndefined();
});

it.each([
  [150 * GIB, '150G'],
  [2048 * GIB, '2.0T'],
  [9 * GIB, '9.0G'],
  [12.25 * 1024 * GIB, '12T'],
])('%d bytes are written as multipath does: %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});

it('a host is called by the first part of its name, an address stays whole', () => {
  expect([shortName('host1.example.com'), shortName('host1'), shortName('172.20.32.11')]).toEqual([
    'host1',
    'host1',
    '172.20.32.11',
  ]);
});
