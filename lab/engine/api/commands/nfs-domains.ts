/** Data domains in exports of file servers: made in an empty one, taken in from one that carries a domain. */
import { uuid } from '../../../ovirt/ids.ts';
import type { ExportAddress, FileDomain } from '../../../ovirt/vdsm/file-domain.ts';
import {
  createFileDomain,
  disconnectExport,
  domainsIn,
  exportAt,
  hasRemnants,
} from '../../../ovirt/vdsm/file-domain.ts';
import type { LabHost } from '../../../types.ts';
import type { HostRow } from '../database/database.ts';
import { tell, userName } from '../database/events.ts';
import { endJob, startJob } from '../database/jobs.ts';
import type { NfsConnectionRow } from '../database/storage-connections.ts';
import { domainsBehind, exportAddress } from '../database/storage-connections.ts';
import type { DomainRow } from '../database/storage-domains.ts';
import { newDomain } from '../database/storage-domains.ts';
import { vdsmAnswers } from '../monitor/hosts.ts';
import type { Call } from '../routing/call.ts';
import { incomplete, refused } from '../wire/fault.ts';
import { part, text } from '../wire/values.ts';
import { domainSettings, refuseTakenName } from './domain-settings.ts';
import { connectKnown, knownConnection, nfsConnection, saveConnection } from './storage-connections.ts';
import { storageTimes } from './storage-times.ts';

const NOT_EMPTY =
  'Error in creating a Storage Domain. The selected storage path is not empty (probably contains another Storage Domain). Either remove the existing Storage Domain from this path, or change the Storage path).';

/** The connection that a body names or describes; a new one is kept as soon as the host can use it. */
async function connection(call: Call, host: HostRow): Promise<{ row: NfsConnectionRow; isNew: boolean }> {
  const storage = part(call.body, 'storage') ?? {};
  const id = text(storage, 'id');
  if (id !== undefined) {
    const known = knownConnection(call.db, id);
    if (known.type !== 'nfs') throw refused(409, "Cannot add Storage. Storage connection and domain type don't match.");
    await connectKnown(call, host, known);
    return { row: known, isNew: false };
  }
  const lacking = ['path', 'address'].find((name) => !text(storage, name));
  if (lacking !== undefined) throw incomplete(`HostStorage [${lacking}] required for add`);
  const row = nfsConnection(call, storage);
  await saveConnection(call, row, host);
  return { row, isNew: true };
}

interface Place {
  readonly machine: LabHost;
  readonly row: NfsConnectionRow;
  readonly from: ExportAddress;
}

const about = (call: Call) => ({ correlationId: call.correlationId, user: userName(call.user) });

/** Takes in a domain that lies in the export already; it keeps its own name unless it is given one. */
function takeIn(call: Call, { row: { id: connectionId }, from }: Place, found: FileDomain): DomainRow {
  const { lab, db, body, correlationId } = call;
  if (db.storageDomains.has(found.id)) throw refused(409, 'Cannot add Storage. The Storage Domain already exists.');
  found.from = from;
  const name = text(body, 'name') ?? found.name;
  refuseTakenName(call, 'add', name);
  const row = newDomain({
    ...{ id: found.id, name, type: 'nfs', lun: undefined, connectionIds: [connectionId] },
    diskProfileId: uuid(lab),
  });
  Object.assign(row, domainSettings(body, row), { status: 'unattached' });
  // In other words than where one is made: ExecutionMessages, job.AddExistingFileStorageDomain.
  const job = startJob(lab, db, { description: `Adding File Storage Domain ${row.name}`, correlationId });
  db.storageDomains.set(row.id, row);
  const told = `Storage Domain ${row.name} was added by ${userName(call.user)}`;
  tell(lab, db, { ...about(call), code: 956, storageDomain: row, text: told });
  endJob(lab, job, 'finished');
  lab.changed(`storage domain ${row.name} imported`);
  return row;
}

async function make(call: Call, { machine, row: { id: connectionId }, from }: Place): Promise<DomainRow> {
  const { lab, db, run, body, correlationId } = call;
  const name = text(body, 'name');
  if (!name) throw incomplete('StorageDomain [name] required for add');
  refuseTakenName(call, 'add', name);
  const made = newDomain({
    ...{ id: uuid(lab), name, type: 'nfs', lun: undefined, connectionIds: [connectionId] },
    diskProfileId: uuid(lab),
  });
  Object.assign(made, domainSettings(body, made));
  const job = startJob(lab, db, { description: `Adding NFS Storage Domain ${name} to Data Center`, correlationId });
  db.storageDomains.set(made.id, made);
  const user = userName(call.user);
  try {
    await run.sleep(storageTimes.createDomain);
    const share = exportAt(machine, from);
    if (!vdsmAnswers(machine) || !share) throw refused(400, 'Error creating a storage domain');
    if (hasRemnants(share)) throw refused(400, NOT_EMPTY);
    createFileDomain(share, { id: made.id, name }, from);
  } catch (error) {
    db.storageDomains.delete(made.id);
    if (run.ended) throw error;
    tell(lab, db, { ...about(call), code: 957, text: `Failed to add Storage Domain ${name}. (User: ${user})` });
    endJob(lab, job, 'failed');
    throw error;
  }
  made.status = 'unattached';
  const told = `Storage Domain ${name} was added by ${user}`;
  tell(lab, db, { ...about(call), code: 956, storageDomain: made, text: told });
  endJob(lab, job, 'finished');
  lab.changed(`storage domain ${name} at ${from.address}:${from.path}`);
  return made;
}

/** Mounts the export on the host and makes a domain in it; one that is there already is taken in instead. */
export async function addNfsDomain(call: Call, host: HostRow, machine: LabHost): Promise<DomainRow> {
  const { db } = call;
  const { row, isNew } = await connection(call, host);
  const from = exportAddress(row);
  try {
    const [user] = domainsBehind(db, row);
    if (user) {
      throw refused(
        409,
        `Cannot add Storage. Storage connection parameters are used by the following storage domains : ${user.name}.`,
      );
    }
    const share = exportAt(machine, from);
    const [found] = share ? domainsIn(share) : [];
    return await (found ? takeIn(call, { machine, row, from }, found) : make(call, { machine, row, from }));
  } catch (error) {
    if (isNew && !call.run.ended) {
      db.storageConnections.delete(row.id);
      disconnectExport(machine, from);
    }
    throw error;
  }
}
