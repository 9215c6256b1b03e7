/** A host's interfaces and routes, and whether a packet from it would be answered. */
import type { LabHost } from '../types.ts';
import type { NetInterface, Network, Route } from './model.ts';

export function addressNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function inNetwork(address: string, network: string, prefix: number): boolean {
  const size = 2 ** (32 - prefix);
  return Math.floor(addressNumber(address) / size) === Math.floor(addressNumber(network) / size);
}

export function isAddress(text: string): boolean {
  return /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split('.').every((part) => Number(part) < 256);
}

/** 24 is 255.255.255.0. */
export const netmaskOf = (prefix: number): string =>
  [0, 1, 2, 3].map((at) => 256 - 2 ** (8 - Math.max(0, Math.min(8, prefix - at * 8)))).join('.');

export const prefixOf = (netmask: string): number =>
  netmask.split('.').reduce((sum, part) => sum + Number(part).toString(2).replaceAll('0', '').length, 0);

export class HostNetwork implements Network {
  readonly interfaces = new Map<string, NetInterface>();
  routes: Route[] = [];
  hostname = 'localhost.localdomain';
  readonly #host: LabHost;

  constructor(host: LabHost) {
    this.#host = host;
  }

  addresses(): readonly string[] {
    return [...this.interfaces.values()].flatMap((one) => (one.up ? one.addresses.map(({ address }) => address) : []));
  }

  /** The device a packet would leave by; undefined: no route. */
  deviceFor(address: string): NetInterface | undefined {
    for (const one of this.interfaces.values())
      if (one.up && one.addresses.some((own) => inNetwork(address, own.address, own.prefix))) return one;
    const route = this.routes.find((one) => one.destination === 'default');
    return route ? this.interfaces.get(route.device) : undefined;
  }

  reachable(address: string): boolean {
    if (this.addresses().includes(address)) return true;
    const device = this.deviceFor(address);
    if (!device?.up || !this.#linked(device)) return false;
    for (const other of this.#host.lab.hosts.values())
      if (other !== this.#host && other.network.addresses().includes(address)) return other.power === 'on';
    return (
      this.#host.lab.servers.get(address)?.state(0) !== undefined &&
      this.#host.lab.servers.get(address)?.state(0) !== 'silent'
    );
  }

  #linked(device: NetInterface): boolean {
    if (device.kind === 'nic') return device.carrier;
    const below = [...this.interfaces.values()].filter((one) => one.master === device.name || one.name === device.link);
    return below.length === 0 ? device.kind === 'loopback' : below.some((one) => one.up && this.#linked(one));
  }
}
