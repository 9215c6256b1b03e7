import type { EngineNetworkAttachment, EngineUnmanagedNetwork } from '../../connectors/engine/model/host-network.ts';
import type { EngineNetwork } from '../../connectors/engine/model/network.ts';
import type { Finding } from '../operation.ts';
import { type HostNetworks, interfaceOf, outOfSync } from './facts.ts';
import { type HostFiles, handMade, nameOnHosts } from './files.ts';

/** What can be seen of a host that is to carry the network. */
export interface HostSight extends HostNetworks {
  readonly name: string;
  readonly status: string;
  readonly unmanaged: readonly EngineUnmanagedNetwork[];
  readonly files: HostFiles;
}

function attachmentOn(host: HostSight, network: EngineNetwork | undefined): EngineNetworkAttachment | undefined {
  return host.attachments.find((one) => one.network.id === network?.id);
}

/** How a host has an existing network otherwise than wished, a line each. */
export function differencesOn(host: HostSight, network: EngineNetwork | undefined, wanted: string): readonly string[] {
  const attachment = attachmentOn(host, network);
  if (attachment === undefined) return [];
  const on = interfaceOf(host, attachment);
  return [
    ...(on === wanted ? [] : [`on ${host.name} it is on ${on} instead of ${wanted}`]),
    ...outOfSync(attachment).map((line) => `on ${host.name} ${line}`),
  ];
}

export function describe({ name, status, nics, unmanaged }: HostSight, wanted: string): string {
  const nic = nics.find((one) => one.name === wanted);
  const strangers = unmanaged.length === 0 ? '' : `, unmanaged networks ${unmanaged.map((one) => one.name).join(', ')}`;
  return `${name} is ${status} in the engine, ${wanted} ${nic?.status ?? 'is not there'}${strangers}`;
}

/** What stands in the way on a host. */
export function judgeHost(
  host: HostSight,
  { network, known }: { readonly network?: EngineNetwork; readonly known: readonly EngineNetwork[] },
  wish: { readonly name: string; readonly interface: string; readonly vlan?: number | undefined },
  management: boolean,
): readonly Finding[] {
  const { name, status, nics, attachments, unmanaged, files } = host;
  const nic = nics.find((one) => one.name === wish.interface);
  const at = `${wish.interface} of ${name}`;
  if (!['up', 'maintenance'].includes(status)) {
    return [{ what: `${name} is ${status} in the engine`, fix: 'Bring it up in the engine, or name other hosts' }];
  }
  if (nic === undefined) {
    const has = nics.map((one) => one.name).join(', ');
    return [
      {
        what: `${name} has no interface ${wish.interface}: it has ${has}`,
        fix: 'Correct interface of the network in the inventory, or make the bond',
      },
    ];
  }
  const attachment = attachmentOn(host, network);
  const moved = attachment !== undefined && interfaceOf(host, attachment) !== wish.interface;
  const bond = nics.find(({ bonding }) => bonding?.slaves.some(({ id }) => id === nic.id));
  const rival = attachments
    .filter((one) => one.network.id !== network?.id && interfaceOf(host, one) === wish.interface)
    .map((one) => known.find(({ id }) => id === one.network.id))
    .find((other) => other !== undefined && other.vlan?.id === wish.vlan);
  const devices = { ...wish, mtu: 0, vm: true, name: network === undefined ? wish.name : nameOnHosts(network) };
  const written = attachment === undefined ? handMade(devices, files) : [];
  const foreign = unmanaged.find((one) => one.host_nic?.id === nic.id && one.name !== wish.name);
  const tag = wish.vlan === undefined ? 'untagged packets' : `VLAN ${wish.vlan}`;
  const findings: readonly (readonly [boolean, string, string])[] = [
    [
      management && moved,
      `${wish.name} is the management network and not on ${at}`,
      'Moving it cuts the engine off its hosts: name the interface that it is on',
    ],
    [bond !== undefined, `${at} belongs to ${bond?.name}`, `Name ${bond?.name} as interface of the network`],
    [nic.status === 'down', `${at} has no link`, 'Look at cable, switch port and bond'],
    [
      rival !== undefined,
      `${at} carries ${tag} for the network ${rival?.name} already`,
      'Correct vlan or interface in the inventory',
    ],
    [
      written.length > 0,
      `${name} has ${written.join(', ')}, not written by VDSM`,
      `Remove what was configured by hand: the engine makes it`,
    ],
    [
      foreign !== undefined,
      `${at} carries ${foreign?.name}, which the engine does not manage`,
      'Remove it in Setup Host Networks, or make a logical network of it',
    ],
  ];
  return findings.filter(([holds]) => holds).map(([, what, fix]) => ({ what, fix }));
}
