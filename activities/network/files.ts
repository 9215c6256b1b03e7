/** What VDSM leaves on a host for a network: its ifcfg files and devices. (article, section 11) */
import type { EngineNetwork } from '../../connectors/engine/model/network.ts';
import { type Ifcfg, parseIfcfg } from '../host/parse/ifcfg.ts';
import { parseLinks } from '../host/parse/ip.ts';
import type { Read, ReadResult } from '../host/read-all.ts';
import type { NetworkSettings } from './params.ts';

const SCRIPTS = '/etc/sysconfig/network-scripts';
/** An interface's name may have 15 letters; VDSM names a network with a longer one by its id. */
const LONGEST = 15;

export interface HostDevices extends NetworkSettings {
  /** The network as it is called on hosts. */
  readonly name: string;
  /** Interface or bond below. */
  readonly interface: string;
}

/** What a network is called on hosts. (engine, VdsmNameGenerator; told by its API from 4.4 on) */
export function nameOnHosts({ id, name, vdsm_name }: Pick<EngineNetwork, 'id' | 'name' | 'vdsm_name'>): string {
  return vdsm_name ?? (name.length <= LONGEST ? name : `on${id.replaceAll('-', '').slice(0, 13)}`);
}

/** The device that carries the network's packets to the wire: the VLAN's, or the interface itself. */
export function portOf({ interface: nic, vlan }: Pick<HostDevices, 'interface' | 'vlan'>): string {
  return vlan === undefined ? nic : `${nic}.${vlan}`;
}

export function fileReads(devices: HostDevices): Readonly<Record<'port' | 'bridge' | 'links', Read>> {
  return {
    port: ['cat', `${SCRIPTS}/ifcfg-${portOf(devices)}`],
    bridge: ['cat', `${SCRIPTS}/ifcfg-${devices.name}`],
    links: ['ip', '-o', 'link'],
  };
}

export interface HostFiles {
  /** Undefined: there is no such file. */
  readonly port: Ifcfg | undefined;
  readonly bridge: Ifcfg | undefined;
  readonly links: string;
}

export function parseFiles(found: Readonly<Record<'port' | 'bridge' | 'links', ReadResult>>): HostFiles {
  const file = ({ code, text }: ReadResult) => (code === 0 ? parseIfcfg(text) : undefined);
  return { port: file(found.port), bridge: file(found.bridge), links: found.links.text };
}

/** Files of a network that somebody wrote before the engine could; VDSM would leave them and fail on them. */
export function handMade(devices: HostDevices, { port, bridge }: HostFiles): readonly string[] {
  return [
    ...(devices.vlan !== undefined && port?.byVdsm === false ? [`ifcfg-${portOf(devices)}`] : []),
    ...(bridge?.byVdsm === false ? [`ifcfg-${devices.name}`] : []),
  ];
}

/** What of files and devices is not as VDSM makes them for this network, a line each. */
export function misfits(devices: HostDevices, files: HostFiles): readonly string[] {
  const { name, vlan, mtu, vm } = devices;
  const port = portOf(devices);
  const wantedOfPort = {
    DEVICE: port,
    ...(vlan !== undefined && { VLAN: 'yes', MTU: `${mtu}` }),
    ...(vm && { BRIDGE: name }),
    ONBOOT: 'yes',
  };
  const wantedOfBridge = { DEVICE: name, TYPE: 'Bridge', ONBOOT: 'yes', MTU: `${mtu}` };
  const links = new Map(parseLinks(files.links).map((link) => [link.device, link]));
  const [bridge, below] = [links.get(name), links.get(port)];
  return [
    ...compare(`ifcfg-${port}`, files.port, wantedOfPort),
    ...(vm ? compare(`ifcfg-${name}`, files.bridge, wantedOfBridge) : []),
    ...(below === undefined ? [`there is no device ${port}`] : []),
    ...(vm && bridge === undefined ? [`there is no bridge ${name}`] : []),
    ...(vm && below !== undefined && below.master !== name ? [`${port} is not a port of the bridge ${name}`] : []),
    ...(vm && bridge?.mtu !== undefined && bridge.mtu !== mtu ? [`bridge ${name} has MTU ${bridge.mtu}`] : []),
  ];
}

function compare(name: string, file: Ifcfg | undefined, wanted: Readonly<Record<string, string>>): readonly string[] {
  if (file === undefined) return [`there is no ${name}`];
  if (!file.byVdsm) return [`${name} was not written by VDSM`];
  return Object.entries(wanted)
    .filter(([key, value]) => file.values.get(key) !== value)
    .map(([key, value]) => `${name} has ${key}=${file.values.get(key) ?? ''} instead of ${value}`);
}
