import { uuid } from '../../../ovirt/ids.ts';
import type { StorageDomain } from '../../../ovirt/vdsm/storage-domain.ts';
import type { Volume } from '../../../ovirt/vdsm/volume-model.ts';
import { copyVolume, fits } from '../../../ovirt/vdsm/volumes.ts';
import type { DiskRow } from '../database/disks.ts';
import { vmsWith } from '../database/disks.ts';
import { tell, userName } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { startJob } from '../database/jobs.ts';
import { vmStatus } from '../database/placement.ts';
import type { DomainRow } from '../database/storage-domains.ts';
import { statusWord, vdsmDomain } from '../database/storage-domains.ts';
import type { Call } from '../routing/call.ts';
import { entityNotFound, incomplete, notModelled, refused } from '../wire/fault.ts';
import { part, text } from '../wire/values.ts';
import { copiedSize, copyImage, secondsFor, volumesDown } from './disk-images.ts';
import { finishTask } from './disk-tasks.ts';
import { checkIdle } from './disks.ts';

type Doing = 'move' | 'copy';

function wantedDomain({ body, db }: Call, doing: Doing): DomainRow {
  const given = part(body, 'storage_domain');
  const [id, name] = [text(given, 'id'), text(given, 'name')];
  if (id === undefined && name === undefined) throw incomplete(`Action [storageDomain.id|name] required for ${doing}`);
  const found = [...db.storageDomains.values()].find((row) => (id === undefined ? row.name === name : row.id === id));
  if (found) return found;
  if (id === undefined) throw entityNotFound(name ?? '');
  throw refused(400, `Cannot ${doing} Virtual Disk. Storage Domain doesn't exist.`);
}

interface Way {
  readonly from: DomainRow;
  readonly source: StorageDomain;
  readonly to: DomainRow;
  readonly target: StorageDomain;
  /** What it is made of, from the top down. */
  readonly volumes: readonly Volume[];
}

/** Where the disk is and where it is to be, checked as MoveOrCopyDiskCommand does. */
function check(call: Call, disk: DiskRow, doing: Doing): Way {
  const { lab, db } = call;
  const cannot = `Cannot ${doing} Virtual Disk`;
  const to = wantedDomain(call, doing);
  if (disk.status === 'locked') {
    throw refused(
      409,
      doing === 'copy'
        ? "Template's Image is locked (temporarily)."
        : `${cannot}: The following disks are locked: ${disk.alias}. Please try again in a few minutes.`,
    );
  }
  if (doing === 'move' && to.id === disk.domainId)
    throw refused(400, `${cannot}. The source and target storage domains are the same.`);
  const from = db.storageDomains.get(disk.domainId);
  for (const row of [from, to]) {
    if (row?.status === 'active') continue;
    throw refused(409, `${cannot}. The relevant Storage Domain's status is ${statusWord(row?.status ?? 'unknown')}.`);
  }
  const [source, target] = [from && vdsmDomain(lab, from), vdsmDomain(lab, to)];
  if (!from || !source || !target) throw refused(409, `${cannot}. The relevant Storage Domain is inaccessible.`);
  const { volumes } = volumesDown(call, disk);
  if (!fits(target, copiedSize(volumes) + to.criticalSpace * 1024 ** 3))
    throw refused(409, `${cannot}. Low disk space on Storage Domain ${to.name}.`);
  return { from, source, to, target, volumes };
}

function begin(call: Call, disk: DiskRow, kind: Doing, way: Way): Job {
  const { lab, db, run, correlationId } = call;
  const user = userName(call.user);
  const [code, word, said] = kind === 'move' ? [2008, 'Moving', 'moving'] : [2004, 'Copying', 'is copying'];
  const description = `${word} Disk ${disk.alias} from ${way.from.name} to ${way.to.name}`;
  const job = startJob(lab, db, { description, correlationId });
  const line = `User ${user} ${said} disk ${disk.alias} to domain ${way.to.name}.`;
  const storageDomain = { id: way.to.id, name: way.to.name };
  tell(lab, db, { code, correlationId, user, storageDomain, text: line });
  disk.status = 'locked';
  disk.task = { kind, correlationId, user, job, to: way.to.id };
  lab.changed(description);
  run.inBackground(async () => {
    await run.sleep(secondsFor(way.volumes));
    finishTask(lab, db, disk);
  });
  return job;
}

/** Takes a disk to another domain with its whole chain of volumes, while no VM works with it. */
export function moveDisk(call: Call, disk: DiskRow): Job {
  const { lab, db } = call;
  const way = check(call, disk, 'move');
  const used = vmsWith(db, disk).find((vm) => vmStatus(lab, db, vm) !== 'down');
  if (used && db.diskAttachments.some((one) => one.diskId === disk.id && one.vmId === used.id && one.active))
    throw notModelled('moving a disk of a running VM');
  if (way.volumes.some(({ image }) => image !== disk.id))
    throw refused(400, 'Cannot move Virtual Disk. The selected Storage Domain does not contain the VM Template.');
  for (const volume of [...way.volumes].reverse()) copyVolume(lab, way.target, volume, volume);
  return begin(call, disk, 'move', way);
}

/** Makes a disk of the same content on a domain, in one volume and in no VM. */
export function copyDisk(call: Call, disk: DiskRow): Job {
  const { lab, db, body } = call;
  const way = check(call, disk, 'copy');
  checkIdle(call, 'copy', disk);
  const given = part(body, 'disk');
  const [id, imageId] = [uuid(lab), uuid(lab)];
  const alias = text(given, 'name') || text(given, 'alias') || disk.alias;
  const { task, ...same } = disk;
  const made: DiskRow = { ...same, id, imageId, alias, domainId: way.to.id, status: 'locked' };
  copyImage(call, way.volumes, way.target, made);
  made.sparse = way.target.volumes.get(imageId)?.sparse ?? made.sparse;
  db.disks.set(id, made);
  return begin(call, made, 'copy', way);
}
