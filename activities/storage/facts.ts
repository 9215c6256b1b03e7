import { engineCluster } from '../../connectors/engine/model/cluster.ts';
import { engineDataCenter } from '../../connectors/engine/model/data-center.ts';
import { type EngineStorageDomain, engineStorageDomain } from '../../connectors/engine/model/storage-domain.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import { engineHosts, type HostView } from '../engine/hosts.ts';
import type { OperationContext } from '../operation.ts';

/** A storage domain and its place, as the engine has them. */
export interface DomainFacts {
  readonly dataCenter: { readonly id: string; readonly name: string; readonly status: string };
  /** Absent while the engine has no domain of this name. */
  readonly domain?: EngineStorageDomain;
  /** Its status in the data center: active, maintenance, locked, …; absent while it is not attached to it. */
  readonly attached?: string;
  /** Hosts of the data center, those that are up first, its leader at the head. */
  readonly hosts: readonly HostView[];
}

/**
 * Reads a domain by name. Its status stands below its data center only; the global list tells `unattached` or nothing.
 * (engine, /storagedomains and /datacenters/{id}/storagedomains)
 */
export async function domainFacts(context: OperationContext, name: string, dataCenter: string): Promise<DomainFacts> {
  const engine = context.engine();
  const center = await engine.named('/datacenters', dataCenter, engineDataCenter);
  if (center === undefined) {
    throw new OperatorError('NotFound', `data center ${dataCenter}: the engine has none of this name`);
  }
  const [domain, hosts] = await Promise.all([
    engine.named('/storagedomains', name, engineStorageDomain),
    hostsOf(context, center.id),
  ]);
  const attached =
    domain && (await engine.find(`/datacenters/${center.id}/storagedomains/${domain.id}`, engineStorageDomain));
  return {
    dataCenter: { id: center.id, name: center.name, status: center.status ?? 'unknown' },
    hosts,
    ...(domain !== undefined && { domain }),
    ...(attached?.status !== undefined && { attached: attached.status }),
  };
}

/** The data center that a domain is attached to, by name; undefined while it is attached to none. */
export async function homeOf(context: OperationContext, domain: string): Promise<string | undefined> {
  const engine = context.engine();
  const found = await engine.named('/storagedomains', domain, engineStorageDomain);
  const [center] = found?.data_centers ?? [];
  return center && (await engine.find(`/datacenters/${center.id}`, engineDataCenter))?.name;
}

/** Which of these ids are storage domains of this engine: their names. */
export async function ownersOf(
  context: OperationContext,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const all = await context.engine().list('/storagedomains', engineStorageDomain);
  return new Map(all.filter(({ id }) => ids.includes(id)).map(({ id, name }) => [id, name]));
}

/** AuditLogType USER_ADD_STORAGE_DOMAIN. */
const DOMAIN_ADDED = 956;

/** The request of this step, or of the one that this step takes back, by which the engine has the domain: its correlation id. */
export async function ownRequest(context: OperationContext, { id }: EngineStorageDomain): Promise<string | undefined> {
  const engine = context.engine();
  const additions = await engine.events({ search: `type=${DOMAIN_ADDED}` });
  return additions.findLast(
    ({ correlation_id, storage_domain }) =>
      storage_domain?.id === id && correlation_id !== undefined && engine.ownIds.includes(correlation_id),
  )?.correlation_id;
}

/** The job of a domain that is made says "NFS Storage Domain". (ExecutionMessages, job.AddExistingFileStorageDomain) */
const TAKES_IN = 'Adding File Storage Domain';

/** The job by which this request had a domain taken in; the engine forgets it ten minutes after its end. */
export async function takingIn(context: OperationContext, request: string): Promise<string | undefined> {
  const jobs = await context.engine().jobs(request);
  return jobs.find(({ description }) => description.startsWith(TAKES_IN))?.description;
}

async function hostsOf(context: OperationContext, dataCenterId: string): Promise<readonly HostView[]> {
  const [clusters, hosts] = await Promise.all([
    context.engine().list('/clusters', engineCluster),
    engineHosts(context),
  ]);
  const own = new Set(clusters.filter(({ data_center }) => data_center?.id === dataCenterId).map(({ id }) => id));
  const rank = ({ status, spm }: HostView) => (status !== 'up' ? 2 : spm?.status === 'spm' ? 0 : 1);
  return hosts.filter(({ cluster }) => own.has(cluster?.id ?? '')).sort((a, b) => rank(a) - rank(b));
}

/** The host that carries the engine's storage orders out. @throws PreconditionFailed when none is up */
export function workingHost({ hosts, dataCenter }: DomainFacts): HostView {
  const [first] = hosts;
  if (first?.status === 'up') return first;
  const seen = hosts.map(({ name, status }) => `${name} is ${status}`).join(', ') || 'it has no host';
  throw new OperatorError('PreconditionFailed', `data center ${dataCenter.name} has no host that is up: ${seen}`);
}

/** Bytes that a new disk may take at most, and how many of those that are free the engine keeps back. */
export function roomIn(domain: EngineStorageDomain): { readonly room?: number; readonly kept: number } {
  const { available, critical_space_action_blocker: gib = 0 } = domain;
  const kept = gib * 1024 ** 3;
  return { ...(available !== undefined && { room: Math.max(0, available - kept) }), kept };
}
