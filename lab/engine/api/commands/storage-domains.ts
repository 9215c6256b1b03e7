import { uuid } from '../../../ovirt/ids.ts';
import { createBlockDomain, domainOn, inUse, sees } from '../../../ovirt/vdsm/block-domain.ts';
import { disconnectExport } from '../../../ovirt/vdsm/file-domain.ts';
import { connectDomain, formatDomain, reaches, renameDomain } from '../../../ovirt/vdsm/storage-domain.ts';
import type { LabHost, Lun } from '../../../types.ts';
import type { HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { tell, userName } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import { connectionsOf, exportAddress } from '../database/storage-connections.ts';
import type { DomainRow } from '../database/storage-domains.ts';
import { newDomain, statusWord, vdsmDomain } from '../database/storage-domains.ts';
import { vdsmAnswers } from '../monitor/hosts.ts';
import type { Call } from '../routing/call.ts';
import { queryFlag } from '../routing/call.ts';
import { ApiFault, incomplete, notModelled, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { flag, isEntity, isList, part, text } from '../wire/values.ts';
import { domainSettings, refuseTakenName } from './domain-settings.ts';
import { findHost } from './find.ts';
import { addNfsDomain } from './nfs-domains.ts';
import { storageTimes } from './storage-times.ts';

const INACCESSIBLE =
  'The relevant Storage Domain is inaccessible.\n-Please handle Storage Domain issues and retry the operation.';
/** What vdsm says, in the engine's words, about a LUN that holds something or cannot be reached. */
const DEVICE =
  'Physical device initialization failed. Please check that the device is empty and accessible by the host.';

function lacking(body: Entity): string[] {
  const host = part(body, 'host');
  return [
    ...(text(host, 'id') || text(host, 'name') ? [] : ['host.id|name']),
    ...(text(body, 'type') ? [] : ['type']),
    ...(part(body, 'storage') ? [] : ['storage']),
  ];
}

/** WWIDs of a body: beside the storage's type, or within its volume group. */
function wantedLuns(storage: Entity): string[] {
  const given = storage.logical_units ?? part(storage, 'volume_group')?.logical_units;
  const units = isList(given) ? given.filter(isEntity) : [];
  return units.map((unit) => {
    const id = text(unit, 'id');
    if (!id) throw incomplete('LogicalUnit [id] required for add');
    return id;
  });
}

/** LUNs that the engine knows as those of a domain, with its name. */
function checkFree(call: Call, wwids: readonly string[]): void {
  const taken = [...call.db.storageDomains.values()].filter(({ lun }) => lun !== undefined && wwids.includes(lun));
  if (taken.length === 0) return;
  const list = taken.map((domain) => `${domain.lun} (${domain.name})`).join(', ');
  throw refused(409, `Cannot add Storage. The following LUNs are already part of existing storage domains: ${list}.`);
}

/** The host that does the work; it has to be up, and its vdsm has to answer. */
function worker(row: HostRow, machine: LabHost | undefined): LabHost {
  if (row.status !== 'up') {
    throw refused(409, 'Cannot add Storage. Operation can be performed only when Host status is Up.');
  }
  if (!vdsmAnswers(machine)) throw refused(400, 'Network error during communication with the Host.');
  return machine;
}

/** The LUN as vdsm on the host would take it: it has to reach it, and find it idle, and empty unless it may overwrite. */
function usableLun(host: LabHost, wwid: string, override: boolean): Lun {
  const lun = host.lab.luns.find((one) => one.wwid === wwid);
  const open = lun?.group?.volumes.some((volume) => volume.active.has(host.name)) === true;
  if (!lun || !sees(host, lun) || open || (inUse(lun) && !override)) throw refused(400, DEVICE);
  return lun;
}

/** Takes a domain in that lies on a LUN already, and that no engine knows. */
function importDomain(call: Call, machine: LabHost, id: string | undefined): DomainRow {
  const { lab, db } = call;
  if (id === undefined) throw incomplete('StorageDomain [id] required for add');
  const known = lab.luns.find((lun) => domainOn(lun)?.id === id && sees(machine, lun));
  const domain = known && domainOn(known);
  if (!known || !domain || db.storageDomains.has(id)) {
    throw new ApiFault(404, 'Operation Failed', `Storage Domain id ${id} Does not exists`, true);
  }
  const row = newDomain({
    ...{ id, name: domain.name, type: 'fcp', lun: known.wwid, connectionIds: [] },
    diskProfileId: uuid(lab),
  });
  row.status = 'unattached';
  db.storageDomains.set(id, row);
  return row;
}

/** Makes a domain through a host; the request stays open until it is there, unattached. */
export async function addStorageDomain(call: Call): Promise<DomainRow> {
  const { db, body } = call;
  const missing = lacking(body);
  if (missing.length > 0) throw incomplete(`StorageDomain [${missing.join(', ')}] required for add`);
  const row = findHost(db, part(body, 'host') ?? {});
  const storage = part(body, 'storage') ?? {};
  const connection = db.storageConnections.get(text(storage, 'id') ?? '');
  const type = text(storage, 'type') ?? connection?.type;
  if (type === undefined) throw incomplete('StorageDomain [storage.type] required for add');
  if (text(body, 'type') !== 'data') throw notModelled(`a ${text(body, 'type')} domain`);
  if (type === 'nfs') return addNfsDomain(call, row, worker(row, machineAt(call.lab, row.address)));
  if (type === 'fcp') return addSanDomain(call, row, storage);
  throw notModelled(`a domain on ${type}`);
}

async function addSanDomain(call: Call, row: HostRow, storage: Entity): Promise<DomainRow> {
  const { lab, db, run, body, correlationId } = call;
  const name = text(body, 'name');
  const importing = flag(body, 'import') === true;
  if (name !== undefined && !importing) refuseTakenName(call, 'add', name);
  if (!name && !importing) throw incomplete('StorageDomain [name] required for add');
  const machine = worker(row, machineAt(lab, row.address));
  const user = userName(call.user);
  const about = { correlationId, user };
  if (importing) {
    const imported = importDomain(call, machine, text(body, 'id'));
    const told = `Storage Domain ${imported.name} was added by ${user}`;
    tell(lab, db, { ...about, code: 956, storageDomain: imported, text: told });
    lab.changed(`storage domain ${imported.name} imported`);
    return imported;
  }
  const wwids = wantedLuns(storage);
  if (wwids.length === 0) throw refused(400, 'Volume Group (VGs) and Logical Volumes (LVs) are not specified.');
  checkFree(call, wwids);
  const [wwid = ''] = wwids;
  if (wwids.length > 1) throw notModelled('a domain on several LUNs');
  const made = newDomain({
    ...{ id: uuid(lab), name: name ?? '', type: 'fcp', lun: wwid, connectionIds: [] },
    diskProfileId: uuid(lab),
  });
  Object.assign(made, domainSettings(body, made));
  const job = startJob(lab, db, { description: `Adding SAN Storage Domain ${made.name}`, correlationId });
  db.storageDomains.set(made.id, made);
  try {
    await run.sleep(storageTimes.connect);
    const lun = usableLun(machine, wwid, flag(storage, 'override_luns') === true);
    await run.sleep(storageTimes.createDomain);
    if (!vdsmAnswers(machine) || !sees(machine, lun)) throw refused(400, DEVICE);
    createBlockDomain(machine, lun, { id: made.id, name: made.name });
  } catch (error) {
    db.storageDomains.delete(made.id);
    if (run.ended) throw error;
    const told = `Failed to add Storage Domain ${made.name}. (User: ${user})`;
    tell(lab, db, { ...about, code: 957, text: told });
    endJob(lab, job, 'failed');
    throw error;
  }
  made.status = 'unattached';
  const told = `Storage Domain ${made.name} was added by ${user}`;
  tell(lab, db, { ...about, code: 956, storageDomain: made, text: told });
  endJob(lab, job, 'finished');
  lab.changed(`storage domain ${made.name} on ${wwid}`);
  return made;
}

/** Changes what can be changed while the domain works: its name and its limits. */
export function updateStorageDomain(call: Call, row: DomainRow): DomainRow {
  const { lab, db, body, correlationId } = call;
  const name = text(body, 'name') ?? row.name;
  refuseTakenName(call, 'edit', name, row);
  const units = wantedLuns(part(body, 'storage') ?? {});
  if (units.some((wwid) => wwid !== row.lun)) throw notModelled('extending a storage domain');
  Object.assign(row, domainSettings(body, row), { name });
  const domain = vdsmDomain(lab, row);
  if (domain && domain.name !== name) renameDomain(domain, name);
  const user = userName(call.user);
  const told = `Storage Domain ${name} was updated by ${user}`;
  tell(lab, db, { code: 958, storageDomain: row, correlationId, user, text: told });
  lab.changed(`storage domain ${name} updated`);
  return row;
}

/** The domain's connection goes with it, and so do the mounts that hosts have by it. */
function forgetDomain({ lab, db }: Call, row: DomainRow): void {
  db.storageDomains.delete(row.id);
  for (const connection of connectionsOf(db, row)) {
    for (const host of lab.hosts.values()) disconnectExport(host, exportAddress(connection));
    db.storageConnections.delete(connection.id);
  }
}

/** Takes a domain out of the engine: with its host formatting it or leaving it as it is, or out of the database alone. */
export async function removeStorageDomain(call: Call, row: DomainRow): Promise<Job> {
  if (queryFlag(call.query, 'destroy') === true) return destroy(call, row);
  const { lab, db, run, correlationId } = call;
  const host = call.query.get('host');
  if (host === null || host === '') throw new ApiFault(400, 'host parameter is missing', undefined, true);
  const by = findHost(db, db.hosts.has(host) ? { id: host } : { name: host });
  if (by.status !== 'up') throw refused(409, `Cannot remove Storage. Host ${by.name} is not up.`);
  if (row.dataCenterId !== undefined) throw refused(409, `Cannot remove Storage. ${INACCESSIBLE}`);
  if (row.status !== 'unattached') throw busy('remove');
  const machine = machineAt(lab, by.address);
  const user = userName(call.user);
  const job = startJob(lab, db, { description: `Removing Storage Domain ${row.name}`, correlationId });
  if (queryFlag(call.query, 'format') === true) {
    Object.assign(row, { before: 'unattached', status: 'locked' });
    await run.sleep(storageTimes.format);
    const domain = vdsmDomain(lab, row);
    if (!vdsmAnswers(machine) || !domain || !reaches(machine, domain) || connectDomain(machine, domain) !== undefined) {
      row.status = 'unattached';
      const failed = `Failed to remove Storage Domain ${row.name}. (User: ${user})`;
      tell(lab, db, { code: 961, storageDomain: row, correlationId, user, text: failed });
      endJob(lab, job, 'failed');
      throw refused(400, 'Error formatting a storage domain');
    }
    formatDomain(lab, domain);
  }
  forgetDomain(call, row);
  tell(lab, db, { code: 960, correlationId, user, text: `Storage Domain ${row.name} was removed by ${user}` });
  endJob(lab, job, 'finished');
  lab.changed(`storage domain ${row.name} removed`);
  return job;
}

export const busy = (doing: string): ApiFault =>
  refused(409, `Cannot ${doing} Storage. Related operation is currently in progress. Please try again later.`);

function destroy(call: Call, row: DomainRow): Job {
  const { lab, db, correlationId } = call;
  if (row.status === 'active') {
    throw refused(409, `Cannot destroy Storage. The relevant Storage Domain's status is ${statusWord(row.status)}.`);
  }
  const others = [...db.storageDomains.values()].filter((one) => one !== row && one.dataCenterId === row.dataCenterId);
  if (row.master && row.dataCenterId !== undefined && others.length > 0) {
    throw refused(
      409,
      'Cannot destroy the master Storage Domain from the Data Center without another active Storage Domain to take its place.\n-Either activate another Storage Domain in the Data Center, or remove the Data Center.\n-If you have problems with the master Data Domain, consider following the recovery process described in the documentation, or contact your system administrator.',
    );
  }
  const user = userName(call.user);
  const description = `Removing Storage Domain ${row.name} (Force Remove) from Data Center ${db.dataCenters.get(row.dataCenterId ?? '')?.name ?? ''}`;
  const job = startJob(lab, db, { description, correlationId });
  forgetDomain(call, row);
  tell(lab, db, { code: 981, correlationId, user, text: `Storage Domain ${row.name} was forcibly removed by ${user}` });
  endJob(lab, job, 'finished');
  lab.changed(`storage domain ${row.name} destroyed`);
  return job;
}
