import {
  type EngineNetworkAttachment,
  type EngineUnmanagedNetwork,
  engineUnmanagedNetwork,
} from '../../connectors/engine/model/host-network.ts';
import { type EngineNetwork, engineNetwork } from '../../connectors/engine/model/network.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import { engineHosts, type HostView } from '../engine/hosts.ts';
import { readAll } from '../host/read-all.ts';
import { type EngineDecision, engineOperation, type Finding, type OperationContext } from '../operation.ts';
import {
  type ClusterNetworkFacts,
  clusterNetworkFacts,
  type HostNetworks,
  hostNetworks,
  interfaceOf,
  outOfSync,
  settingsOf,
} from './facts.ts';
import { fileReads, type HostFiles, handMade, nameOnHosts, parseFiles } from './files.ts';
import type { NetworkPreflight, PreflightNetwork } from './params.ts';
import { settingDifferences, settingsWords, wishedNetwork, wishedSettings } from './wish.ts';

/** What can be seen of a host that is to carry the network. */
interface HostSight extends HostNetworks {
  readonly name: string;
  readonly status: string;
  readonly unmanaged: readonly EngineUnmanagedNetwork[];
  readonly files: HostFiles;
}

interface PreflightFacts extends ClusterNetworkFacts {
  readonly hosts: readonly HostSight[];
  /** Hosts of the cluster that the inventory does not have. */
  readonly strangers: readonly string[];
  /** Hosts of the cluster that are not asked for. */
  readonly others: readonly string[];
  /** All networks of the data center. */
  readonly known: readonly EngineNetwork[];
}

/**
 * Reads whether a network can be brought onto the hosts: each is reachable, has the interface with a link, and nothing on
 * it that stands in the way; and how an existing network differs from the wished one. Changes nothing.
 * (article, section 11: the interface must be there from the first part; nobody writes the files of the network by hand)
 */
export const preflightNetwork = engineOperation<PreflightNetwork, PreflightFacts, NetworkPreflight>({
  name: 'preflightNetwork',
  title: ({ name }) => `Check the network ${name}`,
  look: lookAtHosts,
  decide(facts, { name }, { inventory }): EngineDecision<NetworkPreflight> {
    const { network, attached, cluster, hosts } = facts;
    const wish = wishedNetwork(inventory, name);
    const management = attached?.usages.includes('management') === true;
    const differences = [
      ...(network === undefined ? [] : settingDifferences(settingsOf(network), wishedSettings(wish))),
      ...(attached?.required === true && !management && !wish.required
        ? [`it is required in cluster ${cluster.name}`]
        : []),
      ...hosts.flatMap((host) => differencesOn(host, network, wish.interface)),
    ];
    const evidence = [
      network === undefined
        ? `the engine has no network ${name}`
        : `network ${name} has ${settingsWords(settingsOf(network))}`,
      ...hosts.map((host) => describe(host, wish.interface)),
      ...differences,
    ];
    const findings = [
      ...(hosts.length === 0 ? [nobody(cluster.name)] : []),
      ...facts.strangers.map((host) => stranger(host, cluster.name)),
      ...(wish.required && facts.others.length > 0 ? [lacking(name, facts.others)] : []),
      ...hosts.flatMap((host) => judgeHost(host, facts, wish, management)),
    ];
    const output: NetworkPreflight = {
      exists: network !== undefined,
      differences,
      hosts: hosts.map((host) => host.name),
      management,
    };
    return { state: findings.length > 0 ? 'refused' : 'already', changes: [], evidence, output, findings };
  },
});

async function lookAtHosts(context: OperationContext, params: PreflightNetwork): Promise<PreflightFacts> {
  const wish = wishedNetwork(context.inventory, params.name);
  const [facts, all] = await Promise.all([clusterNetworkFacts(context, params), engineHosts(context)]);
  const members = all.filter(({ cluster }) => cluster?.id === facts.cluster.id);
  const known = await context.engine().list(`/datacenters/${facts.dataCenter.id}/networks`, engineNetwork);
  const own = members.filter(({ inventoryName }) => inventoryName !== undefined);
  const chosen =
    params.hosts === undefined ? own : params.hosts.map((name) => member(members, name, facts.cluster.name));
  const name = facts.network === undefined ? params.name : nameOnHosts(facts.network);
  const devices = { ...wishedSettings(wish), name, interface: wish.interface };
  const sights = chosen.map(async ({ id, status, inventoryName = '' }): Promise<HostSight> => {
    const [networks, unmanaged, files] = await Promise.all([
      hostNetworks(context, id),
      context.engine().list(`/hosts/${id}/unmanagednetworks`, engineUnmanagedNetwork),
      readAll(context.host(inventoryName), fileReads(devices)),
    ]);
    return { ...networks, name: inventoryName, status, unmanaged, files: parseFiles(files) };
  });
  const left = members.filter((host) => !chosen.includes(host));
  return {
    ...facts,
    known,
    hosts: await Promise.all(sights),
    strangers: params.hosts === undefined ? left.map((host) => host.name) : [],
    others: left.map((host) => host.inventoryName ?? host.name),
  };
}

function member(members: readonly HostView[], name: string, cluster: string): HostView {
  const found = members.find(({ inventoryName }) => inventoryName === name);
  if (found !== undefined) return found;
  throw new OperatorError('NotFound', `host ${name}: cluster ${cluster} has no host of its name or address`);
}

function attachmentOn(host: HostSight, network: EngineNetwork | undefined): EngineNetworkAttachment | undefined {
  return host.attachments.find((one) => one.network.id === network?.id);
}

function differencesOn(host: HostSight, network: EngineNetwork | undefined, wanted: string): readonly string[] {
  const attachment = attachmentOn(host, network);
  if (attachment === undefined) return [];
  const on = interfaceOf(host, attachment);
  return [
    ...(on === wanted ? [] : [`on ${host.name} it is on ${on} instead of ${wanted}`]),
    ...outOfSync(attachment).map((line) => `on ${host.name} ${line}`),
  ];
}

function describe({ name, status, nics, unmanaged }: HostSight, wanted: string): string {
  const nic = nics.find((one) => one.name === wanted);
  const strangers = unmanaged.length === 0 ? '' : `, unmanaged networks ${unmanaged.map((one) => one.name).join(', ')}`;
  return `${name} is ${status} in the engine, ${wanted} ${nic?.status ?? 'is not there'}${strangers}`;
}

function judgeHost(
  host: HostSight,
  { network, known }: PreflightFacts,
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

function nobody(cluster: string): Finding {
  return { what: `cluster ${cluster} has no host that could carry the network`, fix: 'Add a host first' };
}

function stranger(host: string, cluster: string): Finding {
  const fix = 'Describe it in the inventory, or name the hosts that are to have the network (input hosts)';
  return { what: `host ${host} is in cluster ${cluster}, but not in the inventory`, fix };
}

function lacking(name: string, hosts: readonly string[]): Finding {
  const what = `${name} is to be required, and ${hosts.join(', ')} would not have it and become non operational`;
  return { what, fix: 'Set it up on all hosts of the cluster, or make it not required in the inventory' };
}
