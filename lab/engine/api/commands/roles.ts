import { uuid } from '../../../ovirt/ids.ts';
import { tell, userName } from '../database/events.ts';
import type { Permit, RoleRow } from '../database/roles.ts';
import { permits } from '../database/roles.ts';
import type { Call } from '../routing/call.ts';
import { incomplete, PlainRefusal, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { flag, isEntity, isList, text } from '../wire/values.ts';

function say(call: Call, code: number, line: (user: string) => string): void {
  const { lab, db, correlationId } = call;
  const user = userName(call.user);
  tell(lab, db, { code, correlationId, user, text: line(user) });
  lab.changed(line(user));
}

/** Permits by id or name; one that does not exist is refused in front of the engine's command. */
function permitIn(given: Entity): Permit {
  const [id, name] = [text(given, 'id'), text(given, 'name')];
  const found = permits.find((one) => (id === undefined ? one.name === name?.toLowerCase() : String(one.id) === id));
  if (!found) throw new PlainRefusal(400, `${id ?? name ?? ''} is not a valid permit ID.`);
  return found;
}

function checkName(call: Call, name: string, doing: 'add' | 'edit', own?: RoleRow): void {
  if (![...call.db.roles.values()].some((role) => role !== own && role.name === name)) return;
  throw refused(
    409,
    `Cannot ${doing} Role. The Role name is already in use, please choose a unique name and try again.`,
  );
}

function checkMutable(role: RoleRow, doing: string): void {
  if (!role.mutable) throw refused(409, `Cannot ${doing} Role. The Role is Read-Only.`);
}

/** Makes a role of permits (engine: AddRoleWithActionGroupsCommand). */
export function addRole(call: Call): RoleRow {
  const { lab, db, body } = call;
  const name = text(body, 'name');
  const given = isList(body.permits) ? body.permits.filter(isEntity) : [];
  const lacking = [...(name ? [] : ['name']), ...(given.length > 0 ? [] : ['permits.id'])];
  if (name === undefined || lacking.length > 0) throw incomplete(`Role [${lacking.join(', ')}] required for add`);
  const wanted = given.map(permitIn);
  checkName(call, name, 'add');
  const administrative = flag(body, 'administrative');
  if (administrative === undefined) throw refused(400, 'Invalid Role Type.');
  if (!administrative && wanted.some((permit) => permit.administrative)) {
    throw refused(409, "Cannot add administrator's action group to a User Role.");
  }
  const role: RoleRow = {
    id: uuid(lab),
    name,
    description: text(body, 'description') ?? '',
    administrative,
    mutable: true,
    permitIds: [...new Set(wanted.map(({ id }) => id))],
  };
  db.roles.set(role.id, role);
  say(call, 864, (user) => `Role ${name} was added by ${user}`);
  return role;
}

/** Changes the name and description of a role that people have made. */
export function updateRole(call: Call, role: RoleRow): RoleRow {
  const { body } = call;
  checkMutable(role, 'edit');
  const name = text(body, 'name') ?? role.name;
  checkName(call, name, 'edit', role);
  if ((flag(body, 'administrative') ?? role.administrative) !== role.administrative) {
    throw refused(400, 'Cannot edit Role. Changing Role type is not allowed.');
  }
  role.name = name;
  role.description = text(body, 'description') ?? role.description;
  say(call, 856, (user) => `${user} Role was updated to the ${name} Role`);
  return role;
}

/** Removes a role that nobody has. */
export function removeRole(call: Call, role: RoleRow): void {
  const { db } = call;
  checkMutable(role, 'remove');
  if (db.permissions.some(({ roleId }) => roleId === role.id)) {
    throw refused(
      409,
      'One or more Permissions is still associated with Role.\n- Please remove all Permissions first.',
    );
  }
  db.roles.delete(role.id);
  say(call, 858, (user) => `Role ${role.name} removed from ${user}`);
}

export function addPermit(call: Call, role: RoleRow): Permit {
  const permit = permitIn(call.body);
  checkMutable(role, 'attach');
  if (role.permitIds.includes(permit.id)) {
    throw refused(409, 'Cannot attach action group to Role. This action group is already attached to Role.');
  }
  if (permit.administrative && !role.administrative) {
    throw refused(409, "Cannot add administrator's action group to a User Role.");
  }
  role.permitIds = [...role.permitIds, permit.id];
  say(call, 860, (user) => `Action group ${permit.name.toUpperCase()} was attached to Role ${role.name} by ${user}`);
  return permit;
}

export function removePermit(call: Call, role: RoleRow, permit: Permit): void {
  checkMutable(role, 'detach');
  role.permitIds = role.permitIds.filter((id) => id !== permit.id);
  say(call, 862, (user) => `Action group ${permit.name.toUpperCase()} was detached from Role ${role.name} by ${user}`);
}
