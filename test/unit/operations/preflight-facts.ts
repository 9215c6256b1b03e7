/** Facts of a host as the preflight of a deployment reads them. */
import type { HostFacts, PreflightFacts } from '../../../activities/hosted-engine/preflight/facts.ts';
import { preflightHostedEngine } from '../../../activities/hosted-engine/preflight/index.ts';
import type { Inventory } from '../../../inventory/schema.ts';
import { NO_ENGINE } from './ha-hosts.ts';
import { contextOf, inventoryWith, LUN } from './site.ts';

export const path = (hctl: string, device: string, state = 'active ready running') => ({
  hctl,
  device,
  state,
  usable: state === 'active ready running',
});
export const map = {
  wwid: LUN,
  dm: 'dm-3',
  vendor: 'DELL',
  product: 'MD38xxf',
  size: '150G',
  readOnly: false,
  paths: [path('15:0:0:4', 'sdc'), path('18:0:0:4', 'sdj')],
};
export const resolved = (name: string, address: string) => ({
  addresses: [address],
  reverse: new Map([[address, [name]]]),
});

/** A host on which the engine can be deployed. */
export const good: HostFacts = {
  root: true,
  system: new Map([
    ['ID', 'centos'],
    ['VERSION_ID', '7'],
    ['PRETTY_NAME', 'CentOS Linux 7 (Core)'],
  ]),
  cpu: { count: 32, flags: new Set(['vmx', 'md_clear']) },
  kvmDevice: true,
  memory: { totalMiB: 64265, usableMiB: 63060 },
  fileSystems: [
    { mount: '/', availableGiB: 40 },
    { mount: '/var', availableGiB: 90 },
  ],
  addresses: [
    { device: 'lo', address: '127.0.0.1', prefix: 8 },
    { device: 'em1', address: '172.20.32.11', prefix: 24 },
    { device: 'em2', address: '10.0.0.11', prefix: 24 },
  ],
  defaultRoute: { gateway: '172.20.32.32', device: 'em1' },
  nameServers: ['172.20.32.2'],
  hostName: 'host1.test.local',
  names: {
    engine: resolved('ovirt.test.local', '172.20.32.5'),
    fqdn: resolved('host1.test.local', '172.20.32.11'),
    self: resolved('host1.test.local', '172.20.32.11'),
  },
  clock: { synchronised: true, offsetSeconds: 0.0004 },
  repositories: [{ id: 'base', packages: 10097 }],
  repositoriesAnswer: 'repolist: 10,097',
  releaseInstalled: false,
  releaseAnswer: {
    url: 'http://resources.ovirt.org/pub/yum-repo/ovirt-release43.rpm',
    text: 'HTTP/1.1 301 Moved Permanently\r\n\r\nHTTP/1.1 200 OK\r\n',
  },
  engine: NO_ENGINE,
  links: [],
  lun: { wwid: LUN, map, signatures: [], children: [] },
};

/** Two hosts, and an engine with an address of its own. */
export const site = ({ engine, host = {}, storage = {} }: { engine?: object; host?: object; storage?: object } = {}) =>
  inventoryWith({ engine: { address: '172.20.32.5/24', ...engine }, hosts: [host, {}], storage });

export function decide(facts: Partial<PreflightFacts>, inventory = site(), wish: object = {}) {
  return preflightHostedEngine.decide(
    { others: [{ name: 'host2', engine: NO_ENGINE }], secretProblems: [], ...facts },
    { host: 'host1', ...wish },
    contextOf(inventory),
  );
}
/** What the preflight has against such a host with other facts, inventory or wish. */
export const found = (host: Partial<HostFacts>, inventory?: Inventory, wish?: object) =>
  (decide({ host: { ...good, ...host } }, inventory, wish).findings ?? []).map(({ what }) => what);
/** The same, with the fact changed at each name. */
export const names = (change: Partial<HostFacts['names']>) => ({ names: { ...good.names, ...change } });
