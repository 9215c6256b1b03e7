import { addAffinityGroup, removeAffinityGroup, updateAffinityGroup } from '../commands/affinity-groups.ts';
import type { AffinityGroupRow, AffinityRule } from '../database/affinity-groups.ts';
import type { ClusterRow } from '../database/data-centers.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { complete, created, many, one, removed } from '../routing/call.ts';
import { unknownId } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { text } from '../wire/values.ts';

const ruleEntity = ({ positive, enforcing }: AffinityRule): Entity => ({
  enabled: positive !== undefined,
  enforcing,
  positive: positive === true,
});

const references = (ids: readonly string[]): Entity[] => ids.map((id) => ({ id }));

/** A group as it is shown, with the two attributes of former versions that speak of its VMs alone. */
const groupResource = (row: AffinityGroupRow): Resource => ({
  type: 'affinity_group',
  service: 'affinity_group',
  path: `/clusters/${row.clusterId}/affinitygroups/${row.id}`,
  entity: {
    name: row.name,
    description: row.description,
    enforcing: row.vmsRule.enforcing,
    ...(row.vmsRule.positive === undefined ? {} : { positive: row.vmsRule.positive }),
    hosts_rule: ruleEntity(row.hostsRule),
    vms_rule: ruleEntity(row.vmsRule),
    cluster: { id: row.clusterId },
    hosts: references(row.hostIds),
    vms: references(row.vmIds),
  },
});

function clusterOfPath(call: Call): ClusterRow {
  const found = call.db.clusters.get(call.route.ids[0] ?? '');
  if (!found) throw unknownId();
  return found;
}

function existing(call: Call): AffinityGroupRow {
  const found = call.db.affinityGroups.get(call.route.ids[1] ?? '');
  if (found?.clusterId !== clusterOfPath(call).id) throw unknownId();
  return found;
}

export const affinityGroups: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const { id } = clusterOfPath(call);
    const rows = [...call.db.affinityGroups.values()].filter(({ clusterId }) => clusterId === id);
    return many('affinity_group', rows.map(groupResource));
  },
  add: (call) => created(groupResource(addAffinityGroup(call, clusterOfPath(call)))),
};

export const affinityGroup: Readonly<Record<string, Handler>> = {
  get: (call) => one(groupResource(existing(call))),
  update: (call) => one(groupResource(updateAffinityGroup(call, existing(call)))),
  remove: (call) => {
    removeAffinityGroup(call, existing(call));
    return removed(call);
  },
};

/** Changes the VMs of the group alone. */
function setVms(call: Call, row: AffinityGroupRow, ids: readonly string[]): void {
  updateAffinityGroup({ ...call, body: { vms: references(ids) } }, row);
}

export const affinityGroupVms: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const row = existing(call);
    return many(
      'vm',
      row.vmIds.map((id) => ({
        type: 'vm',
        service: 'affinity_group_vm',
        path: `${groupResource(row).path}/vms/${id}`,
        entity: { name: call.db.vms.get(id)?.name },
      })),
    );
  },
  /** Answers with an action instead of the VM, as the engine does. */
  add: (call) => {
    const row = existing(call);
    setVms(call, row, [...row.vmIds, text(call.body, 'id') ?? '']);
    return complete();
  },
};

export const affinityGroupVm: Readonly<Record<string, Handler>> = {
  remove: (call) => {
    const row = existing(call);
    const id = call.route.ids[2] ?? '';
    if (!row.vmIds.includes(id)) throw unknownId();
    setVms(
      call,
      row,
      row.vmIds.filter((one) => one !== id),
    );
    return removed(call);
  },
};
