import { uuid } from '../../../ovirt/ids.ts';
import type { AffinityLabelRow } from '../database/affinity-groups.ts';
import { tell, userName } from '../database/events.ts';
import type { Call, Handler, Reply, Resource } from '../routing/call.ts';
import { created, many, one, removed } from '../routing/call.ts';
import { incomplete, refused, unknownId } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { flag, isEntity, isList, part, text } from '../wire/values.ts';

type Kind = 'vm' | 'host';
const members = (row: AffinityLabelRow, kind: Kind): Set<string> => (kind === 'vm' ? row.vmIds : row.hostIds);
const references = (ids: Iterable<string>): Entity[] => [...ids].map((id) => ({ id }));

const labelResource = (row: AffinityLabelRow, under = '', service = 'affinity_label'): Resource => ({
  type: 'affinity_label',
  service,
  path: `${under}/affinitylabels/${row.id}`,
  entity: {
    name: row.name,
    read_only: row.readOnly,
    hosts: references(row.hostIds),
    vms: references(row.vmIds),
  },
});

function say(call: Call, row: AffinityLabelRow, code: number, done: string): void {
  const { lab, db, correlationId } = call;
  const user = userName(call.user);
  tell(lab, db, { code, correlationId, user, text: `Affinity Label ${row.name} was ${done}. (User: ${user})` });
  lab.changed(`affinity label ${row.name} ${done}`);
}

const updated = (call: Call, row: AffinityLabelRow): void => say(call, row, 10382, 'updated');

function checkName(call: Call, name: string, self?: AffinityLabelRow): void {
  if (!/^[\w-]+$/.test(name)) {
    throw refused(
      400,
      "The name for affinity label is invalid. Only letters, numbers, '-', and '_' are valid characters.",
    );
  }
  if ([...call.db.affinityLabels.values()].some((row) => row !== self && row.name === name))
    throw refused(409, 'Cannot add affinity label with a conflicting NAME.');
}

const ids = (body: Entity, name: string): string[] => {
  const given = body[name];
  return isList(given) ? given.filter(isEntity).flatMap((each) => text(each, 'id') ?? []) : [];
};

function addLabel(call: Call): AffinityLabelRow {
  const { lab, db, body } = call;
  const name = text(body, 'name');
  if (!name) throw incomplete('AffinityLabel [name] required for add');
  checkName(call, name);
  const row: AffinityLabelRow = {
    id: uuid(lab),
    name,
    readOnly: flag(body, 'read_only') ?? false,
    vmIds: new Set(ids(body, 'vms')),
    hostIds: new Set(ids(body, 'hosts')),
  };
  db.affinityLabels.set(row.id, row);
  say(call, row, 10380, 'added');
  return row;
}

function existing(call: Call): AffinityLabelRow {
  const row = call.db.affinityLabels.get(call.route.ids[0] ?? '');
  if (!row) throw unknownId();
  return row;
}

const rowsOf = (call: Call): AffinityLabelRow[] =>
  [...call.db.affinityLabels.values()].sort((a, b) => a.name.localeCompare(b.name));

export const affinityLabels: Readonly<Record<string, Handler>> = {
  list: (call) =>
    many(
      'affinity_label',
      rowsOf(call).map((row) => labelResource(row)),
    ),
  add: (call) => created(labelResource(addLabel(call))),
};

export const affinityLabel: Readonly<Record<string, Handler>> = {
  get: (call) => one(labelResource(existing(call))),
  update: (call) => {
    const row = existing(call);
    const name = text(call.body, 'name') ?? row.name;
    checkName(call, name, row);
    Object.assign(row, { name, readOnly: flag(call.body, 'read_only') ?? row.readOnly });
    updated(call, row);
    return one(labelResource(row));
  },
  remove: (call) => {
    const row = existing(call);
    if (row.vmIds.size + row.hostIds.size > 0)
      throw refused(409, 'Cannot delete affinity label, remove it from all entities first.');
    call.db.affinityLabels.delete(row.id);
    say(call, row, 10384, 'removed');
    return removed(call);
  },
};

const known = ({ db }: Call, kind: Kind, id: string): boolean => (kind === 'vm' ? db.vms : db.hosts).has(id);

const memberResource = (row: AffinityLabelRow, kind: Kind, id: string): Resource => ({
  type: kind,
  service: kind === 'vm' ? 'affinity_label_vm' : 'affinity_label_host',
  path: `/affinitylabels/${row.id}/${kind}s/${id}`,
  entity: {},
});

function memberOf(call: Call, kind: Kind): { row: AffinityLabelRow; id: string } {
  const [row, id = ''] = [existing(call), call.route.ids[1]];
  if (!members(row, kind).has(id)) throw unknownId();
  return { row, id };
}

/** VMs or hosts below a label: the list and one of it. */
const below = (kind: Kind): { list: Readonly<Record<string, Handler>>; member: Readonly<Record<string, Handler>> } => ({
  list: {
    list: (call) => {
      const row = existing(call);
      const found = [...members(row, kind)].filter((id) => known(call, kind, id));
      return many(
        kind,
        found.map((id) => memberResource(row, kind, id)),
      );
    },
    add: (call) => {
      const [row, id] = [existing(call), text(call.body, 'id')];
      if (!id) throw incomplete(`${kind === 'vm' ? 'Vm' : 'Host'} [id] required for add`);
      if (!known(call, kind, id)) throw unknownId();
      members(row, kind).add(id);
      updated(call, row);
      return created(memberResource(row, kind, id));
    },
  },
  member: {
    get: (call) => {
      const { row, id } = memberOf(call, kind);
      return one(memberResource(row, kind, id));
    },
    remove: (call) => {
      const { row, id } = memberOf(call, kind);
      members(row, kind).delete(id);
      updated(call, row);
      return removed(call);
    },
  },
});

export const labelled = { vm: below('vm'), host: below('host') } as const;

/** The VM or host that the path begins with. */
function holderOf(call: Call): { kind: Kind; id: string; under: string } {
  const [collection = '', id = ''] = call.route.path;
  return { kind: collection === 'vms' ? 'vm' : 'host', id, under: `/${collection}/${id}` };
}

const assigned = (call: Call): AffinityLabelRow[] => {
  const { kind, id } = holderOf(call);
  return rowsOf(call).filter((row) => members(row, kind).has(id));
};

const assignedResource = (call: Call, row: AffinityLabelRow): Resource =>
  labelResource(row, holderOf(call).under, 'assigned_affinity_label');

function assignedAt(call: Call): AffinityLabelRow {
  const found = assigned(call).find(({ id }) => id === call.route.ids[1]);
  if (!found) throw unknownId();
  return found;
}

export const assignedAffinityLabels: Readonly<Record<string, Handler>> = {
  list: (call) =>
    many(
      'affinity_label',
      assigned(call).map((row) => assignedResource(call, row)),
    ),
  add: (call): Reply => {
    const { kind, id } = holderOf(call);
    const row = call.db.affinityLabels.get(text(call.body, 'id') ?? text(part(call.body, 'label'), 'id') ?? '');
    if (!row) throw refused(400, 'Affinity label does not exist.');
    members(row, kind).add(id);
    updated(call, row);
    return created(assignedResource(call, row));
  },
};

export const assignedAffinityLabel: Readonly<Record<string, Handler>> = {
  get: (call) => one(assignedResource(call, assignedAt(call))),
  remove: (call) => {
    const row = assignedAt(call);
    members(row, holderOf(call).kind).delete(holderOf(call).id);
    updated(call, row);
    return removed(call);
  },
};
