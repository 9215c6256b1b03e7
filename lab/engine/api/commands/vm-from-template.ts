import { uuid } from '../../../ovirt/ids.ts';
import { createVolume } from '../../../ovirt/vdsm/volumes.ts';
import type { DiskRow } from '../database/disks.ts';
import type { TemplateRow } from '../database/templates.ts';
import { disksOfTemplate } from '../database/templates.ts';
import type { VmRow } from '../database/vms.ts';
import { freeMac } from '../database/vms.ts';
import type { Call } from '../routing/call.ts';
import { refused } from '../wire/fault.ts';
import { copyImage, secondsFor, volumesDown } from './disk-images.ts';

/** The template has to be there whole. */
export function checkTemplate(row: TemplateRow): void {
  if (row.status === 'locked') throw refused(409, "Template's Image is locked (temporarily).");
}

/** A disk for a VM: a thin volume upon the template's own, or a copy of it. */
function diskFrom(call: Call, base: DiskRow, clone: boolean): DiskRow {
  const { lab, db } = call;
  const { domain, volumes } = volumesDown(call, base);
  const [volume] = volumes;
  const id = uuid(lab);
  const imageId = uuid(lab);
  const thin = clone ? {} : ({ format: 'cow', sparse: true } as const);
  const disk: DiskRow = { ...base, ...thin, id, imageId, status: 'locked' };
  const capacity = disk.provisionedSize;
  if (domain && clone) copyImage(call, volumes, domain, disk);
  else if (domain && volume) {
    createVolume(lab, domain, { id: imageId, image: id, parent: volume.id, format: 'cow', sparse: true, capacity });
  }
  db.disks.set(id, disk);
  return disk;
}

/** Gives a new VM the cards and disks of its template, and locks it; what is given back waits until the disks are there. */
export function fillFromTemplate(call: Call, vm: VmRow, template: TemplateRow, clone: boolean): () => Promise<void> {
  const { lab, db, run } = call;
  for (const nic of template.nics) {
    vm.nics.push({ ...nic, id: uuid(lab), mac: freeMac(db, vm) ?? '' });
  }
  const made = new Map(disksOfTemplate(db, template).map((base) => [base.id, diskFrom(call, base, clone)]));
  for (const attachment of template.attachments) {
    const disk = made.get(attachment.diskId);
    if (disk) db.diskAttachments.push({ ...attachment, vmId: vm.id, diskId: disk.id });
  }
  vm.locked = true;
  const copied = clone ? [...made.values()].flatMap((disk) => volumesDown(call, disk).volumes) : [];
  return () =>
    run.sleep(secondsFor(copied)).then(() => {
      for (const disk of made.values()) disk.status = 'ok';
      vm.locked = undefined;
    });
}
