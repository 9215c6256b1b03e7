import { disconnectDomain, enrolDomain } from '../../../ovirt/vdsm/storage-domain.ts';
import type { DataCenterRow } from '../database/data-centers.ts';
import { hostsOf } from '../database/data-centers.ts';
import { machineAt, removeVmRow } from '../database/database.ts';
import { vmsWith } from '../database/disks.ts';
import { tell, userName } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import { vmStatus } from '../database/placement.ts';
import type { DomainRow } from '../database/storage-domains.ts';
import { domainsOf, inProcess, masterOf, statusWord, vdsmDomain } from '../database/storage-domains.ts';
import { movesImages } from '../database/transfers.ts';
import { dataCenterStatus } from '../monitor/spm.ts';
import type { Call } from '../routing/call.ts';
import { ApiFault, notGiven, refused } from '../wire/fault.ts';
import { text } from '../wire/values.ts';
import { connectAll, releaseAll, upHosts } from './domain-hosts.ts';
import { busy } from './storage-domains.ts';
import { storageTimes } from './storage-times.ts';

const INACCESSIBLE =
  'The relevant Storage Domain is inaccessible.\n-Please handle Storage Domain issues and retry the operation.';
const NO_MASTER =
  'due to an error on the Data Center master Storage Domain.\n-Please activate the master Storage Domain first.';

const illegal = (doing: string, row: DomainRow): ApiFault =>
  inProcess.has(row.status)
    ? busy(doing)
    : refused(409, `Cannot ${doing} Storage. The relevant Storage Domain's status is ${statusWord(row.status)}.`);

function wanted(call: Call): DomainRow {
  const { db, body } = call;
  const [id, name] = [text(body, 'id'), text(body, 'name')];
  if (id === undefined && name === undefined) {
    throw notGiven("Parameters 'storage_domain.id' or 'storage_domain.name' are mandatory but both were not provided.");
  }
  const row = [...db.storageDomains.values()].find((one) => (id === undefined ? one.name === name : one.id === id));
  if (row) return row;
  if (id !== undefined) throw refused(400, "Cannot attach Storage. Storage Domain doesn't exist.");
  throw new ApiFault(404, 'Operation Failed', `Entity not found: Storage: name=${name ?? ''}`, true);
}

const about = (call: Call, row: DomainRow, dataCenter: DataCenterRow) => ({
  storageDomain: { id: row.id, name: row.name },
  dataCenter,
  correlationId: call.correlationId,
  user: userName(call.user),
});

const place = (row: DomainRow, dataCenter: DataCenterRow): string =>
  `Storage Domain ${row.name} (Data Center ${dataCenter.name})`;

async function bringUp(call: Call, dataCenter: DataCenterRow, row: DomainRow): Promise<boolean> {
  const { lab, db, run } = call;
  Object.assign(row, { before: row.status, status: 'activating' });
  await run.sleep(storageTimes.activate);
  const user = userName(call.user);
  if (!connectAll(call, dataCenter, row)) {
    row.status = 'inactive';
    const failed = `Failed to activate ${place(row, dataCenter)} by ${user}`;
    tell(lab, db, { ...about(call, row, dataCenter), code: 967, text: failed });
    return false;
  }
  row.status = 'active';
  const told = `${place(row, dataCenter)} was activated by ${user}`;
  tell(lab, db, { ...about(call, row, dataCenter), code: 966, text: told });
  lab.changed(`storage domain ${row.name} active`);
  return true;
}

/** The first domain of a data center gives it its pool, and a host that leads it. */
function initialise(call: Call, dataCenter: DataCenterRow, row: DomainRow): void {
  const { lab, db } = call;
  row.master = true;
  const [leader] = upHosts(call, dataCenter).sort((a, b) => b.spmPriority - a.spmPriority);
  Object.assign(dataCenter.spm, { hostId: leader?.id, state: 'contending', since: lab.clock.now() });
  const told = `Storage Domains were attached to Data Center ${dataCenter.name} by ${userName(call.user)}`;
  tell(lab, db, { ...about(call, row, dataCenter), code: 1002, text: told });
}

/** Attaches a domain to a data center and activates it; the request stays open until both are done. */
export async function attachDomain(call: Call, dataCenter: DataCenterRow): Promise<DomainRow> {
  const { lab, db, run, correlationId } = call;
  const row = wanted(call);
  if (upHosts(call, dataCenter).length === 0) {
    throw refused(409, 'Cannot attach Storage. There is no active Host in the Data Center.');
  }
  if (row.dataCenterId !== undefined) throw refused(409, `Cannot attach Storage. ${INACCESSIBLE}`);
  if (row.status !== 'unattached') throw busy('attach');
  const first = dataCenterStatus(db, dataCenter) === 'uninitialized';
  if (first && domainsOf(db, dataCenter).length > 0) throw busy('attach');
  if (!first && masterOf(db, dataCenter)?.status !== 'active') {
    throw refused(409, `Failed to attach Storage ${NO_MASTER}`);
  }
  const user = userName(call.user);
  const description = `Attaching Storage Domain ${row.name} to Data Center ${dataCenter.name}`;
  const job = startJob(lab, db, { description, correlationId });
  Object.assign(row, { dataCenterId: dataCenter.id, before: 'unattached', status: 'locked' });
  await run.sleep(storageTimes.attach);
  const domain = vdsmDomain(lab, row);
  if (!domain || !connectAll(call, dataCenter, row)) {
    Object.assign(row, { dataCenterId: undefined, status: 'unattached' });
    const failed = `Failed to attach Storage Domain ${row.name} to Data Center ${dataCenter.name}. (User: ${user})`;
    tell(lab, db, { ...about(call, row, dataCenter), code: 963, text: failed });
    endJob(lab, job, 'failed');
    throw refused(400);
  }
  row.status = 'maintenance';
  if (first) initialise(call, dataCenter, row);
  enrolDomain(domain, { pool: dataCenter.id, master: row.master });
  const told = `Storage Domain ${row.name} was attached to Data Center ${dataCenter.name} by ${user}`;
  tell(lab, db, { ...about(call, row, dataCenter), code: 962, text: told });
  lab.changed(`storage domain ${row.name} attached`);
  await run.sleep(1);
  await bringUp(call, dataCenter, row);
  endJob(lab, job, 'finished');
  return row;
}

/** Activates an attached domain; the answer comes when it is active. */
export async function activateDomain(call: Call, dataCenter: DataCenterRow, row: DomainRow): Promise<Job> {
  const { lab, db, correlationId } = call;
  if (!['maintenance', 'inactive'].includes(row.status)) throw illegal('activate', row);
  if (!row.master && masterOf(db, dataCenter)?.status !== 'active') {
    throw refused(409, `Failed to activate Storage ${NO_MASTER}`);
  }
  if (upHosts(call, dataCenter).length === 0) {
    throw refused(409, 'Cannot activate Storage. There is no active Host in the Data Center.');
  }
  const description = `Activating Storage Domain ${row.name} on Data Center ${dataCenter.name}`;
  const job = startJob(lab, db, { description, correlationId });
  const done = await bringUp(call, dataCenter, row);
  endJob(lab, job, done ? 'finished' : 'failed');
  if (!done) throw refused(400);
  return job;
}

function checkDeactivation(call: Call, dataCenter: DataCenterRow, row: DomainRow): void {
  const { db } = call;
  if (!['active', 'inactive'].includes(row.status)) throw illegal('deactivate', row);
  if (movesImages(db, row)) {
    throw refused(
      409,
      'Cannot deactivate Storage. Please pause or cancel all active disk uploads and downloads first.',
    );
  }
  if (row.hostedEngine) {
    throw refused(409, 'Cannot deactivate Storage. The storage selected contains the self hosted engine.');
  }
  if (row.master && domainsOf(db, dataCenter).some((one) => one !== row && inProcess.has(one.status))) {
    throw refused(
      409,
      'You are trying to deactivate a Master storage domain while there are locked domains in the Data Center. Please wait for the operations on those domains to finish first.',
    );
  }
}

/** VMs that run with a disk of the domain keep it, and so does work on its disks. */
function checkUsers(call: Call, row: DomainRow): void {
  const { lab, db } = call;
  const disks = [...db.disks.values()].filter((disk) => disk.domainId === row.id);
  const running = disks.flatMap((disk) => vmsWith(db, disk)).filter((vm) => vmStatus(lab, db, vm) !== 'down');
  if (running.length > 0) {
    throw refused(
      409,
      'Cannot deactivate Storage. VMs in a state other than "Down" were detected.\n-Please ensure all VMs associated with this Storage Domain are stopped and in the Down state first.',
    );
  }
  if (disks.some((disk) => disk.status === 'locked')) {
    throw refused(
      409,
      'Cannot deactivate Storage while there are running tasks on this Storage.\n-Tasks running: AddDisk\n-Please wait until tasks will finish and try again.',
    );
  }
}

/** Disks of a domain that leaves are no longer known to the engine, nor are the VMs that have them. */
function forgetDisks(call: Call, row: DomainRow): void {
  const { db } = call;
  for (const disk of [...db.disks.values()].filter((one) => one.domainId === row.id)) {
    for (const vm of vmsWith(db, disk)) removeVmRow(db, vm.id);
    db.disks.delete(disk.id);
    db.diskAttachments = db.diskAttachments.filter((attachment) => attachment.diskId !== disk.id);
  }
}

/** Another active domain becomes the master when the present one goes. */
function handOver(call: Call, dataCenter: DataCenterRow, row: DomainRow): void {
  const next = domainsOf(call.db, dataCenter).find((one) => one !== row && one.status === 'active');
  if (!row.master || !next) return;
  for (const [one, master] of [[row, false] as const, [next, true] as const]) {
    one.master = master;
    const domain = vdsmDomain(call.lab, one);
    if (domain) enrolDomain(domain, { pool: dataCenter.id, master });
  }
}

/** Sends a domain to maintenance: it is locked while its OVF is written, then waits until no host uses it any more. */
export function deactivateDomain(call: Call, dataCenter: DataCenterRow, row: DomainRow): Job {
  const { lab, db, run, correlationId } = call;
  checkDeactivation(call, dataCenter, row);
  checkUsers(call, row);
  const description = `Deactivating Storage Domain ${row.name} in Data Center ${dataCenter.name}.`;
  const job = startJob(lab, db, { description, correlationId });
  Object.assign(row, { before: row.status, status: 'locked' });
  lab.changed(`storage domain ${row.name} to maintenance`);
  run.inBackground(async () => {
    await run.sleep(storageTimes.ovfUpdate);
    const last = row.master && !domainsOf(db, dataCenter).some((one) => one !== row && one.status === 'active');
    handOver(call, dataCenter, row);
    Object.assign(row, { before: 'maintenance', status: 'preparing_for_maintenance' });
    const told = last
      ? { code: 1030, text: `${place(row, dataCenter)} was deactivated.` }
      : {
          code: 968,
          text: `${place(row, dataCenter)} was deactivated and has moved to 'Preparing for maintenance' until it will no longer be accessed by any Host of the Data Center.`,
        };
    tell(lab, db, { ...about(call, row, dataCenter), ...told });
    endJob(lab, job, 'finished');
    await run.sleep(storageTimes.release);
    releaseAll(call, dataCenter, row);
    row.status = 'maintenance';
    lab.changed(`storage domain ${row.name} in maintenance`);
  });
  return job;
}

/** Detaches a domain that is in maintenance; disks and VMs on it leave the engine and stay where they are. */
export async function detachDomain(call: Call, dataCenter: DataCenterRow, row: DomainRow): Promise<Job> {
  const { lab, db, run, correlationId } = call;
  if (row.status !== 'maintenance') throw illegal('detach', row);
  const others = domainsOf(db, dataCenter).filter((one) => one !== row);
  if (row.master && others.length > 0) {
    throw refused(
      409,
      'Cannot detach the master Storage Domain from the Data Center while there are other storage domains attached to it.\n-Please try to activate another Storage Domain in the Data Center.',
    );
  }
  if (!row.master && masterOf(db, dataCenter)?.status !== 'active') {
    throw refused(409, `Failed to detach Storage ${NO_MASTER}`);
  }
  const user = userName(call.user);
  const description = `Detaching Storage Domain ${row.name} from Data Center ${dataCenter.name}`;
  const job = startJob(lab, db, { description, correlationId });
  Object.assign(row, { before: 'maintenance', status: 'detaching' });
  await run.sleep(storageTimes.detach);
  const domain = vdsmDomain(lab, row);
  if (domain) {
    enrolDomain(domain, { pool: undefined, master: false });
    for (const host of hostsOf(db, dataCenter)) {
      const machine = machineAt(lab, host.address);
      if (machine) disconnectDomain(machine, domain);
    }
  }
  forgetDisks(call, row);
  Object.assign(row, { dataCenterId: undefined, status: 'unattached', master: false });
  const told = `Storage Domain ${row.name} was detached from Data Center ${dataCenter.name} by ${user}`;
  tell(lab, db, { ...about(call, row, dataCenter), code: 964, text: told });
  endJob(lab, job, 'finished');
  lab.changed(`storage domain ${row.name} detached`);
  return job;
}
