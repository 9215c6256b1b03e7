import type { ClusterRow } from '../database/data-centers.ts';
import { clusterOf } from '../database/data-centers.ts';
import { tell, userName } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import type { ClusterNetworkRow, NetworkRow, Role } from '../database/networks.ts';
import { forgetNetworks, insertNetwork, MANAGEMENT, networksIn, networksOf, roles } from '../database/networks.ts';
import type { Call } from '../routing/call.ts';
import { entityNotFound, incomplete, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { flag, isList, number, part, text } from '../wire/values.ts';
import { carryAway, carryIntoCluster, carryNetwork, hostsWith } from './carry-networks.ts';
import { findDataCenter } from './find.ts';
import { checkNetworkUnused, refuseUsed } from './network-uses.ts';

/** Words of a `usages` list; undefined when the body has none. */
const usages = (body: Entity): string[] | undefined => (isList(body.usages) ? body.usages.map(String) : undefined);

function checkName(call: Call, doing: 'add' | 'edit', dataCenterId: string, name: string, self?: NetworkRow): void {
  if (!/^[\w-]+$/.test(name) || name.length > 256) {
    throw refused(400, "Network name may only contain letters, numbers, '-', or '_'.", 'Attribute: network.name');
  }
  if (networksOf(call.db, dataCenterId).some((row) => row !== self && row.name === name)) {
    throw refused(
      409,
      `Cannot ${doing} Network. The name of the logical network '${name}' is already used by an existing logical network in the same data-center.\n-Please choose a different name.`,
    );
  }
}

function checkVlan(doing: 'add' | 'edit', vlan: number | undefined): void {
  if (vlan !== undefined && (vlan < 0 || vlan > 4094))
    throw refused(400, `Cannot ${doing} Network. Vlan id must be a number between 0 and 4094`);
}

/** Makes a logical network of a data center. It is in no cluster and on no host yet. */
export function addNetwork(call: Call): NetworkRow {
  const { lab, db, body, correlationId } = call;
  const owner = call.route.ids[0] === undefined ? part(body, 'data_center') : { id: call.route.ids[0] };
  const missing = [
    ...(text(body, 'name') ? [] : ['name']),
    ...(text(owner, 'id') || text(owner, 'name') ? [] : ['dataCenter.name|id']),
  ];
  if (missing.length > 0) throw incomplete(`Network [${missing.join(', ')}] required for add`);
  const dataCenter = findDataCenter(db, owner ?? {});
  const name = text(body, 'name') ?? '';
  checkName(call, 'add', dataCenter.id, name);
  const vlan = number(part(body, 'vlan'), 'id');
  checkVlan('add', vlan);
  const row = insertNetwork(
    lab,
    db,
    {
      dataCenterId: dataCenter.id,
      name,
      description: text(body, 'description') ?? '',
      comment: text(body, 'comment') ?? '',
      vlan,
      mtu: number(body, 'mtu') ?? 0,
      stp: flag(body, 'stp') ?? false,
      vm: usages(body)?.includes('vm') ?? true,
    },
    flag(body, 'profile_required') ?? true,
  );
  const told = `Network ${name} was added to Data Center: ${dataCenter.name}`;
  tell(lab, db, { code: 942, dataCenter, correlationId, user: userName(call.user), text: told });
  lab.changed(`network ${name} added`);
  return row;
}

/** Changes what the body names; hosts that have the network, or its label, get the change behind the answer. */
export function updateNetwork(call: Call, row: NetworkRow): NetworkRow {
  const { lab, db, body, correlationId } = call;
  const name = text(body, 'name') ?? row.name;
  checkName(call, 'edit', row.dataCenterId, name, row);
  if (row.name === MANAGEMENT && name !== row.name)
    throw refused(409, `Cannot edit Network. The name of the management network cannot be changed.`);
  const vm = usages(body)?.includes('vm') ?? row.vm;
  if (row.vm && !vm) checkNetworkUnused(db, 'edit', row.id);
  if (name !== row.name) refuseUsed('edit', 'host', hostsWith(call, row));
  const vlan = part(body, 'vlan') ? number(part(body, 'vlan'), 'id') : row.vlan;
  checkVlan('edit', vlan);
  Object.assign(row, {
    name,
    vlan,
    description: text(body, 'description') ?? row.description,
    comment: text(body, 'comment') ?? row.comment,
    mtu: number(body, 'mtu') ?? row.mtu,
    stp: flag(body, 'stp') ?? row.stp,
    vm,
  });
  carryNetwork(call, row);
  const dataCenter = db.dataCenters.get(row.dataCenterId);
  const told = `Network ${name} was updated on Data Center: ${dataCenter?.name ?? ''}`;
  tell(lab, db, { code: 1114, dataCenter, correlationId, user: userName(call.user), text: told });
  lab.changed(`network ${name} updated`);
  return row;
}

/** Removes a network with its profiles and its places in clusters. */
export function removeNetwork(call: Call, row: NetworkRow): Job {
  const { lab, db, correlationId } = call;
  if (row.name === MANAGEMENT) {
    throw refused(
      409,
      `Cannot remove Network. The management network '${row.name}' is used by a Cluster and cannot be removed.`,
    );
  }
  checkNetworkUnused(db, 'remove', row.id);
  const job = startJob(lab, db, { description: `Removing Network ${row.name}`, correlationId });
  const clusters = db.clusterNetworks.filter(({ networkId }) => networkId === row.id);
  carryAway(
    call,
    row,
    clusters.map(({ clusterId }) => clusterId),
  );
  forgetNetworks(db, (one) => one.networkId === row.id);
  for (const profile of db.vnicProfiles.values()) if (profile.networkId === row.id) db.vnicProfiles.delete(profile.id);
  db.networks.delete(row.id);
  const dataCenter = db.dataCenters.get(row.dataCenterId);
  const told = `Network ${row.name} was removed from Data Center: ${dataCenter?.name ?? ''}`;
  tell(lab, db, { code: 944, dataCenter, correlationId, user: userName(call.user), text: told });
  lab.changed(`network ${row.name} removed`);
  endJob(lab, job, 'finished');
  return job;
}

/** A given list of usages replaces all of them; a role that moves here leaves the network that had it. */
function assume(call: Call, one: ClusterNetworkRow): void {
  const { db, body } = call;
  one.required = flag(body, 'required') ?? one.required;
  const given = usages(body);
  const wanted = new Set<Role>(given ? roles.filter((role) => given.includes(role)) : one.roles);
  if (flag(body, 'display') === true) wanted.add('display');
  if (one.roles.has('management') && !wanted.has('management'))
    throw refused(409, 'Cannot edit Network. The management network cannot be changed to a non-management one.');
  for (const other of networksIn(db, one.clusterId)) {
    if (other === one) continue;
    other.roles = new Set([...other.roles].filter((role) => !wanted.has(role)));
  }
  one.roles = wanted;
}

/** Brings a network into a cluster, where it is required unless the body says otherwise. */
export function attachNetwork(call: Call, cluster: ClusterRow): ClusterNetworkRow {
  const { lab, db, body, correlationId } = call;
  const [id, name] = [text(body, 'id'), text(body, 'name')];
  if (!id && !name) throw incomplete('Network [id|name] required for add');
  const network = networksOf(db, cluster.dataCenterId ?? '').find((row) => (id ? row.id === id : row.name === name));
  if (!network) throw entityNotFound(`Network: ${id ? `id=${id}` : `name=${name ?? ''}`}`);
  if (networksIn(db, cluster.id).some((one) => one.networkId === network.id))
    throw refused(409, 'Logical Network is already attached to Cluster.');
  const one: ClusterNetworkRow = { clusterId: cluster.id, networkId: network.id, required: true, roles: new Set() };
  assume(call, one);
  db.clusterNetworks.push(one);
  const told = `Network ${network.name} attached to Cluster ${cluster.name}`;
  tell(lab, db, { code: 946, cluster, correlationId, user: userName(call.user), text: told });
  lab.changed(`network ${network.name} attached to cluster ${cluster.name}`);
  carryIntoCluster(call, cluster, network);
  return one;
}

export function updateClusterNetwork(call: Call, one: ClusterNetworkRow, network: NetworkRow): ClusterNetworkRow {
  const { lab, db, correlationId } = call;
  assume(call, one);
  const cluster = clusterOf(db, one);
  const told = `Network ${network.name} on Cluster ${cluster.name} updated.`;
  tell(lab, db, { code: 1112, cluster, correlationId, user: userName(call.user), text: told });
  lab.changed(`network ${network.name} in cluster ${cluster.name} updated`);
  return one;
}

export function detachNetwork(call: Call, one: ClusterNetworkRow, network: NetworkRow): void {
  const { lab, db, correlationId } = call;
  if (one.roles.has('management')) {
    throw refused(
      409,
      `Cannot detach Network. The management network '${network.name}' is used by a Cluster and cannot be removed.`,
    );
  }
  checkNetworkUnused(db, 'detach', network.id, one.clusterId);
  const cluster = clusterOf(db, one);
  carryAway(call, network, [one.clusterId]);
  forgetNetworks(db, (other) => other === one);
  const told = `Network ${network.name} detached from Cluster ${cluster.name}`;
  tell(lab, db, { code: 948, cluster, correlationId, user: userName(call.user), text: told });
  lab.changed(`network ${network.name} detached from cluster ${cluster.name}`);
}

/** Gives a network a label: hosts whose NICs carry the same one are meant to have it. */
export function labelNetwork(call: Call, row: NetworkRow): string {
  const { lab, db, body, correlationId } = call;
  const label = text(body, 'id');
  if (!label) throw incomplete('NetworkLabel [id] required for add');
  if (row.label !== undefined) throw refused(400, 'Cannot add Label. The specified network is already labeled.');
  if (!/^[\w-]+$/.test(label)) {
    throw refused(400, 'Network label must be formed only from: English letters, numbers, hyphen or underscore.');
  }
  row.label = label;
  carryNetwork(call, row, undefined);
  const dataCenter = db.dataCenters.get(row.dataCenterId);
  const told = `Network ${row.name} was labeled ${label} in data-center ${dataCenter?.name ?? ''}.`;
  tell(lab, db, { code: 1132, dataCenter, correlationId, user: userName(call.user), text: told });
  lab.changed(`network ${row.name} labeled ${label}`);
  return label;
}

export function unlabelNetwork(call: Call, row: NetworkRow): void {
  const { lab, db, correlationId } = call;
  const before = row.label;
  row.label = undefined;
  carryNetwork(call, row, before);
  const dataCenter = db.dataCenters.get(row.dataCenterId);
  const told = `Network ${row.name} was unlabeled in data-center ${dataCenter?.name ?? ''}.`;
  tell(lab, db, { code: 1134, dataCenter, correlationId, user: userName(call.user), text: told });
  lab.changed(`network ${row.name} unlabeled`);
}
