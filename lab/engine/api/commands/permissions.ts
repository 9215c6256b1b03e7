import { uuid } from '../../../ovirt/ids.ts';
import { tell, userName } from '../database/events.ts';
import type { PermissionRow } from '../database/permissions.ts';
import { EVERYONE, SYSTEM } from '../database/permissions.ts';
import type { RoleRow } from '../database/roles.ts';
import { SUPER_USER } from '../database/roles.ts';
import type { Call } from '../routing/call.ts';
import { incomplete, refused } from '../wire/fault.ts';
import { part, text } from '../wire/values.ts';

/** The engine's words for kinds of objects in its events. */
const words: Readonly<Record<PermissionRow['kind'], string>> = {
  system: 'System',
  data_center: 'Data Center',
  cluster: 'Cluster',
  host: 'Host',
  storage_domain: 'Storage',
  vm: 'VM',
  disk: 'Disk',
};

function nameOf({ db }: Call, row: Pick<PermissionRow, 'kind' | 'objectId'>): string {
  const rows = {
    system: undefined,
    data_center: db.dataCenters,
    cluster: db.clusters,
    host: db.hosts,
    storage_domain: db.storageDomains,
    vm: db.vms,
    disk: undefined,
  }[row.kind];
  return rows?.get(row.objectId)?.name ?? db.disks.get(row.objectId)?.alias ?? '';
}

function say(call: Call, row: PermissionRow, role: string, given: boolean): void {
  const { lab, db, correlationId } = call;
  const [user, object] = [userName(call.user), words[row.kind]];
  const subject = row.holderId === EVERYONE ? 'Everyone' : 'admin';
  const system = row.kind === 'system';
  const granted = system
    ? `User/Group ${subject} was granted permission for Role ${role} on ${object} by ${user}.`
    : `User/Group ${subject}, Namespace *, Authorization provider: internal-authz was granted permission for Role ${role} on ${object} ${nameOf(call, row)}, by ${user}.`;
  const where = system ? object : `${object} ${nameOf(call, row)}`;
  const taken = `User/Group ${subject} Role ${role} permission was removed from ${where} by ${user}`;
  const code = (given ? 850 : 852) + (system ? 16 : 0);
  tell(lab, db, { code, correlationId, user, text: given ? granted : taken });
  lab.changed(`permission for ${role} ${given ? 'given' : 'taken'}`);
}

function roleIn({ db, body }: Call): RoleRow {
  const given = part(body, 'role');
  const [id, name] = [text(given, 'id'), text(given, 'name')];
  if (id === undefined && name === undefined) throw incomplete('Permission [role.id|name] required for add');
  const found = [...db.roles.values()].find((role) => (id === undefined ? role.name === name : role.id === id));
  if (!found) throw refused(400, 'Cannot add permission, invalid Role id');
  return found;
}

/** Gives somebody a role on an object (engine: AddPermissionCommand). */
export function addPermission(call: Call, on: Pick<PermissionRow, 'kind' | 'objectId'>): PermissionRow {
  const { lab, db, body } = call;
  const role = roleIn(call);
  const holderId = text(part(body, 'user'), 'id') ?? text(part(body, 'group'), 'id');
  if (holderId === undefined) throw incomplete('Permission [user|group.id] required for add');
  // Whom the engine neither knows nor finds in a directory it cannot add, and says no more about it.
  if (holderId !== db.userId && holderId !== EVERYONE) throw refused(400);
  const same = db.permissions.find(
    (one) => one.roleId === role.id && one.holderId === holderId && one.objectId === on.objectId,
  );
  if (same) return same;
  const row: PermissionRow = { id: uuid(lab), roleId: role.id, holderId, ...on };
  db.permissions.push(row);
  say(call, row, role.name, true);
  return row;
}

/** Takes a role back; the last of a super user stays, and what everybody has. */
export function removePermission(call: Call, row: PermissionRow): void {
  const { db } = call;
  const supers = db.permissions.filter(({ roleId }) => roleId === SUPER_USER);
  if (row.roleId === SUPER_USER && supers.length === 1) {
    throw refused(409, 'Cannot remove Permission. The system must have at least one Super User Role defined.');
  }
  if (row.objectId === SYSTEM && row.holderId === EVERYONE) {
    throw refused(409, "It's not allowed to remove system permissions assigned to built-in Everyone group");
  }
  db.permissions.splice(db.permissions.indexOf(row), 1);
  say(call, row, db.roles.get(row.roleId)?.name ?? '', false);
}
