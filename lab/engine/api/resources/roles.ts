import { addPermit, addRole, removePermit, removeRole, updateRole } from '../commands/roles.ts';
import type { Permit, RoleRow } from '../database/roles.ts';
import { permits as known } from '../database/roles.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { created, many, one, removed } from '../routing/call.ts';
import { unknownId } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';

export const permitEntity = ({ id, name, administrative }: Permit): Entity => ({
  id: String(id),
  name,
  administrative,
});

const roleResource = (row: RoleRow): Resource => ({
  type: 'role',
  service: 'role',
  path: `/roles/${row.id}`,
  entity: {
    name: row.name,
    description: row.description,
    administrative: row.administrative,
    mutable: row.mutable,
  },
});

const permitResource = (role: RoleRow, permit: Permit): Resource => ({
  type: 'permit',
  service: 'permit',
  path: `/roles/${role.id}/permits/${permit.id}`,
  entity: { ...permitEntity(permit), role: { id: role.id } },
});

function existing(call: Call): RoleRow {
  const found = call.db.roles.get(call.route.ids[0] ?? '');
  if (!found) throw unknownId();
  return found;
}

function existingPermit(call: Call): { role: RoleRow; permit: Permit } {
  const role = existing(call);
  const permit = known.find(({ id }) => String(id) === call.route.ids[1] && role.permitIds.includes(id));
  if (!permit) throw unknownId();
  return { role, permit };
}

export const roles: Readonly<Record<string, Handler>> = {
  list: ({ db }) => many('role', [...db.roles.values()].map(roleResource)),
  add: (call) => created(roleResource(addRole(call))),
};

export const role: Readonly<Record<string, Handler>> = {
  get: (call) => one(roleResource(existing(call))),
  update: (call) => one(roleResource(updateRole(call, existing(call)))),
  remove: (call) => {
    removeRole(call, existing(call));
    return removed(call);
  },
};

export const permits: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const row = existing(call);
    const own = known.filter(({ id }) => row.permitIds.includes(id));
    return many(
      'permit',
      own.map((permit) => permitResource(row, permit)),
    );
  },
  add: (call) => {
    const row = existing(call);
    return created(permitResource(row, addPermit(call, row)));
  },
};

export const permit: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const found = existingPermit(call);
    return one(permitResource(found.role, found.permit));
  },
  remove: (call) => {
    const found = existingPermit(call);
    removePermit(call, found.role, found.permit);
    return removed(call);
  },
};
