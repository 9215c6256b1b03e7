/** Storage connections: how hosts reach a file server, kept apart from the domains that lie behind them. */
import { uuid } from '../../../ovirt/ids.ts';
import type { ExportAddress } from '../../../ovirt/vdsm/file-domain.ts';
import { connectExport } from '../../../ovirt/vdsm/file-domain.ts';
import type { Lab, LabHost } from '../../../types.ts';
import type { EngineDatabase, HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import type { Told } from '../database/events.ts';
import { tell } from '../database/events.ts';
import type { ConnectionRow, NfsConnectionRow } from '../database/storage-connections.ts';
import { domainsBehind, exportAddress } from '../database/storage-connections.ts';
import { vdsmAnswers } from '../monitor/hosts.ts';
import type { ServerTrouble } from '../monitor/storage-servers.ts';
import { disconnectServer } from '../monitor/storage-servers.ts';
import type { Call } from '../routing/call.ts';
import { ApiFault, incomplete, notModelled, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { number, part, text } from '../wire/values.ts';
import { findHost } from './find.ts';
import { storageTimes } from './storage-times.ts';

/** What vdsm's codes are in the engine's words (VdsmErrors.properties). */
export const troubleTexts: Readonly<Record<ServerTrouble, string>> = {
  iSCSISetupError: 'Failed to setup iSCSI subsystem',
  ISCSI_LOGIN_AUTH_ERROR: 'Failed to login to iSCSI node due to authorization failure',
  ProblemWhileTryingToMountTarget: 'Problem while trying to mount target',
  StorageServerAccessPermissionError:
    'Permission settings on the specified path do not allow access to the storage.\nVerify permission settings on the specified storage path.',
};

/** Virtual seconds until mount.nfs gives up on a server that does not answer. */
const MOUNT_PATIENCE = 125;

/** Tells what vdsm said about a connection; gives it in the engine's words. */
export function tellTrouble(
  lab: Lab,
  db: EngineDatabase,
  connection: string,
  trouble: ServerTrouble,
  about: Omit<Told, 'code' | 'text'> = {},
): string {
  const text = `The error message for connection ${connection} returned by VDSM was: ${troubleTexts[trouble]}`;
  tell(lab, db, { ...about, code: 996, text });
  return troubleTexts[trouble];
}

/** A host mounts an export for the engine, or the request is refused in vdsm's words. */
async function connect({ lab, db, run, correlationId }: Call, machine: LabHost, from: ExportAddress): Promise<void> {
  await run.sleep(storageTimes.connect);
  const trouble = connectExport(machine, from);
  if (trouble === undefined) return;
  const server = lab.nfs.find((one) => machine.resolve(from.address).includes(one.address));
  if (!server?.answering) await run.sleep(MOUNT_PATIENCE);
  throw refused(400, tellTrouble(lab, db, `${from.address}:${from.path}`, trouble, { correlationId }));
}

/** Names that vdsm sets itself, so that nobody else may. */
const MANAGED = /^(timeo|retrans|vfs_type|protocol_version|nfsvers|vers|minorversion|addr|clientaddr)$/i;

/** NfsMountPointConstraint: a name or an address, and an absolute path. */
function checkForm({ address, path, mountOptions = '' }: NfsConnectionRow): void {
  if (!/^[\w.-]+$/.test(address) || !/^\/[^\s]*$/.test(path)) {
    throw refused(409, 'Mount path is illegal, please use [IP:/path or FQDN:/path] convention.');
  }
  const managed = mountOptions
    .split(',')
    .map((option) => option.replace(/=.*/, ''))
    .filter((name) => MANAGED.test(name));
  if (managed.length === 0) return;
  throw refused(
    409,
    `Cannot add Storage Connection. Custom mount options contain the following duplicate managed options: ${managed.join(', ')}.`,
  );
}

/** The connection that a body describes, in the attributes of a domain's storage or of a connection. */
export function nfsConnection(call: Call, body: Entity): NfsConnectionRow {
  return {
    id: uuid(call.lab),
    type: 'nfs',
    address: text(body, 'address') ?? '',
    path: text(body, 'path') ?? '',
    version: text(body, 'nfs_version'),
    timeo: number(body, 'nfs_timeo'),
    retrans: number(body, 'nfs_retrans'),
    mountOptions: text(body, 'mount_options'),
  };
}

/** Keeps a connection in the database; with a host only when that one can use it. */
export async function saveConnection(call: Call, row: NfsConnectionRow, host?: HostRow): Promise<void> {
  const { lab, db } = call;
  checkForm(row);
  const same = [...db.storageConnections.values()].find(
    (one) => one.type === 'nfs' && one.address === row.address && one.path === row.path,
  );
  if (same) {
    const [domain] = domainsBehind(db, same);
    throw refused(
      409,
      `Cannot add Storage Connection. Storage connection ${same.id} already exists for ${domain?.name ?? ''}.`,
    );
  }
  if (host) {
    if (host.status !== 'up') throw refused(409, 'Cannot add storage server connection when Host status is not up');
    const machine = machineAt(lab, host.address);
    if (!vdsmAnswers(machine)) throw refused(400, 'Network error during communication with the Host.');
    await connect(call, machine, exportAddress(row));
  }
  db.storageConnections.set(row.id, row);
}

export async function addConnection(call: Call): Promise<ConnectionRow> {
  const { body, db } = call;
  const type = text(body, 'type');
  if (type === undefined) throw incomplete('StorageConnection [type] required for add');
  if (type !== 'nfs') throw notModelled(`a storage connection of type ${type}`);
  const lacking = ['address', 'path'].filter((name) => !text(body, name));
  if (lacking.length > 0) throw incomplete(`StorageConnection [${lacking.join(', ')}] required for add`);
  const host = part(body, 'host');
  const row = nfsConnection(call, body);
  await saveConnection(call, row, host && findHost(db, host));
  call.lab.changed('storage connection added');
  return row;
}

/** Takes a connection out of the database, and with a host out of that one; domains must not lie behind it. */
export function removeConnection(call: Call, row: ConnectionRow): void {
  const { lab, db, query } = call;
  const used = domainsBehind(db, row);
  if (used.length > 0) {
    const names = used.map((domain) => domain.name).join(',');
    throw refused(
      409,
      `Cannot remove Storage Connection. Storage connection parameters are used by the following storage domains : ${names}.`,
    );
  }
  const wanted = query.get('host');
  if (wanted !== null) {
    const host = findHost(db, db.hosts.has(wanted) ? { id: wanted } : { name: wanted });
    const machine = machineAt(lab, host.address);
    if (machine) disconnectServer(machine, row);
  }
  db.storageConnections.delete(row.id);
  lab.changed('storage connection removed');
}

export const knownConnection = (db: EngineDatabase, id: string): ConnectionRow => {
  const row = db.storageConnections.get(id);
  if (!row) throw new ApiFault(404, 'Operation Failed', `Entity not found: StorageServerConnection: id=${id}`, true);
  return row;
};

/** A host begins to use a connection that the engine has already. */
export async function connectKnown(call: Call, host: HostRow, row: NfsConnectionRow): Promise<void> {
  const machine = machineAt(call.lab, host.address);
  if (!vdsmAnswers(machine)) throw refused(400, 'Network error during communication with the Host.');
  await connect(call, machine, exportAddress(row));
}
