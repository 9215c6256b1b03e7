import { engineIsHealthy, type HostStatus } from '../../host/parse/vm-status.ts';
import { AGENT, type HaHost, type HaSight } from './read-host.ts';

/** One host's block of the shared metadata, as another host or itself shows it. */
export interface View {
  /** Name in the inventory of the host that was asked. */
  readonly by: string;
  readonly status: HostStatus;
}

/** Which block of the metadata is this host's: its own configuration says, else the name that it published. */
export function hostIdOf(host: HaHost, all: readonly HaHost[]): number | undefined {
  const id = Number(host.sight?.conf.host_id);
  if (Number.isInteger(id) && id > 0) return id;
  return all
    .flatMap(({ sight }) => sight?.status?.hosts ?? [])
    .find(({ hostName }) => hostName.toLowerCase() === host.fqdn.toLowerCase())?.hostId;
}

/**
 * Whether a host's judgement of what is fresh counts. With a stopped agent the tool calls every host stale, itself
 * included, so one that holds itself for live is asked before a disaster is concluded.
 */
export function canJudge(sight: HaSight | undefined, id: number | undefined): boolean {
  if (sight?.units[AGENT]?.active !== true) return false;
  return sight.status?.hosts.some(({ hostId, live }) => hostId === id && live) === true;
}

/** How hosts whose judgement counts see the block of one host; its own view first. */
export function viewsOf(id: number, all: readonly HaHost[]): readonly View[] {
  const views = all.flatMap((host) => {
    const own = hostIdOf(host, all);
    if (!canJudge(host.sight, own)) return [];
    const status = host.sight?.status?.hosts.find(({ hostId }) => hostId === id);
    return status === undefined ? [] : [{ by: host.name, status, own: own === id }];
  });
  return [...views].sort((a, b) => Number(b.own) - Number(a.own)).map(({ by, status }) => ({ by, status }));
}

/** The newest word on a host, if anybody sees it alive: stale data keeps what was true once. */
export function liveStatus(id: number, all: readonly HaHost[]): HostStatus | undefined {
  return viewsOf(id, all).find(({ status }) => status.live)?.status;
}

/** Every host id that stands in the metadata or in a configuration. */
export function knownIds(all: readonly HaHost[]): readonly number[] {
  const ids = all.flatMap((host) => [
    ...(host.sight?.status?.hosts.map(({ hostId }) => hostId) ?? []),
    ...[hostIdOf(host, all) ?? []].flat(),
  ]);
  return [...new Set(ids)].sort((a, b) => a - b);
}

/** Who runs the engine VM, as far as anybody knows. */
export interface EnginePlace {
  /** Live hosts that publish a running VM, booting and paused ones too. */
  readonly claims: readonly HostStatus[];
  /** Hosts where libvirt runs it. */
  readonly domains: readonly string[];
  /** Hosts of which neither their own word nor libvirt's tells. */
  readonly unknown: readonly string[];
  readonly globalMaintenance: boolean;
  /** Name in the inventory of the host that runs it; as it publishes itself where the inventory does not have it. */
  readonly runsOn?: string;
  /** The host on which the engine VM runs and answers. */
  readonly healthy?: HostStatus;
}

export function enginePlace(all: readonly HaHost[]): EnginePlace {
  const live = knownIds(all).flatMap((id) => liveStatus(id, all) ?? []);
  const claims = live.filter(({ vm }) => vm === 'up');
  const healthy = claims.find(engineIsHealthy);
  const unknown = all.filter((host) => {
    if (host.sight !== undefined) return host.sight.domain === 'unknown';
    const id = hostIdOf(host, all);
    return id === undefined || liveStatus(id, all) === undefined;
  });
  const domains = all.filter(({ sight }) => sight?.domain === 'running').map(({ name }) => name);
  const runsOn = domains[0] ?? (claims[0] && nameOf(claims[0], all));
  return {
    claims,
    domains,
    unknown: unknown.map(({ name }) => name),
    globalMaintenance: all.some(({ sight }) => sight?.status?.globalMaintenance === true),
    ...(runsOn !== undefined && { runsOn }),
    ...(healthy !== undefined && { healthy }),
  };
}

/** Of a host as it publishes itself, its name in the inventory. */
export function nameOf({ hostName }: Pick<HostStatus, 'hostName'>, all: readonly HaHost[]): string {
  const published = hostName.toLowerCase();
  return all.find(({ name, fqdn }) => [name, fqdn].some((text) => text.toLowerCase() === published))?.name ?? hostName;
}
