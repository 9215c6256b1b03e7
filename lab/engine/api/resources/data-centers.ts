import { addDataCenter, removeDataCenter, updateDataCenter } from '../commands/data-centers.ts';
import type { DataCenterRow } from '../database/data-centers.ts';
import { clustersOf, compareVersions, levels } from '../database/data-centers.ts';
import type { EngineDatabase } from '../database/database.ts';
import { domainsOf } from '../database/storage-domains.ts';
import { dataCenterStatus } from '../monitor/spm.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { created, many, one, removed } from '../routing/call.ts';
import type { Fields } from '../routing/search.ts';
import { select } from '../routing/search.ts';
import { unknownId } from '../wire/fault.ts';

/** Levels that a data center could be raised to: no cluster of it may stand below. */
function supported(db: EngineDatabase, row: DataCenterRow): { major: number; minor: number }[] {
  const clusters = clustersOf(db, row);
  return levels.filter(
    (level) =>
      compareVersions(level, row.version) >= 0 &&
      clusters.every((cluster) => compareVersions(level, cluster.version) <= 0),
  );
}

export function dataCenterResource(db: EngineDatabase, row: DataCenterRow): Resource {
  const pools = new Set(clustersOf(db, row).map((cluster) => cluster.macPoolId));
  const [pool] = pools;
  const status = dataCenterStatus(db, row);
  return {
    type: 'data_center',
    service: 'data_center',
    path: `/datacenters/${row.id}`,
    entity: {
      name: row.name,
      description: row.description,
      local: row.local,
      quota_mode: row.quotaMode,
      status,
      ...(status === 'uninitialized' ? {} : { storage_format: 'v5' }),
      supported_versions: supported(db, row),
      version: { ...row.version },
      ...(pool !== undefined && pools.size === 1 ? { mac_pool: { id: pool } } : {}),
    },
  };
}

const fields = (db: EngineDatabase): Fields<DataCenterRow> => ({
  name: (row) => row.name,
  id: (row) => row.id,
  description: (row) => row.description,
  status: (row) => dataCenterStatus(db, row).replaceAll('_', ''),
  local: (row) => String(row.local),
  'clusters.name': (row) => clustersOf(db, row).map((cluster) => cluster.name),
  storage: (row) => domainsOf(db, row).map((domain) => domain.name),
  'storage.name': (row) => domainsOf(db, row).map((domain) => domain.name),
});

/** Lists are sorted by name where a search says nothing else. */
export const byName = <T extends { readonly name: string }>(rows: Iterable<T>): T[] =>
  [...rows].sort((a, b) => a.name.localeCompare(b.name));

export function dataCenterOfPath(call: Call): DataCenterRow {
  const found = call.db.dataCenters.get(call.route.ids[0] ?? '');
  if (!found) throw unknownId();
  return found;
}

export const dataCenters: Readonly<Record<string, Handler>> = {
  list: ({ db, query }) =>
    many(
      'data_center',
      select(byName(db.dataCenters.values()), fields(db), query).map((row) => dataCenterResource(db, row)),
    ),
  add: (call) => created(dataCenterResource(call.db, addDataCenter(call))),
};

export const dataCenter: Readonly<Record<string, Handler>> = {
  get: (call) => one(dataCenterResource(call.db, dataCenterOfPath(call))),
  update: (call) => one(dataCenterResource(call.db, updateDataCenter(call, dataCenterOfPath(call)))),
  remove: (call) => removed(call, removeDataCenter(call, dataCenterOfPath(call))),
};
