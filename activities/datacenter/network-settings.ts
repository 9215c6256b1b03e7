import { parseAddressList, parseDefaultRoute, parseLinks } from '../host/parse/ip.ts';
import { parseNameServers } from '../host/parse/names.ts';
import type { Read, ReadResult } from '../host/read-all.ts';

/** What hosts have to have alike; addresses are their own. (article, rule R1) */
export interface NetworkSettings {
  /** Master and MTU of each device, by its name. */
  readonly devices: Readonly<Record<string, string>>;
  readonly gateway: string;
  readonly nameServers: string;
}

/** Devices that come and go with VMs, or that every host has. */
const PASSING = /^(lo|vnet\d+|virbr\d+(-nic)?|;vdsmdummy;|veth\S*|bonding_masters)$/;

type Reads = 'links' | 'addresses' | 'routes' | 'resolver';

export function networkReads(): Record<Reads, Read> {
  return {
    links: ['ip', '-o', 'link'],
    addresses: ['ip', '-o', 'addr'],
    routes: ['ip', 'route'],
    resolver: ['cat', '/etc/resolv.conf'],
  };
}

export function parseNetworkSettings(answers: Record<Reads, ReadResult>): NetworkSettings {
  const prefixes = new Map(parseAddressList(answers.addresses.text).map(({ device, prefix }) => [device, prefix]));
  const devices = parseLinks(answers.links.text)
    .filter(({ device }) => !PASSING.test(device))
    .map(({ device, master, mtu }) => {
      const prefix = prefixes.get(device);
      const words = [
        `MTU ${mtu ?? 'unknown'}`,
        ...(master === undefined ? [] : [`part of ${master}`]),
        ...(prefix === undefined ? [] : [`an address with prefix length ${prefix}`]),
      ];
      return [device, words.join(', ')] as const;
    });
  const route = parseDefaultRoute(answers.routes.text);
  return {
    devices: Object.fromEntries(devices),
    gateway: route === undefined ? 'none' : `${route.gateway} over ${route.device}`,
    nameServers: parseNameServers(answers.resolver.text).join(', ') || 'none',
  };
}

/** Where a host differs from another one, each as a sentence without its full stop. */
export function networkDifferences(
  name: string,
  own: NetworkSettings,
  model: string,
  models: NetworkSettings,
): readonly string[] {
  const devices = [...new Set([...Object.keys(own.devices), ...Object.keys(models.devices)])].sort();
  const differs = (what: string, is: string, there: string) =>
    is === there ? [] : [`${what} of ${name} differs from that of ${model}: ${is} instead of ${there}`];
  return [
    ...devices.flatMap((device) =>
      differs(`interface ${device}`, own.devices[device] ?? 'missing', models.devices[device] ?? 'missing'),
    ),
    ...differs('the default gateway', own.gateway, models.gateway),
    ...differs('the list of name servers', own.nameServers, models.nameServers),
  ];
}
