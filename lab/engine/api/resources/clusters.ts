import { syncClusterNetworks } from '../commands/carry-networks.ts';
import { addCluster, markUpgrade, removeCluster, updateCluster } from '../commands/clusters.ts';
import type { ClusterRow } from '../database/data-centers.ts';
import type { EngineDatabase } from '../database/database.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { complete, created, many, one, removed } from '../routing/call.ts';
import type { Fields } from '../routing/search.ts';
import { select } from '../routing/search.ts';
import { unknownId } from '../wire/fault.ts';
import { byName, dataCenterOfPath } from './data-centers.ts';

export function clusterResource(row: ClusterRow, under = ''): Resource {
  return {
    type: 'cluster',
    service: 'cluster',
    path: `${under}/clusters/${row.id}`,
    entity: {
      ...row.settings,
      name: row.name,
      cpu: { ...row.cpu },
      version: { ...row.version },
      ...(row.dataCenterId === undefined ? {} : { data_center: { id: row.dataCenterId } }),
      mac_pool: { id: row.macPoolId },
    },
  };
}

const dataCenterName = (db: EngineDatabase, row: ClusterRow): string | undefined =>
  db.dataCenters.get(row.dataCenterId ?? '')?.name;

const fields = (db: EngineDatabase): Fields<ClusterRow> => ({
  name: (row) => row.name,
  id: (row) => row.id,
  description: (row) => String(row.settings.description ?? ''),
  comment: (row) => String(row.settings.comment ?? ''),
  datacenter: (row) => dataCenterName(db, row),
  'datacenter.name': (row) => dataCenterName(db, row),
});

export const clusters: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const { db, query, route } = call;
    const owner = route.ids.length > 0 ? dataCenterOfPath(call) : undefined;
    const rows = byName(db.clusters.values()).filter((row) => owner === undefined || row.dataCenterId === owner.id);
    return many(
      'cluster',
      select(rows, fields(db), query).map((row) => clusterResource(row)),
    );
  },
  add: (call) => {
    const row = addCluster(call);
    return created(clusterResource(row, `/datacenters/${row.dataCenterId ?? ''}`));
  },
};

/** The path names a data center before the cluster, or does not. */
function existing(call: Call): ClusterRow {
  const found = call.db.clusters.get(call.route.ids.at(-1) ?? '');
  if (!found) throw unknownId();
  return found;
}

export const cluster: Readonly<Record<string, Handler>> = {
  get: (call) => one(clusterResource(existing(call))),
  update: (call) => one(clusterResource(updateCluster(call, existing(call)))),
  remove: (call) => {
    removeCluster(call, existing(call));
    return removed(call);
  },
  sync_all_networks: (call) => {
    syncClusterNetworks(call, existing(call));
    return complete();
  },
  upgrade: (call) => {
    markUpgrade(call, existing(call));
    return complete();
  },
};

/** No host here has gluster. */
export const glusterVolumes: Readonly<Record<string, Handler>> = {
  list: (call) => {
    if (!call.db.clusters.has(call.route.ids[0] ?? '')) throw unknownId();
    return many('gluster_volume', []);
  },
};
