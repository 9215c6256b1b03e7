import { addConnection, removeConnection } from '../commands/storage-connections.ts';
import type { ConnectionRow } from '../database/storage-connections.ts';
import { connectionsOf } from '../database/storage-connections.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { created, many, one, removed } from '../routing/call.ts';
import { unknownId } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';

/** A connection's attributes, as connections and file domains show them; passwords are never shown. */
export function connectionFields(row: ConnectionRow): Entity {
  const { type, address } = row;
  if (type === 'iscsi') {
    const user = row.username === undefined ? {} : { username: row.username };
    return { type, address, port: row.port, target: row.target, ...user };
  }
  return {
    ...{ type, address, path: row.path },
    ...(row.mountOptions === undefined ? {} : { mount_options: row.mountOptions }),
    ...(row.version === undefined ? {} : { nfs_version: row.version }),
    ...(row.timeo === undefined ? {} : { nfs_timeo: row.timeo }),
    ...(row.retrans === undefined ? {} : { nfs_retrans: row.retrans }),
  };
}

const resource = (row: ConnectionRow): Resource => ({
  type: 'storage_connection',
  service: 'storage_server_connection',
  path: `/storageconnections/${row.id}`,
  entity: connectionFields(row),
});

function byId(call: Call): ConnectionRow {
  const found = call.db.storageConnections.get(call.route.ids[0] ?? '');
  if (!found) throw unknownId();
  return found;
}

export const storageConnections: Readonly<Record<string, Handler>> = {
  list: (call) => many('storage_connection', [...call.db.storageConnections.values()].map(resource)),
  add: async (call) => created(resource(await addConnection(call))),
};

export const storageConnection: Readonly<Record<string, Handler>> = {
  get: (call) => one(resource(byId(call))),
  remove: (call) => {
    removeConnection(call, byId(call));
    return removed(call);
  },
};

/** The connections of one domain. */
export const domainConnections: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const domain = call.db.storageDomains.get(call.route.ids[0] ?? '');
    if (!domain) throw unknownId();
    return many('storage_connection', connectionsOf(call.db, domain).map(resource));
  },
};
