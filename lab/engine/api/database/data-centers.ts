import { uuid } from '../../../ovirt/ids.ts';
import type { Lab } from '../../../types.ts';
import type { Entity } from '../wire/values.ts';
import type { EngineDatabase, HostRow } from './database.ts';
import { insertManagement } from './networks.ts';

export interface Version {
  readonly major: number;
  readonly minor: number;
}

/** Compatibility levels of a 4.3 engine, the newest last. */
export const levels: readonly Version[] = [1, 2, 3].map((minor) => ({ major: 4, minor }));
export const newestLevel: Version = { major: 4, minor: 3 };

/** Which host leads a storage pool, and how far its election is. */
export interface Spm {
  hostId: string | undefined;
  state: 'none' | 'contending' | 'spm';
  since: number;
}

export interface DataCenterRow {
  readonly id: string;
  name: string;
  description: string | undefined;
  local: boolean;
  version: Version;
  quotaMode: string;
  readonly spm: Spm;
}

export interface ClusterRow {
  readonly id: string;
  name: string;
  /** A cluster outlives its data center. */
  dataCenterId: string | undefined;
  macPoolId: string;
  /** Its only CPU profile, of its own name. */
  readonly cpuProfileId: string;
  version: Version;
  cpu: { readonly architecture: string; readonly type: string };
  /** Everything else as the API shows it: what an update brings is merged into it. */
  settings: Entity;
}

export function insertDataCenter(
  lab: Lab,
  db: EngineDatabase,
  made: Partial<Omit<DataCenterRow, 'id' | 'spm'>> & { name: string },
): DataCenterRow {
  const row: DataCenterRow = {
    description: undefined,
    local: false,
    version: newestLevel,
    quotaMode: 'disabled',
    ...made,
    id: uuid(lab),
    spm: { hostId: undefined, state: 'none', since: lab.clock.now() },
  };
  db.dataCenters.set(row.id, row);
  insertManagement(lab, db, row);
  return row;
}

export const clustersOf = (db: EngineDatabase, dataCenter: DataCenterRow): ClusterRow[] =>
  [...db.clusters.values()].filter((cluster) => cluster.dataCenterId === dataCenter.id);

export function clusterOf(db: EngineDatabase, of: { readonly clusterId: string }): ClusterRow {
  const found = db.clusters.get(of.clusterId);
  if (!found) throw new Error(`there is no cluster ${of.clusterId}`);
  return found;
}

export function dataCenterOf(db: EngineDatabase, of: { readonly clusterId: string }): DataCenterRow | undefined {
  const { dataCenterId } = clusterOf(db, of);
  return dataCenterId === undefined ? undefined : db.dataCenters.get(dataCenterId);
}

/** The hosts of all clusters of a data center. */
export const hostsOf = (db: EngineDatabase, dataCenter: DataCenterRow): HostRow[] =>
  [...db.hosts.values()].filter((row) => dataCenterOf(db, row) === dataCenter);

/** The name of the data center and of the cluster that every engine brings along. */
export const DEFAULT = 'Default';

export const versionText = (version: Version): string => `${version.major}.${version.minor}`;

/** Below, above or equal: negative, positive, zero. */
export const compareVersions = (a: Version, b: Version): number => a.major - b.major || a.minor - b.minor;

/** How a host stands to its storage pool. */
export function spmStatus(db: EngineDatabase, row: HostRow): Spm['state'] {
  const spm = dataCenterOf(db, row)?.spm;
  return spm?.hostId === row.id ? spm.state : 'none';
}
