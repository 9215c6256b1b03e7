import {
  addNetwork,
  attachNetwork,
  detachNetwork,
  labelNetwork,
  removeNetwork,
  unlabelNetwork,
  updateClusterNetwork,
  updateNetwork,
} from '../commands/networks.ts';
import type { ClusterRow } from '../database/data-centers.ts';
import type { EngineDatabase } from '../database/database.ts';
import type { ClusterNetworkRow, NetworkRow } from '../database/networks.ts';
import { networksIn, networksOf, roles } from '../database/networks.ts';
import { isOperational } from '../monitor/required-networks.ts';
import type { Call, Handler, Reply, Resource } from '../routing/call.ts';
import { created, many, one, removed } from '../routing/call.ts';
import type { Fields } from '../routing/search.ts';
import { select } from '../routing/search.ts';
import { unknownId } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { byName, dataCenterOfPath } from './data-centers.ts';
import { addNicLabel, nicLabel, nicLabels, removeNicLabel } from './nic-labels.ts';

const settings = (row: NetworkRow): Entity => ({
  name: row.name,
  description: row.description,
  comment: row.comment,
  mtu: row.mtu,
  stp: row.stp,
  ...(row.vlan === undefined ? {} : { vlan: { id: row.vlan } }),
  data_center: { id: row.dataCenterId },
});

const networkResource = (row: NetworkRow, under = ''): Resource => ({
  type: 'network',
  service: 'network',
  path: `${under}/networks/${row.id}`,
  entity: { ...settings(row), usages: row.vm ? ['vm'] : [] },
});

function clusterNetworkResource(call: Call, at: ClusterNetworkRow, row: NetworkRow): Resource {
  return {
    type: 'network',
    service: 'cluster_network',
    path: `/clusters/${at.clusterId}/networks/${row.id}`,
    entity: {
      ...settings(row),
      display: at.roles.has('display'),
      required: at.required,
      status: isOperational(call.lab, call.db, at, row) ? 'operational' : 'non_operational',
      usages: [...(row.vm ? ['vm'] : []), ...roles.filter((role) => at.roles.has(role))],
      cluster: { id: at.clusterId },
    },
  };
}

const fields = (db: EngineDatabase): Fields<NetworkRow> => ({
  name: (row) => row.name,
  id: (row) => row.id,
  description: (row) => row.description,
  comment: (row) => row.comment,
  vlanid: (row) => row.vlan,
  mtu: (row) => row.mtu,
  datacenter: (row) => db.dataCenters.get(row.dataCenterId)?.name,
  'datacenter.name': (row) => db.dataCenters.get(row.dataCenterId)?.name,
});

const underOwner = (row: NetworkRow): string => `/datacenters/${row.dataCenterId}`;
const add = (call: Call): Reply => {
  const row = addNetwork(call);
  return created(networkResource(row, underOwner(row)));
};

function existing(call: Call): NetworkRow {
  const found = call.db.networks.get(call.route.ids.at(-1) ?? '');
  if (!found) throw unknownId();
  return found;
}

export const networks: Readonly<Record<string, Handler>> = {
  list: (call) =>
    many(
      'network',
      select(byName(call.db.networks.values()), fields(call.db), call.query).map((row) => networkResource(row)),
    ),
  add,
};

export const network: Readonly<Record<string, Handler>> = {
  get: (call) => one(networkResource(existing(call))),
  update: (call) => one(networkResource(updateNetwork(call, existing(call)))),
  remove: (call) => removed(call, removeNetwork(call, existing(call))),
};

export const dataCenterNetwork: Readonly<Record<string, Handler>> = {
  ...network,
  get: (call) =>
    one({ ...networkResource(existing(call), underOwner(existing(call))), service: 'data_center_network' }),
};

export const dataCenterNetworks: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const rows = byName(networksOf(call.db, dataCenterOfPath(call).id));
    return many(
      'network',
      rows.map((row) => ({ ...networkResource(row, underOwner(row)), service: 'data_center_network' })),
    );
  },
  add,
};

function inCluster(call: Call): ClusterRow {
  const found = call.db.clusters.get(call.route.ids[0] ?? '');
  if (!found) throw unknownId();
  return found;
}

function attached(call: Call): { at: ClusterNetworkRow; row: NetworkRow } {
  const at = networksIn(call.db, inCluster(call).id).find(({ networkId }) => networkId === call.route.ids[1]);
  const row = at && call.db.networks.get(at.networkId);
  if (!at || !row) throw unknownId();
  return { at, row };
}

const shown = (call: Call, at: ClusterNetworkRow): Resource[] => {
  const row = call.db.networks.get(at.networkId);
  return row ? [clusterNetworkResource(call, at, row)] : [];
};

export const clusterNetworks: Readonly<Record<string, Handler>> = {
  list: (call) =>
    many(
      'network',
      networksIn(call.db, inCluster(call).id).flatMap((at) => shown(call, at)),
    ),
  add: (call) => {
    const at = attachNetwork(call, inCluster(call));
    const [resource] = shown(call, at);
    if (!resource) throw unknownId();
    return created(resource);
  },
};

export const clusterNetwork: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const { at, row } = attached(call);
    return one(clusterNetworkResource(call, at, row));
  },
  update: (call) => {
    const { at, row } = attached(call);
    return one(clusterNetworkResource(call, updateClusterNetwork(call, at, row), row));
  },
  remove: (call) => {
    const { at, row } = attached(call);
    detachNetwork(call, at, row);
    return removed(call);
  },
};

const labelResource = (row: NetworkRow, label: string): Resource => ({
  type: 'network_label',
  service: 'network_label',
  path: `/networks/${row.id}/networklabels/${label}`,
  entity: { network: { id: row.id } },
});

/** The network that the path begins with. */
function owner(call: Call): NetworkRow {
  const found = call.db.networks.get(call.route.ids[0] ?? '');
  if (!found) throw unknownId();
  return found;
}

function labelled(call: Call): { row: NetworkRow; label: string } {
  const row = owner(call);
  if (row.label === undefined || row.label !== call.route.ids[1]) throw unknownId();
  return { row, label: row.label };
}

const ofHostNic = (call: Call): boolean => call.route.path[0] === 'hosts';

export const networkLabels: Readonly<Record<string, Handler>> = {
  list: (call) => {
    if (ofHostNic(call)) return many('network_label', nicLabels(call));
    const row = owner(call);
    return many('network_label', row.label === undefined ? [] : [labelResource(row, row.label)]);
  },
  add: async (call) => {
    if (ofHostNic(call)) return created(await addNicLabel(call));
    const row = owner(call);
    return created(labelResource(row, labelNetwork(call, row)));
  },
};

export const networkLabel: Readonly<Record<string, Handler>> = {
  get: (call) => {
    if (ofHostNic(call)) return one(nicLabel(call));
    const { row, label } = labelled(call);
    return one(labelResource(row, label));
  },
  remove: async (call) => {
    if (ofHostNic(call)) {
      await removeNicLabel(call);
      return removed(call);
    }
    unlabelNetwork(call, labelled(call).row);
    return removed(call);
  },
};
