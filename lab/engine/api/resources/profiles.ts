/**
 * The profiles through which clusters and storage domains give VMs processor time and disks. Each has the one that was made
 * with it, of its own name and without limits.
 */
import type { ClusterRow } from '../database/data-centers.ts';
import type { DomainRow } from '../database/storage-domains.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { many, one } from '../routing/call.ts';
import { unknownId } from '../wire/fault.ts';

const cpuProfileResource = (row: ClusterRow): Resource => ({
  type: 'cpu_profile',
  service: 'cpu_profile',
  path: `/cpuprofiles/${row.cpuProfileId}`,
  entity: { name: row.name, cluster: { id: row.id } },
});

const diskProfileResource = (row: DomainRow): Resource => ({
  type: 'disk_profile',
  service: 'disk_profile',
  path: `/diskprofiles/${row.diskProfileId}`,
  entity: { name: row.name, storage_domain: { id: row.id } },
});

/** What the path's first id names. */
function owner<T>(call: Call, rows: ReadonlyMap<string, T>): T {
  const found = rows.get(call.route.ids[0] ?? '');
  if (!found) throw unknownId();
  return found;
}

export const cpuProfiles: Readonly<Record<string, Handler>> = {
  list: ({ db }) => many('cpu_profile', [...db.clusters.values()].map(cpuProfileResource)),
};

export const clusterCpuProfiles: Readonly<Record<string, Handler>> = {
  list: (call) => many('cpu_profile', [cpuProfileResource(owner(call, call.db.clusters))]),
};

export const cpuProfile: Readonly<Record<string, Handler>> = {
  get: ({ db, route }) => {
    const found = [...db.clusters.values()].find((row) => row.cpuProfileId === route.ids.at(-1));
    if (!found) throw unknownId();
    return one(cpuProfileResource(found));
  },
};

export const diskProfiles: Readonly<Record<string, Handler>> = {
  list: ({ db }) => many('disk_profile', [...db.storageDomains.values()].map(diskProfileResource)),
};

export const domainDiskProfiles: Readonly<Record<string, Handler>> = {
  list: (call) => many('disk_profile', [diskProfileResource(owner(call, call.db.storageDomains))]),
};

export const diskProfile: Readonly<Record<string, Handler>> = {
  get: ({ db, route }) => {
    const found = [...db.storageDomains.values()].find((row) => row.diskProfileId === route.ids.at(-1));
    if (!found) throw unknownId();
    return one(diskProfileResource(found));
  },
};
