import { engineUnmanagedNetwork } from '../../connectors/engine/model/host-network.ts';
import { type EngineNetwork, engineNetwork } from '../../connectors/engine/model/network.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import { engineHosts, type HostView, hostName } from '../engine/hosts.ts';
import { readAll } from '../host/read-all.ts';
import { type EngineDecision, engineOperation, type Finding, type OperationContext } from '../operation.ts';
import { type ClusterNetworkFacts, clusterNetworkFacts, hostNetworks, settingsOf } from './facts.ts';
import { fileReads, nameOnHosts, parseFiles } from './files.ts';
import { describe, differencesOn, type HostSight, judgeHost } from './judge-host.ts';
import type { NetworkPreflight, PreflightNetwork } from './params.ts';
import { settingDifferences, settingsWords, wishedNetwork, wishedSettings } from './wish.ts';

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
    others: left.map(hostName),
  };
}

function member(members: readonly HostView[], name: string, cluster: string): HostView {
  const found = members.find(({ inventoryName }) => inventoryName === name);
  if (found !== undefined) return found;
  throw new OperatorError('NotFound', `host ${name}: cluster ${cluster} has no host of its name or address`);
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
