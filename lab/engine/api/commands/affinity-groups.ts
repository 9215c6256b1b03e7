import { uuid } from '../../../ovirt/ids.ts';
import type { AffinityGroupRow, AffinityRule } from '../database/affinity-groups.ts';
import type { ClusterRow } from '../database/data-centers.ts';
import { tell, userName } from '../database/events.ts';
import type { Call } from '../routing/call.ts';
import { refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { flag, isEntity, isList, part, text } from '../wire/values.ts';

function say(call: Call, row: AffinityGroupRow, code: number, past: string): void {
  const { lab, db, correlationId } = call;
  const user = userName(call.user);
  const told = `Affinity Group ${row.name} was ${past}. (User: ${user})`;
  tell(lab, db, { code, cluster: db.clusters.get(row.clusterId), correlationId, user, text: told });
  lab.changed(`affinity group ${row.name} ${past}`);
}

/** What a body says of a rule; what it leaves out stays (engine: AffinityGroupMapper). */
function ruleIn(given: Entity | undefined, before: AffinityRule): AffinityRule {
  const enabled = flag(given, 'enabled');
  const positive = enabled === false ? undefined : (flag(given, 'positive') ?? before.positive);
  return { positive, enforcing: flag(given, 'enforcing') ?? before.enforcing };
}

const idsIn = (body: Entity, name: string): string[] | undefined => {
  const given = body[name];
  return isList(given) ? given.filter(isEntity).flatMap((one) => text(one, 'id') ?? []) : undefined;
};

function checkMembers(
  doing: 'add' | 'edit',
  clusterId: string,
  kind: 'VM' | 'VDS',
  ids: readonly string[],
  known: ReadonlyMap<string, { readonly clusterId: string }>,
): void {
  const cannot = `Cannot ${doing} Affinity Group.`;
  for (const [at, id] of ids.entries()) {
    const found = known.get(id);
    if (!found) throw refused(400, `${cannot} Provided ${kind} is invalid (does not exist).`);
    if (found.clusterId !== clusterId) throw refused(400, `${cannot} Provided ${kind} resides in another Cluster.`);
    if (ids.indexOf(id) !== at) throw refused(400, `${cannot} Duplicate ${kind}.`);
  }
}

const nobody: AffinityRule = { positive: undefined, enforcing: true };

/** The group as a body wants it, checked. */
function wanted(call: Call, doing: 'add' | 'edit', before: AffinityGroupRow): AffinityGroupRow {
  const { body, db } = call;
  const name = text(body, 'name') ?? before.name;
  const taken = [...db.affinityGroups.values()].some((one) => one.id !== before.id && one.name === name);
  if (taken) throw refused(400, `Cannot ${doing} Affinity Group. Affinity Group name already exists.`);
  const vmsGiven = part(body, 'vms_rule') ?? { positive: body.positive, enforcing: body.enforcing };
  const row: AffinityGroupRow = {
    ...before,
    name,
    description: text(body, 'description') ?? before.description,
    vmsRule: ruleIn(vmsGiven, before.vmsRule),
    hostsRule: ruleIn(part(body, 'hosts_rule'), before.hostsRule),
    vmIds: idsIn(body, 'vms') ?? before.vmIds,
    hostIds: idsIn(body, 'hosts') ?? before.hostIds,
  };
  checkMembers(doing, row.clusterId, 'VM', row.vmIds, db.vms);
  checkMembers(doing, row.clusterId, 'VDS', row.hostIds, db.hosts);
  return row;
}

/** Makes a group of VMs and hosts of one cluster. */
export function addAffinityGroup(call: Call, cluster: ClusterRow): AffinityGroupRow {
  const row = wanted(call, 'add', {
    id: uuid(call.lab),
    clusterId: cluster.id,
    name: '',
    description: '',
    vmsRule: nobody,
    hostsRule: nobody,
    vmIds: [],
    hostIds: [],
  });
  call.db.affinityGroups.set(row.id, row);
  say(call, row, 10350, 'added');
  return row;
}

/** Changes what a body names; no running VM moves because of it. */
export function updateAffinityGroup(call: Call, before: AffinityGroupRow): AffinityGroupRow {
  const row = wanted(call, 'edit', before);
  call.db.affinityGroups.set(row.id, row);
  say(call, row, 10352, 'updated');
  return row;
}

export function removeAffinityGroup(call: Call, row: AffinityGroupRow): void {
  call.db.affinityGroups.delete(row.id);
  say(call, row, 10354, 'removed');
}
