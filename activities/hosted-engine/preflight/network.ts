import { inNetwork } from '../../host/parse/ip.ts';
import type { CheckInput, Verdict } from './checks.ts';

export interface ManagementNetwork {
  readonly interface: string;
  readonly address: string;
  readonly gateway: string;
}

/**
 * The interface that becomes part of ovirtmgmt, its address and gateway. The host's name has to lead to this interface
 * and to no other, or the deployment refuses.
 */
export function checkNetwork({ facts, inventory, host }: CheckInput, verdict: Verdict): ManagementNetwork | undefined {
  const { addresses, defaultRoute, names } = facts;
  const resolved = names.self.addresses;
  const holders = addresses.filter(({ address }) => resolved.includes(address));
  const wished = host.managementInterface ?? holders[0]?.device ?? defaultRoute?.device;
  const found = addresses.filter(({ device }) => device === wished);
  const own = found.find(({ address }) => resolved.includes(address)) ?? found[0];

  if (resolved.length > 0) {
    verdict.demand(
      holders.length > 0,
      `the host's name resolves to ${resolved.join(', ')}, which is no address of ${host.name}`,
      'Correct the DNS entry of the host or its address',
    );
  }
  const elsewhere = holders
    .filter(({ device }) => device !== wished)
    .map(({ device, address }) => `${device} (${address})`);
  verdict.demand(
    elsewhere.length === 0,
    `the host's name leads to ${elsewhere.join(', ')} and not only to the management interface ${wished ?? '(unknown)'}`,
    'Let the name resolve to the address on the management interface alone',
  );
  if (defaultRoute !== undefined && wished !== undefined) {
    verdict.demand(
      defaultRoute.device === wished || host.managementInterface !== undefined,
      `the host's name leads to interface ${wished}, but the default route to ${defaultRoute.device}`,
      `Let the name of the host resolve to its address on ${defaultRoute.device}, or name hosts[].managementInterface in the inventory`,
    );
  }
  verdict.demand(
    own !== undefined,
    wished === undefined
      ? `no management interface can be found on ${host.name}`
      : `interface ${wished} of ${host.name} has no IPv4 address`,
    'Correct hosts[].managementInterface in the inventory or the network of the host',
  );
  const gateway = inventory.engine.gateway ?? defaultRoute?.gateway;
  verdict.demand(
    gateway !== undefined,
    `${host.name} has no default gateway`,
    'Give the host a default route, or set engine.gateway in the inventory',
  );
  checkEngineAddress({ inventory, host, own, gateway }, verdict);
  if (own === undefined || gateway === undefined) return undefined;
  verdict.seen(`management interface ${own.device}, ${own.address}/${own.prefix}, gateway ${gateway}`);
  return { interface: own.device, address: own.address, gateway };
}

function checkEngineAddress(
  input: Pick<CheckInput, 'inventory' | 'host'> & {
    own: { readonly address: string; readonly prefix: number } | undefined;
    gateway: string | undefined;
  },
  verdict: Verdict,
): void {
  const { inventory, own, gateway } = input;
  const [address, length] = inventory.engine.address?.split('/') ?? [];
  if (address === undefined || address.includes(':')) return;
  const prefix = Number(length);
  if (gateway !== undefined) {
    verdict.demand(
      address !== gateway && inNetwork(gateway, address, prefix),
      `engine.address ${address}/${prefix} and the gateway ${gateway} do not fit together`,
      'Correct engine.address or engine.gateway in the inventory',
    );
  }
  if (own !== undefined) {
    verdict.demand(
      address !== own.address && inNetwork(own.address, address, prefix),
      `engine.address ${address}/${prefix} is not an address of its own in the network of ${own.address}/${own.prefix}`,
      'Correct engine.address in the inventory',
    );
  }
}
