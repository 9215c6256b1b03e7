import { addPermission, removePermission } from '../commands/permissions.ts';
import type { ObjectKind, PermissionRow } from '../database/permissions.ts';
import { EVERYONE, objectsAbove, SYSTEM } from '../database/permissions.ts';
import { engineVm } from '../database/placement.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { created, many, one, removed } from '../routing/call.ts';
import { notModelled, unknownId } from '../wire/fault.ts';

/** Collections at the root whose members have permissions of their own. */
const kinds: Readonly<Record<string, ObjectKind>> = {
  datacenters: 'data_center',
  clusters: 'cluster',
  hosts: 'host',
  storagedomains: 'storage_domain',
  vms: 'vm',
  disks: 'disk',
};

/** What the path is about: the whole system, or one object with what it is in. */
interface Place {
  readonly kind: ObjectKind;
  readonly objectId: string;
  readonly above: readonly string[];
}

function placeOf(call: Call): Place {
  const [collection = '', id = ''] = call.route.path;
  if (collection === 'permissions') return { kind: 'system', objectId: SYSTEM, above: [SYSTEM] };
  const kind = kinds[collection];
  if (!kind || call.route.path[2] !== 'permissions') throw notModelled(`permissions of ${collection}`);
  const { lab, db } = call;
  const own =
    kind === 'vm' && id === engineVm(db, lab).id ? objectsAbove(db, 'cluster', db.engineClusterId) : undefined;
  const above = own ? [id, ...own] : objectsAbove(db, kind, id);
  if (!above) throw unknownId();
  return { kind, objectId: id, above };
}

/** A permission as it is shown: one that comes from above looks as if it were the object's own. */
function permissionResource({ kind, objectId }: Place, row: PermissionRow): Resource {
  const collection = Object.keys(kinds).find((name) => kinds[name] === kind);
  return {
    type: 'permission',
    service: 'permission',
    path: `${collection === undefined ? '' : `/${collection}/${objectId}`}/permissions/${row.id}`,
    entity: {
      role: { id: row.roleId },
      ...(row.holderId === EVERYONE ? { group: { id: row.holderId } } : { user: { id: row.holderId } }),
      ...(kind === 'system' ? {} : { [kind]: { id: objectId } }),
    },
  };
}

const rowsAt = (call: Call, place: Place): PermissionRow[] =>
  call.db.permissions
    .filter((row) => place.above.includes(row.objectId))
    .sort((one, other) => one.id.localeCompare(other.id));

function existing(call: Call): { place: Place; row: PermissionRow } {
  const place = placeOf(call);
  const row = rowsAt(call, place).find(({ id }) => id === call.route.ids.at(-1));
  if (!row) throw unknownId();
  return { place, row };
}

/** What a user or a group may do, wherever it is. */
function held(call: Call): Resource[] | undefined {
  const [collection = '', id = '', below] = call.route.path;
  if ((collection !== 'users' && collection !== 'groups') || below !== 'permissions') return undefined;
  const { permissions: rows, userId } = call.db;
  if (id !== (collection === 'users' ? userId : EVERYONE)) throw unknownId();
  return rows
    .filter(({ holderId }) => holderId === id)
    .map((row) => ({
      ...permissionResource({ kind: row.kind, objectId: row.objectId, above: [] }, row),
      path: `/${collection}/${id}/permissions/${row.id}`,
    }));
}

export const permissions: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const own = held(call);
    if (own) return many('permission', own);
    const place = placeOf(call);
    return many(
      'permission',
      rowsAt(call, place).map((row) => permissionResource(place, row)),
    );
  },
  add: (call) => {
    const place = placeOf(call);
    return created(permissionResource(place, addPermission(call, { kind: place.kind, objectId: place.objectId })));
  },
};

export const permission: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const { place, row } = existing(call);
    return one(permissionResource(place, row));
  },
  remove: (call) => {
    removePermission(call, existing(call).row);
    return removed(call);
  },
};
