/** What snapshots do to the disks of a VM: volumes upon volumes, merged or cut off again. */
import { changeDisks } from '../../../ovirt/guests.ts';
import { uuid } from '../../../ovirt/ids.ts';
import { CHUNK } from '../../../ovirt/vdsm/block-volumes.ts';
import type { StorageDomain } from '../../../ovirt/vdsm/storage-domain.ts';
import { createVolume, deleteVolume, fits, mergeVolume } from '../../../ovirt/vdsm/volumes.ts';
import type { Lab } from '../../../types.ts';
import type { EngineDatabase } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { attachmentsOf } from '../database/disk-attachments.ts';
import type { DiskRow } from '../database/disks.ts';
import { guestDisks } from '../database/disks.ts';
import { vdsmDomain } from '../database/storage-domains.ts';
import type { VmRow } from '../database/vms.ts';
import { refused } from '../wire/fault.ts';

interface World {
  readonly lab: Lab;
  readonly db: EngineDatabase;
}

const domainOf = ({ lab, db }: World, disk: DiskRow): StorageDomain | undefined => {
  const row = db.storageDomains.get(disk.domainId);
  return row && vdsmDomain(lab, row);
};

/** The disks that take part in snapshots: all that belong to this VM alone. */
export const imagesOf = (db: EngineDatabase, vm: VmRow): DiskRow[] =>
  attachmentsOf(db, vm)
    .flatMap((one) => db.disks.get(one.diskId) ?? [])
    .filter((disk) => !disk.shareable);

/** Each disk gets another volume of a gigabyte at first. */
export function checkSpace(on: World, doing: string, disks: readonly DiskRow[]): void {
  for (const id of new Set(disks.map((disk) => disk.domainId))) {
    const own = disks.filter((disk) => disk.domainId === id);
    const row = on.db.storageDomains.get(id);
    const domain = row && vdsmDomain(on.lab, row);
    if (domain && fits(domain, own.length * CHUNK + row.criticalSpace * 1024 ** 3)) continue;
    throw refused(409, `Cannot ${doing}. Low disk space on Storage Domain ${row?.name ?? ''}.`);
  }
}

/** Puts a thin volume upon one of the disk's, as its new top. */
export function growImage(on: World, disk: DiskRow, upon: string): void {
  const domain = domainOf(on, disk);
  if (!domain) return;
  const id = uuid(on.lab);
  const capacity = disk.provisionedSize;
  createVolume(on.lab, domain, { id, image: disk.id, parent: upon, format: 'cow', sparse: true, capacity });
  Object.assign(disk, { imageId: id, format: 'cow', sparse: true });
}

/** The running VM goes over to the present tops of its disks. */
export function switchGuest(on: World, vm: VmRow): void {
  const row = vm.hostId === undefined ? undefined : on.db.hosts.get(vm.hostId);
  const machine = row && machineAt(on.lab, row.address);
  if (machine) changeDisks(machine, vm.id, guestDisks(on.db, vm));
}

/** Bytes that a merge has to copy into the volume from the one upon it. */
export function bytesAbove(on: World, disk: DiskRow, volume: string): number {
  const volumes = [...(domainOf(on, disk)?.volumes.values() ?? [])];
  return volumes.find((one) => one.parent === volume)?.place.size ?? 0;
}

/** Merges the volume upon this one into it; gives the one that is gone. */
export function mergeAbove(on: World, disk: DiskRow, volume: string): string | undefined {
  const domain = domainOf(on, disk);
  const [base, top] = [
    domain?.volumes.get(volume),
    [...(domain?.volumes.values() ?? [])].find((one) => one.parent === volume),
  ];
  if (!domain || !base || !top) return undefined;
  mergeVolume(on.lab, domain, base, top);
  if (disk.imageId === top.id) takeTop(disk, base.id, base);
  return top.id;
}

const takeTop = (disk: DiskRow, imageId: string, volume: { format: 'raw' | 'cow'; sparse: boolean }): void =>
  void Object.assign(disk, { imageId, format: volume.format, sparse: volume.sparse });

/** Makes a volume the top of its disk again. */
export function returnTo(on: World, disk: DiskRow, volume: string): void {
  const found = domainOf(on, disk)?.volumes.get(volume);
  if (found) takeTop(disk, volume, found);
}

/** Removes the volumes of a disk that neither its top nor these states stand upon. */
export function dropOthers(on: World, disk: DiskRow, kept: readonly string[]): void {
  const domain = domainOf(on, disk);
  if (!domain) return;
  const needed = new Set<string>();
  for (const top of [disk.imageId, ...kept]) {
    for (let volume = domain.volumes.get(top); volume; volume = domain.volumes.get(volume.parent ?? ''))
      needed.add(volume.id);
  }
  const others = [...domain.volumes.values()].filter((one) => one.image === disk.id && !needed.has(one.id));
  for (const volume of others) deleteVolume(on.lab, domain, volume);
}
