import type { StorageDomain } from '../../../ovirt/vdsm/storage-domain.ts';
import type { Volume } from '../../../ovirt/vdsm/volume-model.ts';
import { copyVolume, deleteVolume } from '../../../ovirt/vdsm/volumes.ts';
import type { Lab } from '../../../types.ts';
import type { EngineDatabase } from '../database/database.ts';
import type { DiskRow } from '../database/disks.ts';
import { vdsmDomain } from '../database/storage-domains.ts';
import { PER_SECOND, storageTimes } from './storage-times.ts';

interface World {
  readonly lab: Lab;
  readonly db: EngineDatabase;
}

/** The domain of a disk, and the volumes that it is made of, from the top down to the ones that a template gives. */
export function volumesDown(
  { lab, db }: World,
  disk: Pick<DiskRow, 'id' | 'imageId' | 'domainId'>,
): { domain: StorageDomain | undefined; volumes: Volume[] } {
  const row = db.storageDomains.get(disk.domainId);
  const domain = row && vdsmDomain(lab, row);
  const volumes: Volume[] = [];
  for (let volume = domain?.volumes.get(disk.imageId); volume; volume = domain?.volumes.get(volume.parent ?? '')) {
    volumes.push(volume);
  }
  return { domain, volumes };
}

const sizeOf = (volumes: readonly Volume[]): number => volumes.reduce((sum, volume) => sum + volume.place.size, 0);

/** Seconds that it takes to copy volumes. */
export const secondsFor = (volumes: readonly Volume[]): number =>
  storageTimes.createDisk + sizeOf(volumes) / PER_SECOND;

/** Bytes that a copy of all volumes in one takes from its domain. */
export const copiedSize = (volumes: readonly Volume[]): number =>
  volumes[0]?.sparse ? sizeOf(volumes) : (volumes[0]?.place.size ?? 0);

/** Copies what a disk holds, all its volumes in one, to a domain. */
export function copyImage(
  { lab }: World,
  volumes: readonly Volume[],
  to: StorageDomain,
  made: Pick<DiskRow, 'id' | 'imageId'>,
): void {
  const [top] = volumes;
  if (!top) return;
  const copy = copyVolume(lab, to, top, { id: made.imageId, image: made.id }, copiedSize(volumes));
  copy.system = volumes.find(({ system }) => system)?.system;
}

/** Removes a disk with every volume of its image. */
export function deleteImage({ lab, db }: World, disk: DiskRow): void {
  const { domain } = volumesDown({ lab, db }, disk);
  const own = [...(domain?.volumes.values() ?? [])].filter((volume) => volume.image === disk.id);
  for (const volume of own) if (domain) deleteVolume(lab, domain, volume);
  db.disks.delete(disk.id);
}
