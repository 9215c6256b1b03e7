import { leaveVolume } from '../../../ovirt/vdsm/volumes.ts';
import type { Lab } from '../../../types.ts';
import type { EngineDatabase } from '../database/database.ts';
import type { DiskRow, DiskTask } from '../database/disks.ts';
import { tell } from '../database/events.ts';
import { endJob } from '../database/jobs.ts';
import { vdsmDomain } from '../database/storage-domains.ts';
import { inTransfer } from '../database/transfers.ts';
import { deleteImage } from './disk-images.ts';

function added(lab: Lab, db: EngineDatabase, disk: DiskRow, { correlationId, user, vm }: DiskTask): void {
  const domain = db.storageDomains.get(disk.domainId);
  disk.status = 'ok';
  tell(lab, db, {
    correlationId,
    user,
    vm,
    storageDomain: domain && { id: domain.id, name: domain.name },
    code: vm ? 97 : 2021,
    text: vm
      ? `The disk ${disk.alias} was successfully added to VM ${vm.name}.`
      : `The disk '${disk.alias}' was successfully added.`,
  });
}

function gone(lab: Lab, db: EngineDatabase, disk: DiskRow, { correlationId, user }: DiskTask): void {
  const row = db.storageDomains.get(disk.domainId);
  deleteImage({ lab, db }, disk);
  db.diskAttachments = db.diskAttachments.filter((attachment) => attachment.diskId !== disk.id);
  tell(lab, db, {
    code: 2014,
    correlationId,
    user,
    storageDomain: row && { id: row.id, name: row.name },
    text: `Disk ${disk.alias} was successfully removed from domain ${row?.name ?? ''} (User ${user}).`,
  });
  lab.changed(`disk ${disk.alias} removed`);
}

/** It lies on its new domain; a disk that moved is on its former one no more. */
function arrived(lab: Lab, db: EngineDatabase, disk: DiskRow, task: DiskTask): void {
  const { correlationId, user } = task;
  const to = db.storageDomains.get(task.to ?? '');
  const from = db.storageDomains.get(disk.domainId);
  const domain = from && vdsmDomain(lab, from);
  if (task.kind === 'move' && to) {
    const own = [...(domain?.volumes.values() ?? [])].filter((volume) => volume.image === disk.id);
    for (const volume of own) if (domain) leaveVolume(lab, domain, volume);
    disk.domainId = to.id;
    disk.sparse = vdsmDomain(lab, to)?.volumes.get(disk.imageId)?.sparse ?? disk.sparse;
  }
  disk.status = 'ok';
  const where = `disk ${disk.alias} to domain ${to?.name ?? ''}.`;
  const told =
    task.kind === 'move'
      ? { code: 2010, text: `User ${user} finished moving ${where}` }
      : { code: 2006, text: `User ${user} finished copying ${where}` };
  tell(lab, db, { ...told, correlationId, user, storageDomain: to && { id: to.id, name: to.name } });
  lab.changed(`disk ${disk.alias} on ${to?.name ?? ''}`);
}

/** Takes over what the leader of the storage pool has done for a disk. */
export function finishTask(lab: Lab, db: EngineDatabase, disk: DiskRow): void {
  const { task } = disk;
  if (!task) return;
  disk.task = undefined;
  if (task.kind === 'add') added(lab, db, disk, task);
  else if (task.kind === 'remove') gone(lab, db, disk, task);
  else arrived(lab, db, disk, task);
  if (task.job.status === 'started') endJob(lab, task.job, 'finished');
}

/**
 * The leader of the pool goes on while the engine is away; what it was told to do is done when the engine is back. Locks
 * of commands that ended with the engine are taken back (its compensation); transfers go on, and keep theirs.
 */
export function settleDisks(lab: Lab, db: EngineDatabase): void {
  for (const disk of [...db.disks.values()]) {
    if (disk.task) finishTask(lab, db, disk);
    else if (disk.status === 'locked' && !inTransfer(db, disk.id)) disk.status = 'ok';
  }
}
