import { extendVolume, fits, growth } from '../../../ovirt/vdsm/volumes.ts';
import type { DiskRow } from '../database/disks.ts';
import { vmsWith } from '../database/disks.ts';
import type { Told } from '../database/events.ts';
import { tell, userName } from '../database/events.ts';
import { endJob, startJob } from '../database/jobs.ts';
import { vmStatus } from '../database/placement.ts';
import { vdsmDomain } from '../database/storage-domains.ts';
import { inTransfer } from '../database/transfers.ts';
import type { Call } from '../routing/call.ts';
import { notModelled, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { flag, number, text } from '../wire/values.ts';
import { storageTimes } from './storage-times.ts';

const GiB = 1024 ** 3;

/** What a client may send along: where the disk lies is not heard, the rest has to be what it is. */
const SAID = new Set([
  'id',
  'name',
  'alias',
  'description',
  'provisioned_size',
  'wipe_after_delete',
  'storage_domains',
]);

function checkBody(body: Entity, disk: DiskRow): void {
  const now: Entity = {
    format: disk.format,
    sparse: disk.sparse,
    content_type: disk.contentType,
    shareable: disk.shareable,
    image_id: disk.imageId,
  };
  const foreign = Object.keys(body).find((name) => !SAID.has(name) && body[name] !== now[name]);
  if (foreign !== undefined) throw notModelled(`updating ${foreign} of a disk`);
}

/** A disk grows while its VMs are down or run; it does not shrink. */
function grow(call: Call, disk: DiskRow, size: number): void {
  const { lab, db, run, correlationId } = call;
  const cannot = 'Cannot extend Virtual Disk';
  if (size < disk.provisionedSize)
    throw refused(409, `${cannot}. New disk size must be larger than the current disk size.`);
  for (const vm of vmsWith(db, disk)) {
    const status = vmStatus(lab, db, vm);
    if (status !== 'down' && status !== 'up') throw refused(409, `${cannot} because the VM is in ${status} status.`);
  }
  const row = db.storageDomains.get(disk.domainId);
  const domain = row && vdsmDomain(lab, row);
  const volume = domain?.volumes.get(disk.imageId);
  if (!row || !domain || !volume) throw refused(409, `${cannot}. The relevant Storage Domain is inaccessible.`);
  if (!fits(domain, growth(domain, volume, size) + row.criticalSpace * GiB))
    throw refused(409, `${cannot}. Low disk space on Storage Domain ${row.name}.`);
  const user = userName(call.user);
  const job = startJob(lab, db, { description: `Extending Disk ${disk.alias}`, correlationId });
  const told = (code: number, line: string): void => void tell(lab, db, { code, correlationId, user, text: line });
  told(377, `Extending disk '${disk.alias}' to ${Math.floor(size / GiB)} GB was initiated by ${user}.`);
  disk.status = 'locked';
  extendVolume(domain, volume, size);
  run.inBackground(async () => {
    await run.sleep(storageTimes.createDisk);
    disk.provisionedSize = size;
    disk.status = 'ok';
    told(371, `Size of the disk '${disk.alias}' was successfully updated to ${Math.floor(size / GiB)} GB by ${user}.`);
    endJob(lab, job, 'finished');
    lab.changed(`disk ${disk.alias} extended`);
  });
}

/** Sets what people read of a disk, wipes it later or not, lets it grow (engine: UpdateDiskCommand). */
export function updateDisk(call: Call, disk: DiskRow): DiskRow {
  const { lab, db, body, correlationId } = call;
  checkBody(body, disk);
  if (disk.status === 'locked' || inTransfer(db, disk.id)) {
    throw refused(
      409,
      `Cannot update Virtual Disk: The following disks are locked: ${disk.alias}. Please try again in a few minutes.`,
    );
  }
  const size = number(body, 'provisioned_size') ?? disk.provisionedSize;
  if (size !== disk.provisionedSize) grow(call, disk, size);
  disk.alias = text(body, 'alias') ?? text(body, 'name') ?? disk.alias;
  disk.description = text(body, 'description') ?? disk.description;
  disk.wipeAfterDelete = flag(body, 'wipe_after_delete') ?? disk.wipeAfterDelete;
  const user = userName(call.user);
  const [vm] = vmsWith(db, disk);
  const about: Pick<Told, 'code' | 'text' | 'vm'> = vm
    ? { code: 88, vm: { id: vm.id, name: vm.name }, text: `VM ${vm.name} ${disk.alias} disk was updated by ${user}.` }
    : { code: 86, text: `Disk ${disk.alias} was updated by ${user}.` };
  tell(lab, db, { ...about, correlationId, user });
  lab.changed(`disk ${disk.alias} updated`);
  return disk;
}
