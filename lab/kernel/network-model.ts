/** Interfaces of a host's network: what carries addresses, routes, and the zones of firewalld. */

export interface NetInterface {
  readonly name: string;
  kind: 'nic' | 'bridge' | 'bond' | 'vlan' | 'loopback';
  mac: string;
  mtu: number;
  up: boolean;
  /** NICs: cable in. */
  carrier: boolean;
  addresses: { address: string; prefix: number }[];
  /** Bridge or bond that it belongs to. */
  master?: string;
  /** Bond: its options as the kernel module takes them, `mode=1 miimon=100`. */
  bonding?: string;
  /** VLAN: the device below and its id. */
  link?: string;
  vlan?: number;
}

export interface Route {
  readonly destination: string;
  readonly via?: string;
  readonly device: string;
  readonly metric?: number;
}

export interface Network {
  readonly interfaces: Map<string, NetInterface>;
  routes: Route[];
  hostname: string;
  /** Whether a packet to that address gets an answer; refuses off hosts, dead servers, missing routes. */
  reachable(address: string): boolean;
  /** Every address of this host. */
  addresses(): readonly string[];
}

export interface FirewallZone {
  readonly interfaces: Set<string>;
  readonly services: Set<string>;
  readonly ports: Set<string>;
}

/** firewalld's configuration; whether it runs is the unit's state. */
export interface Firewalld {
  defaultZone: string;
  readonly runtime: Map<string, FirewallZone>;
  readonly permanent: Map<string, FirewallZone>;
  /** Runtime := permanent, as --reload does. */
  reload(): void;
  /** The zone an interface is in, with the default zone for those that NetworkManager put nowhere else. */
  zoneOf(interfaceName: string): string;
}
