import { uuid } from '../../../ovirt/ids.ts';
import { newClusterSettings } from '../database/cluster-settings.ts';
import { cpuTypeNamed, cpuTypeOf, makerOf } from '../database/cpu-types.ts';
import type { ClusterRow, DataCenterRow, Version } from '../database/data-centers.ts';
import { clustersOf, compareVersions, DEFAULT } from '../database/data-centers.ts';
import type { EngineDatabase, HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { tell, userName } from '../database/events.ts';
import { endJob, startJob } from '../database/jobs.ts';
import { attachManagement, forgetNetworks } from '../database/networks.ts';
import { schedulingPolicies } from '../database/scheduling-policies.ts';
import type { Call } from '../routing/call.ts';
import { entityNotFound, notGiven, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { flag, merged, part, text } from '../wire/values.ts';
import { invalid, wantedVersion } from './data-centers.ts';
import { findDataCenter } from './find.ts';

/** Attributes of a body that are no settings. */
const GIVEN_ELSEWHERE = new Set(['id', 'name', 'data_center', 'cpu', 'version', 'mac_pool', 'management_network']);

function checkName(call: Call, doing: 'create' | 'edit', name: string, self?: ClusterRow): void {
  if (!/^[\w-]+$/.test(name))
    throw invalid("Cluster names may only contain letters, numbers, '-', or '_'.", 'cluster.name');
  if (name.length > 40) throw invalid('Cluster name must not exceed 40 characters', 'cluster.name');
  const taken = [...call.db.clusters.values()].some((row) => row !== self && row.name === name);
  if (taken) throw refused(409, `Cannot ${doing} Cluster. Cluster name is already in use.`);
}

/**
 * The CPU of a body at a level; without a type the first host decides, with none at all it stays undefined. A type that is
 * set is never unset. (UpdateClusterCommand: a virt cluster's new type has to exist)
 */
function wantedCpu(
  body: Entity,
  version: Version,
  doing: 'create' | 'edit',
  before: ClusterRow['cpu'],
): ClusterRow['cpu'] {
  const type = text(part(body, 'cpu'), 'type') ?? before.type;
  const architecture = text(part(body, 'cpu'), 'architecture');
  const unknown = () => refused(400, `Cannot ${doing} Cluster. The chosen CPU is not supported.`);
  if (type === '' && before.type !== '') throw unknown();
  if (type === '') return { architecture: architecture ?? before.architecture, type };
  const known = cpuTypeNamed(version, type);
  if (!known || (architecture !== undefined && !['undefined', known.architecture].includes(architecture))) {
    throw unknown();
  }
  return { architecture: known.architecture, type };
}

function wantedMacPool(db: EngineDatabase, body: Entity, before: string | undefined): string {
  const id = text(part(body, 'mac_pool'), 'id');
  if (id !== undefined && !db.macPools.has(id)) throw entityNotFound(`MacPool: id=${id}`);
  const usual = [...db.macPools.values()].find((pool) => pool.defaultPool)?.id;
  return id ?? before ?? usual ?? '';
}

/** Attributes that the lab keeps as they come, with references resolved where a name was given. */
function wantedSettings(body: Entity, before: Entity): Entity {
  const given = Object.fromEntries(Object.entries(body).filter(([name]) => !GIVEN_ELSEWHERE.has(name)));
  const policy = part(body, 'scheduling_policy');
  if (policy) {
    const [id, name] = [text(policy, 'id'), text(policy, 'name')];
    const known = schedulingPolicies.find((one) => (id === undefined ? one.name === name : one.id === id));
    if (!known) throw entityNotFound(`ClusterPolicy: ${id === undefined ? `name=${name ?? ''}` : `id=${id}`}`);
    given.scheduling_policy = { id: known.id };
  }
  const settings = merged(before, given);
  if (flag(settings, 'virt_service') === false && flag(settings, 'gluster_service') === false) {
    throw refused(400, 'At least one service [virt / gluster] must be enabled on the cluster.');
  }
  return settings;
}

/** Makes a cluster in a data center. Its hosts come later; the management network is that of the data center. */
export function addCluster(call: Call): ClusterRow {
  const { lab, db, body, correlationId } = call;
  const owner = part(body, 'data_center');
  const of = call.route.ids[0] === undefined ? owner : { id: call.route.ids[0] };
  if (!text(of, 'id') && !text(of, 'name')) {
    throw notGiven(
      "Parameters 'cluster.data_center.id' or 'cluster.data_center.name' are mandatory but both were not provided.",
    );
  }
  const name = text(body, 'name');
  if (!name) throw notGiven("Parameter 'cluster.name' is mandatory but was not provided.");
  const dataCenter = findDataCenter(db, of ?? {});
  checkName(call, 'create', name);
  const version = clusterVersion(body, dataCenter);
  const row: ClusterRow = {
    id: uuid(lab),
    name,
    dataCenterId: dataCenter.id,
    macPoolId: wantedMacPool(db, body, undefined),
    cpuProfileId: uuid(lab),
    version,
    cpu: wantedCpu(body, version, 'create', { architecture: 'undefined', type: '' }),
    settings: wantedSettings(body, newClusterSettings('')),
  };
  if (dataCenter.local && clustersOf(db, dataCenter).length > 0) {
    throw refused(400, 'Cannot add more than one Cluster to "Local Storage" Data Center');
  }
  db.clusters.set(row.id, row);
  attachManagement(db, row);
  const user = userName(call.user);
  const description = `Adding Cluster ${name} to Data Center ${dataCenter.name}`;
  endJob(lab, startJob(lab, db, { description, correlationId }), 'finished');
  tell(lab, db, {
    code: 809,
    cluster: row,
    dataCenter,
    correlationId,
    user,
    text: `Cluster ${name} was added by ${user}`,
  });
  lab.changed(`cluster ${name} added`);
  return row;
}

function clusterVersion(body: Entity, dataCenter: DataCenterRow): Version {
  const unsupported = 'Cannot create Cluster. Selected Compatibility Version is not supported.';
  const version = wantedVersion(body, unsupported) ?? dataCenter.version;
  if (compareVersions(version, dataCenter.version) < 0) {
    throw refused(
      400,
      'Cannot add Cluster with Compatibility Version that is lower than the Data Center Compatibility Version.\n-Please upgrade your Cluster to a later Compatibility version first.',
    );
  }
  return version;
}

function checkCpu(call: Call, row: ClusterRow, cpu: ClusterRow['cpu'], version: Version): void {
  if (row.cpu.type === '' || cpu.type === row.cpu.type) return;
  const hosts = [...call.db.hosts.values()].filter((host) => host.clusterId === row.id);
  const working = hosts.filter((host) => host.status !== 'maintenance');
  if (makerOf(cpu.type) !== makerOf(row.cpu.type) && working.length > 0) {
    throw refused(409, 'Cannot change Cluster CPU type unless all Hosts attached to this Cluster are in Maintenance.');
  }
  const wanted = cpuTypeNamed(version, cpu.type)?.level ?? 0;
  const able = (host: HostRow) => {
    const machine = machineAt(call.lab, host.address);
    return machine === undefined ? 0 : (cpuTypeNamed(version, cpuTypeOf(machine))?.level ?? 0);
  };
  const lower = hosts.filter((host) => host.status === 'up' && wanted > able(host));
  if (lower.length === 0) return;
  throw refused(
    409,
    ...lower.map(
      (host) =>
        `Cannot change Cluster CPU to higher CPU type when there are active Hosts with lower CPU type.\n-Please move Host ${host.name} with lower CPU to maintenance first.`,
    ),
  );
}

/** Changes what the body names; a CPU type that its running hosts do not reach is refused. */
export function updateCluster(call: Call, row: ClusterRow): ClusterRow {
  const { lab, db, body, correlationId } = call;
  const name = text(body, 'name') ?? row.name;
  checkName(call, 'edit', name, row);
  const owner = part(body, 'data_center');
  if (owner && row.dataCenterId !== undefined && findDataCenter(db, owner).id !== row.dataCenterId) {
    throw refused(409, 'Cannot change Data Center association when editing a Cluster.');
  }
  const unsupported = 'Cannot edit Cluster. Selected Compatibility Version is not supported.';
  const version = wantedVersion(body, unsupported) ?? row.version;
  const hosts = [...db.hosts.values()].filter((host) => host.clusterId === row.id);
  if (compareVersions(version, row.version) < 0 && hosts.length > 0) {
    throw refused(400, "Cluster compatibility version can't be decreased if there are hosts in the Cluster.");
  }
  const cpu = wantedCpu(body, version, 'edit', row.cpu);
  checkCpu(call, row, cpu, version);
  const settings = wantedSettings(body, row.settings);
  const macPoolId = wantedMacPool(db, body, row.macPoolId);
  Object.assign(row, { name, version, cpu, settings, macPoolId });
  if (owner && row.dataCenterId === undefined) row.dataCenterId = findDataCenter(db, owner).id;
  const user = userName(call.user);
  endJob(lab, startJob(lab, db, { description: `Updating Cluster ${name}`, correlationId }), 'finished');
  tell(lab, db, { code: 811, cluster: row, correlationId, user, text: `Host cluster ${name} was updated by ${user}` });
  lab.changed(`cluster ${name} updated`);
  return row;
}

/** Removes a cluster that has neither hosts nor VMs. */
export function removeCluster(call: Call, row: ClusterRow): void {
  const { lab, db, correlationId } = call;
  const inside = (one: { readonly clusterId: string }): boolean => one.clusterId === row.id;
  const why = [
    ...(row.name === DEFAULT ? ['Cannot remove default Host Cluster.'] : []),
    ...([...db.hosts.values()].some(inside) ? ['Cannot remove Cluster. Cluster contains one or more Hosts'] : []),
    ...(row.id === db.engineClusterId || [...db.vms.values()].some(inside)
      ? ['Cannot remove Cluster. One or more VMs are still assigned to the Cluster']
      : []),
  ];
  if (why.length > 0) throw refused(409, ...why);
  const user = userName(call.user);
  endJob(lab, startJob(lab, db, { description: `Deleting Cluster ${row.name}`, correlationId }), 'finished');
  db.clusters.delete(row.id);
  forgetNetworks(db, ({ clusterId }) => clusterId === row.id);
  tell(lab, db, { code: 813, correlationId, user, text: `Host cluster ${row.name} was removed by ${user}` });
  lab.changed(`cluster ${row.name} removed`);
}

/** Marks a cluster as being upgraded, or no longer: the mark is seen in events alone, and hinders nobody (4.3). */
export function markUpgrade(call: Call, row: ClusterRow): void {
  const { lab, db, body, correlationId } = call;
  const wanted = text(body, 'upgrade_action');
  if (wanted === undefined) throw notGiven("Parameter 'upgrade_action' is mandatory but was not provided.");
  const user = userName(call.user);
  const told =
    wanted === 'start'
      ? { code: 892, text: `Successfully set upgrade running flag on Host cluster ${row.name} by ${user}` }
      : { code: 894, text: `Successfully cleared upgrade running flag on Host cluster ${row.name} by (User: ${user})` };
  tell(lab, db, { ...told, cluster: row, correlationId, user });
  lab.changed(`cluster ${row.name} upgrade ${wanted}`);
}
