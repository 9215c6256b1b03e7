import { engineCluster } from '../../connectors/engine/model/cluster.ts';
import { engineDataCenter } from '../../connectors/engine/model/data-center.ts';
import {
  type EngineNetworkAttachment,
  type EngineNic,
  engineNetworkAttachment,
  engineNic,
} from '../../connectors/engine/model/host-network.ts';
import {
  type EngineClusterNetwork,
  type EngineNetwork,
  engineClusterNetwork,
  engineNetwork,
} from '../../connectors/engine/model/network.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { OperationContext } from '../operation.ts';
import type { ClusterNetwork, NetworkParams, NetworkSettings } from './params.ts';

/** A network and its place, as the engine has them. */
export interface NetworkFacts {
  readonly dataCenter: { readonly id: string; readonly name: string };
  /** Absent while the data center has no network of this name. */
  readonly network?: EngineNetwork;
}

export interface ClusterNetworkFacts extends NetworkFacts {
  readonly cluster: { readonly id: string; readonly name: string };
  /** Absent while the network is not in the cluster. */
  readonly attached?: EngineClusterNetwork;
}

/** Names of networks are unique within a data center only. (engine, /datacenters/{id}/networks) */
export async function networkFacts(context: OperationContext, params: NetworkParams): Promise<NetworkFacts> {
  const engine = context.engine();
  const found = await engine.named('/datacenters', params.dataCenter, engineDataCenter);
  if (found === undefined) {
    throw new OperatorError('NotFound', `data center ${params.dataCenter}: the engine has none of this name`);
  }
  const network = await engine.named(`/datacenters/${found.id}/networks`, params.name, engineNetwork);
  return { dataCenter: { id: found.id, name: found.name }, ...(network && { network }) };
}

/** @throws NotFound, PreconditionFailed where the cluster belongs to another data center */
export async function clusterNetworkFacts(
  context: OperationContext,
  params: ClusterNetwork,
): Promise<ClusterNetworkFacts> {
  const engine = context.engine();
  const [facts, cluster] = await Promise.all([
    networkFacts(context, params),
    engine.named('/clusters', params.cluster, engineCluster),
  ]);
  if (cluster === undefined) {
    throw new OperatorError('NotFound', `cluster ${params.cluster}: the engine has none of this name`);
  }
  if (cluster.data_center?.id !== facts.dataCenter.id) {
    throw new OperatorError(
      'PreconditionFailed',
      `cluster ${params.cluster} does not belong to data center ${params.dataCenter}`,
    );
  }
  const { network } = facts;
  const attached =
    network && (await engine.find(`/clusters/${cluster.id}/networks/${network.id}`, engineClusterNetwork));
  return { ...facts, cluster: { id: cluster.id, name: cluster.name }, ...(attached && { attached }) };
}

export function settingsOf({ vlan, mtu, usages }: EngineNetwork): NetworkSettings {
  return { ...(vlan && { vlan: vlan.id }), mtu: mtu || 1500, vm: usages.includes('vm') };
}

/** The interfaces of a host with the logical networks on them. */
export interface HostNetworks {
  readonly nics: readonly EngineNic[];
  readonly attachments: readonly EngineNetworkAttachment[];
}

export async function hostNetworks(context: OperationContext, hostId: string): Promise<HostNetworks> {
  const engine = context.engine();
  const [nics, attachments] = await Promise.all([
    engine.list(`/hosts/${hostId}/nics`, engineNic),
    engine.list(`/hosts/${hostId}/networkattachments`, engineNetworkAttachment),
  ]);
  return { nics, attachments };
}

/** The interface that carries an attachment: a VLAN's device stands for the one below it. */
export function interfaceOf({ nics }: HostNetworks, { host_nic }: Pick<EngineNetworkAttachment, 'host_nic'>): string {
  const nic = nics.find(({ id }) => id === host_nic?.id);
  return nic?.base_interface ?? nic?.name ?? 'an unknown interface';
}

/** What of a network on a host is not as the engine wants it: `mtu is 1500 instead of 9000`. */
export function outOfSync({ in_sync, reported_configurations }: EngineNetworkAttachment): readonly string[] {
  const wrong = reported_configurations.filter((one) => !one.in_sync);
  const lines = wrong.map(
    ({ name, actual_value = 'not set', expected_value = 'not set' }) =>
      `${name} is ${actual_value} instead of ${expected_value}`,
  );
  return in_sync || lines.length > 0 ? lines : ['the engine calls it out of sync'];
}
