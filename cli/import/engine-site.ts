/**
 * import/ writes an inventory from what is there: the engine tells what it operates, the hosts tell what only they know.
 * This file: what the engine tells. Everything is read, nothing changed.
 */
import * as z from 'zod';
import type { EngineReader } from '../../connectors/engine/index.ts';
import { type EngineCluster, engineCluster } from '../../connectors/engine/model/cluster.ts';
import { type EngineDataCenter, engineDataCenter } from '../../connectors/engine/model/data-center.ts';
import { type EngineFenceAgent, engineFenceAgent } from '../../connectors/engine/model/fence-agent.ts';
import { type EngineHost, engineHost } from '../../connectors/engine/model/host.ts';
import { type EngineClusterNetwork, engineClusterNetwork } from '../../connectors/engine/model/network.ts';
import { type EngineStorageDomain, engineStorageDomain } from '../../connectors/engine/model/storage-domain.ts';
import { type EngineVm, engineVm } from '../../connectors/engine/model/vm.ts';
import { OperatorError } from '../../failures/operator-error.ts';

export interface EngineSite {
  /** `4.3.7.2-1.el7`. */
  readonly version: string;
  /** Of the engine VM, where its guest agent tells. */
  readonly fqdn?: string;
  readonly dataCenter: EngineDataCenter;
  readonly cluster: EngineCluster;
  readonly hosts: readonly (EngineHost & { readonly agents: readonly EngineFenceAgent[] })[];
  /** Hosts of other clusters, which an inventory does not describe. */
  readonly otherHosts: readonly string[];
  readonly domains: readonly EngineStorageDomain[];
  readonly networks: readonly EngineClusterNetwork[];
  /** VMs beside the engine's own. */
  readonly vms: readonly string[];
}

const apiRoot = z.object({ product_info: z.object({ version: z.object({ full_version: z.string() }) }) });

const vmWithName = engineVm.extend({ fqdn: z.string().optional() });

const ENGINE_VM = ['managed_hosted_engine', 'hosted_engine'];

/** @throws PreconditionFailed when the engine does not run as a VM of its own hosts */
export async function readEngineSite(engine: EngineReader): Promise<EngineSite> {
  const [root, vms, hosts] = await Promise.all([
    engine.get('', apiRoot),
    engine.list('/vms', vmWithName),
    engine.list('/hosts', engineHost),
  ]);
  const own = vms.find(isEngineVm);
  if (own?.cluster === undefined) {
    throw new OperatorError(
      'PreconditionFailed',
      'this engine has no VM of its own among its VMs: an inventory describes hosted engines only',
    );
  }
  const cluster = await engine.get(`/clusters/${own.cluster.id}`, engineCluster);
  if (cluster.data_center === undefined) {
    throw new OperatorError('PreconditionFailed', `cluster ${cluster.name} belongs to no data center`);
  }
  const members = hosts.filter((host) => host.cluster?.id === cluster.id);
  const [dataCenter, domains, networks, agents] = await Promise.all([
    engine.get(`/datacenters/${cluster.data_center.id}`, engineDataCenter),
    engine.list(`/datacenters/${cluster.data_center.id}/storagedomains`, engineStorageDomain),
    engine.list(`/clusters/${cluster.id}/networks`, engineClusterNetwork),
    Promise.all(members.map(({ id }) => engine.list(`/hosts/${id}/fenceagents`, engineFenceAgent))),
  ]);
  return {
    version: root.product_info.version.full_version,
    ...(own.fqdn !== undefined && { fqdn: own.fqdn }),
    dataCenter,
    cluster,
    hosts: members.map((host, index) => ({ ...host, agents: agents[index] ?? [] })),
    otherHosts: hosts.filter((host) => !members.includes(host)).map(({ name }) => name),
    domains,
    networks,
    vms: vms.filter((vm) => !isEngineVm(vm)).map(({ name }) => name),
  };
}

function isEngineVm({ origin }: EngineVm): boolean {
  return ENGINE_VM.includes(origin ?? '');
}
