import type { ClusterRow, DataCenterRow } from '../database/data-centers.ts';
import type { EngineDatabase, HostRow } from '../database/database.ts';
import { entityNotFound } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { text } from '../wire/values.ts';

/** What a body refers to by id or by name; an unknown one is refused in the words of the engine's look-up. */
function find<T extends { readonly id: string; readonly name: string }>(
  rows: Iterable<T>,
  reference: Entity,
  kind: string,
): T {
  const id = text(reference, 'id');
  const name = text(reference, 'name');
  for (const row of rows) if (id === undefined ? row.name === name : row.id === id) return row;
  throw entityNotFound(`${kind}: ${id === undefined ? `name=${name ?? ''}` : `id=${id}`}`);
}

export const findCluster = (db: EngineDatabase, reference: Entity): ClusterRow =>
  find(db.clusters.values(), reference, 'Cluster');

export const findDataCenter = (db: EngineDatabase, reference: Entity): DataCenterRow =>
  find(db.dataCenters.values(), reference, 'Datacenter');

export const findHost = (db: EngineDatabase, reference: Entity): HostRow => find(db.hosts.values(), reference, 'Hosts');
