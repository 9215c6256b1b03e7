/** firewalld's zones: the runtime set that acts and the permanent set that survives a reload. */
import type { Firewalld, FirewallZone, Network } from './model.ts';

const stock: Readonly<Record<string, readonly string[]>> = {
  block: [],
  dmz: ['ssh'],
  drop: [],
  external: ['ssh'],
  home: ['ssh', 'mdns', 'samba-client', 'dhcpv6-client'],
  internal: ['ssh', 'mdns', 'samba-client', 'dhcpv6-client'],
  public: ['ssh', 'dhcpv6-client'],
  trusted: [],
  work: ['ssh', 'dhcpv6-client'],
};

function zones(): Map<string, FirewallZone> {
  return new Map(
    Object.entries(stock).map(([name, services]) => [
      name,
      { interfaces: new Set<string>(), services: new Set(services), ports: new Set<string>() },
    ]),
  );
}

export class HostFirewall implements Firewalld {
  defaultZone = 'public';
  readonly runtime = zones();
  readonly permanent = zones();
  readonly #network: Network;

  constructor(network: Network) {
    this.#network = network;
  }

  reload(): void {
    this.runtime.clear();
    for (const [name, zone] of this.permanent)
      this.runtime.set(name, {
        interfaces: new Set(zone.interfaces),
        services: new Set(zone.services),
        ports: new Set(zone.ports),
      });
    for (const one of this.#network.interfaces.values())
      if (one.kind !== 'loopback' && one.addresses.length > 0 && this.#explicit(one.name) === undefined)
        this.runtime.get(this.defaultZone)?.interfaces.add(one.name);
  }

  zoneOf(interfaceName: string): string {
    return this.#explicit(interfaceName) ?? this.defaultZone;
  }

  #explicit(interfaceName: string): string | undefined {
    for (const [name, zone] of this.runtime) if (zone.interfaces.has(interfaceName)) return name;
    return undefined;
  }
}
