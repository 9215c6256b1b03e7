import { uuid } from '../../../ovirt/ids.ts';
import type { StorageDomain } from '../../../ovirt/vdsm/storage-domain.ts';
import { allocation, createVolume, fits } from '../../../ovirt/vdsm/volumes.ts';
import type { DiskRow } from '../database/disks.ts';
import { vmsWith } from '../database/disks.ts';
import { tell, userName } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { startJob } from '../database/jobs.ts';
import { vmStatus } from '../database/placement.ts';
import type { DomainRow } from '../database/storage-domains.ts';
import { statusWord, vdsmDomain } from '../database/storage-domains.ts';
import { templateWith } from '../database/templates.ts';
import type { VmRow } from '../database/vms.ts';
import { dataCenterStatus } from '../monitor/spm.ts';
import type { Call } from '../routing/call.ts';
import { ApiFault, incomplete, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { flag, isEntity, isList, number, text } from '../wire/values.ts';
import { finishTask } from './disk-tasks.ts';
import { storageTimes } from './storage-times.ts';

/** The domain that a body names; only the first of a list counts. */
function wantedDomain(call: Call, body: Entity): DomainRow {
  const [first] = isList(body.storage_domains) ? body.storage_domains.filter(isEntity) : [];
  if (!first) throw refused(400, "Cannot add Virtual Disk. Storage Domain hasn't been specified.");
  const [id, name] = [text(first, 'id'), text(first, 'name')];
  const rows = [...call.db.storageDomains.values()];
  const row = rows.find((one) => (id === undefined ? one.name === name : one.id === id));
  if (row) return row;
  if (id !== undefined) throw refused(400, "Cannot add Virtual Disk. Storage Domain doesn't exist.");
  throw new ApiFault(404, 'Operation Failed', `Entity not found: ${name ?? ''}`, true);
}

function checkDomain(call: Call, row: DomainRow): void {
  const dataCenter = call.db.dataCenters.get(row.dataCenterId ?? '');
  const known = dataCenter !== undefined && dataCenterStatus(call.db, dataCenter) === 'up';
  const status = row.status === 'active' && !known ? 'unknown' : row.status;
  if (status === 'active') return;
  throw refused(409, `Cannot add Virtual Disk. The relevant Storage Domain's status is ${statusWord(status)}.`);
}

/** A block domain has thin volumes as qcow2 and raw ones of full size, nothing else; files can be raw and thin as well. */
function layout(body: Entity, format: 'raw' | 'cow', kind: StorageDomain['kind']): boolean {
  const sparse = flag(body, 'sparse') ?? (format === 'cow' || kind === 'file');
  if (sparse === (format === 'cow') || (sparse && kind === 'file')) return sparse;
  const words = `${format.toUpperCase()} ${sparse ? 'Sparse' : 'Preallocated'}`;
  throw refused(
    409,
    `Cannot add Virtual Disk. Disk configuration (${words}) is incompatible with the storage domain type.`,
  );
}

/** Makes a disk: its volume at once, the disk itself locked until the storage pool's leader has finished. */
export function addDisk(call: Call, body: Entity, forVm?: { readonly id: string; readonly name: string }): DiskRow {
  const { lab, db, run, correlationId } = call;
  const size = number(body, 'provisioned_size');
  const format = text(body, 'format') as 'raw' | 'cow' | undefined;
  const lacking = [...(size === undefined ? ['provisionedSize'] : []), ...(format === undefined ? ['format'] : [])];
  if (size === undefined || format === undefined) throw incomplete(`Disk [${lacking.join(', ')}] required for add`);
  const row = wantedDomain(call, body);
  checkDomain(call, row);
  const domain = vdsmDomain(lab, row);
  const sparse = layout(body, format, domain?.kind ?? 'block');
  const initial = number(body, 'initial_size');
  const wanted = { format, sparse, capacity: size, initial };
  if (!domain || !fits(domain, allocation(domain, wanted) + row.criticalSpace * 1024 ** 3)) {
    throw refused(409, `Cannot add Virtual Disk. Low disk space on Storage Domain ${row.name}.`);
  }
  const id = text(body, 'id') ?? uuid(lab);
  const imageId = text(body, 'image_id') ?? uuid(lab);
  if (db.disks.has(id)) throw refused(409, 'Cannot add Virtual Disk. Disk with the same ID already exists.');
  if (domain.volumes.has(imageId)) throw refused(400, 'Volume already exists');
  const disk: DiskRow = {
    id,
    imageId,
    alias: text(body, 'alias') ?? text(body, 'name') ?? '',
    description: text(body, 'description') ?? '',
    provisionedSize: size,
    format,
    sparse,
    contentType: text(body, 'content_type') ?? 'data',
    domainId: row.id,
    shareable: flag(body, 'shareable') ?? false,
    wipeAfterDelete: flag(body, 'wipe_after_delete') ?? row.wipeAfterDelete,
    status: 'locked',
  };
  createVolume(lab, domain, { id: imageId, image: id, ...wanted });
  db.disks.set(id, disk);
  const user = userName(call.user);
  const job = startJob(lab, db, { description: 'Adding Disk', correlationId });
  disk.task = { kind: 'add', correlationId, user, job, vm: forVm };
  tell(lab, db, {
    correlationId,
    user,
    vm: forVm,
    storageDomain: { id: row.id, name: row.name },
    code: forVm ? 78 : 2020,
    text: forVm
      ? `Add-Disk operation of ${disk.alias} was initiated on VM ${forVm.name} by ${user}.`
      : `Add-Disk operation of '${disk.alias}' was initiated by ${user}.`,
  });
  lab.changed(`disk ${disk.alias} on ${row.name}`);
  run.inBackground(async () => {
    await run.sleep(storageTimes.createDisk);
    finishTask(lab, db, disk);
  });
  return disk;
}

/** VMs that are not down hold their plugged disks. */
export function checkIdle(call: Call, doing: string, disk: DiskRow): void {
  const { lab, db } = call;
  if (disk.status === 'locked') {
    throw refused(
      409,
      `Cannot ${doing} Virtual Disk. Related operation is currently in progress. Please try again later.`,
    );
  }
  const plugged = (vm: VmRow): boolean =>
    db.diskAttachments.some((one) => one.active && one.diskId === disk.id && one.vmId === vm.id);
  const running = vmsWith(db, disk).filter((vm) => plugged(vm) && vmStatus(lab, db, vm) !== 'down');
  if (running.length === 0) return;
  throw refused(
    409,
    `Cannot ${doing} Virtual Disk. The disk ${disk.alias} is plugged to non-Down VMs: ${running.map((vm) => vm.name).join(', ')}`,
  );
}

/** Removes a disk with its volume, and takes it out of the VMs that have it. */
export function removeDisk(call: Call, disk: DiskRow): Job {
  if (templateWith(call.db, disk)) {
    throw refused(409, 'Cannot remove Virtual Disk. The image is the only remaining copy of a Template disk.');
  }
  checkIdle(call, 'remove', disk);
  const drives = [...call.db.vms.values()].filter((vm) => vm.cd === disk.id).map((vm) => vm.name);
  if (drives.length > 0) {
    throw refused(
      409,
      `Cannot remove Virtual Disk. The disk is an ISO disk attached as CDROM to the following VMs/Templates: ${drives.join(',')}.`,
    );
  }
  return deleteDisk(call, disk, { user: userName(call.user), correlationId: call.correlationId });
}

/** The removal itself, whoever decided on it: the disk is locked, and gone when its volume is. */
export function deleteDisk(
  { lab, db, run }: Pick<Call, 'lab' | 'db' | 'run'>,
  disk: DiskRow,
  by: { readonly user: string; readonly correlationId: string },
): Job {
  const job = startJob(lab, db, {
    description: `Removing Disk ${disk.alias}`,
    correlationId: by.correlationId,
  });
  disk.status = 'locked';
  disk.task = { kind: 'remove', ...by, job };
  run.inBackground(async () => {
    await run.sleep(storageTimes.removeDisk);
    finishTask(lab, db, disk);
  });
  return job;
}
