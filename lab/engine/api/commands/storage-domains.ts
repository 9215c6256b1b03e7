import { formatDomain, reaches, renameDomain } from '../../../ovirt/vdsm/storage-domain.ts';
import type { LabHost } from '../../../types.ts';
import type { HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { tell, userName } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import { dropUnused } from '../database/storage-connections.ts';
import type { DomainRow } from '../database/storage-domains.ts';
import { statusWord, vdsmDomain } from '../database/storage-domains.ts';
import { vdsmAnswers } from '../monitor/hosts.ts';
import { connectServers, releaseServers } from '../monitor/storage-servers.ts';
import type { Call } from '../routing/call.ts';
import { queryFlag } from '../routing/call.ts';
import { ApiFault, incomplete, notModelled, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { part, text } from '../wire/values.ts';
import { domainSettings, refuseTakenName } from './domain-settings.ts';
import { findHost } from './find.ts';
import { addNfsDomain } from './nfs-domains.ts';
import { addSanDomain, wantedLuns } from './san-domains.ts';
import { storageTimes } from './storage-times.ts';

const INACCESSIBLE =
  'The relevant Storage Domain is inaccessible.\n-Please handle Storage Domain issues and retry the operation.';
function lacking(body: Entity): string[] {
  const host = part(body, 'host');
  return [
    ...(text(host, 'id') || text(host, 'name') ? [] : ['host.id|name']),
    ...(text(body, 'type') ? [] : ['type']),
    ...(part(body, 'storage') ? [] : ['storage']),
  ];
}

/** The host that does the work; it has to be up, and its vdsm has to answer. */
function worker(row: HostRow, machine: LabHost | undefined): LabHost {
  if (row.status !== 'up') {
    throw refused(409, 'Cannot add Storage. Operation can be performed only when Host status is Up.');
  }
  if (!vdsmAnswers(machine)) throw refused(400, 'Network error during communication with the Host.');
  return machine;
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
  const machine = (): LabHost => worker(row, machineAt(call.lab, row.address));
  if (type === 'nfs') return addNfsDomain(call, row, machine());
  if (type === 'fcp' || type === 'iscsi') return addSanDomain(call, machine, type, storage);
  throw notModelled(`a domain on ${type}`);
}

/** Changes what can be changed while the domain works: its name and its limits. */
export function updateStorageDomain(call: Call, row: DomainRow): DomainRow {
  const { lab, db, body, correlationId } = call;
  const name = text(body, 'name') ?? row.name;
  refuseTakenName(call, 'edit', name, row);
  const units = wantedLuns(part(body, 'storage') ?? {}).map(({ id }) => id);
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

/** The connections go with the last domain behind them, and so does what hosts have by them. */
function forgetDomain({ lab, db }: Call, row: DomainRow): void {
  db.storageDomains.delete(row.id);
  const others = [...db.storageDomains.values()];
  for (const host of lab.hosts.values()) releaseServers(lab, db, host, row, others);
  dropUnused(db, row);
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
    if (vdsmAnswers(machine)) connectServers(db, machine, row);
    if (!vdsmAnswers(machine) || !domain || !reaches(machine, domain)) {
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
