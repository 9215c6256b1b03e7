import type { Lab, LabHost } from '../../types.ts';
import {
  extents,
  growLogicalVolume,
  holdLogicalVolume,
  makeLogicalVolume,
  mergeLogicalVolume,
  releaseLogicalVolume,
  removeLogicalVolume,
  tagParent,
  toExtents,
} from './block-volumes.ts';
import { copyContent, removeContent } from './content.ts';
import { bytesAtFirst, describeFile, fillFile, growFile, makeFile, mergeFile, removeFile } from './file-volumes.ts';
import type { StorageDomain } from './storage-domain.ts';
import { freeBytes } from './storage-domain.ts';
import type { NewVolume, Volume } from './volume-model.ts';

/** What a new volume takes from its domain. */
export const allocation = (
  domain: StorageDomain,
  wanted: Pick<NewVolume, 'format' | 'sparse' | 'capacity' | 'initial'>,
): number => (domain.kind === 'block' ? extents(wanted) : bytesAtFirst(wanted));

export const fits = (domain: StorageDomain, bytes: number): boolean => freeBytes(domain) >= bytes;

export function createVolume(lab: Lab, domain: StorageDomain, wanted: NewVolume): Volume {
  const { id, image, parent, format, sparse, capacity } = wanted;
  const noted = { id, image, parent, format, sparse, capacity, legal: true };
  const place = domain.kind === 'block' ? makeLogicalVolume(domain, wanted) : makeFile(lab, domain, noted);
  const volume: Volume = { ...noted, place };
  domain.volumes.set(id, volume);
  if (domain.kind === 'file') describeFile(domain, volume);
  return volume;
}

/** Bytes that a domain has to give for a volume of a larger capacity; a thin one takes them when they are written. */
export function growth(domain: StorageDomain, volume: Volume, capacity: number): number {
  if (volume.sparse) return 0;
  const size = domain.kind === 'block' ? toExtents(capacity) : capacity;
  return Math.max(0, size - volume.place.size);
}

/** Makes a volume on another domain that holds what this one does; a raw one is never thin on a LUN. */
export function copyVolume(
  lab: Lab,
  to: StorageDomain,
  volume: Volume,
  as: Pick<NewVolume, 'id' | 'image' | 'parent'>,
  bytes = volume.place.size,
): Volume {
  const { format, capacity, legal, system } = volume;
  const sparse = volume.sparse && (format === 'cow' || to.kind === 'file');
  const made = createVolume(lab, to, { ...as, format, sparse, capacity });
  Object.assign(made, { legal, system });
  copyContent(lab, volume.id, as.id);
  if (sparse && to.kind === 'block') growLogicalVolume(to, made, toExtents(bytes) - made.place.size);
  if (sparse && to.kind === 'file') fillFile(made, bytes);
  return made;
}

/** Gives a volume a larger capacity. */
export function extendVolume(domain: StorageDomain, volume: Volume, capacity: number): void {
  if (domain.kind === 'block') growLogicalVolume(domain, volume, growth(domain, volume, capacity));
  volume.capacity = capacity;
  if (domain.kind === 'file') growFile(domain, volume);
}

/** Puts a volume upon another one, or upon none. */
export function setParent(domain: StorageDomain, volume: Volume, parent: string | undefined): void {
  volume.parent = parent;
  if (domain.kind === 'block') tagParent(domain, volume);
}

/** Takes what the upper volume holds into the one under it, which grows by that, and removes the upper one. */
export function mergeVolume(lab: Lab, domain: StorageDomain, base: Volume, top: Volume): void {
  if (domain.kind === 'block') mergeLogicalVolume(domain, base, top);
  else mergeFile(base, top);
  base.system = top.system ?? base.system;
  for (const volume of domain.volumes.values()) if (volume.parent === top.id) setParent(domain, volume, base.id);
  deleteVolume(lab, domain, top);
}

/** Takes a volume off a domain; what is in it stays, for the one of the same id on another domain. */
export function leaveVolume(lab: Lab, domain: StorageDomain, volume: Volume): void {
  if (domain.kind === 'block') removeLogicalVolume(lab, domain, volume);
  else removeFile(domain, volume);
  domain.volumes.delete(volume.id);
}

export function deleteVolume(lab: Lab, domain: StorageDomain, volume: Volume): void {
  leaveVolume(lab, domain, volume);
  removeContent(lab, volume.id);
}

/** A volume and those that it stands upon, from the top down. */
function* standing(domain: StorageDomain, id: string): Generator<Volume> {
  for (let volume = domain.volumes.get(id); volume; volume = domain.volumes.get(volume.parent ?? '')) yield volume;
}

/** Makes the volumes up to this one usable on the host, held open while something works with them. */
export function prepareVolume(host: LabHost, domain: StorageDomain, id: string, as: { open: boolean }): void {
  if (domain.kind === 'file') return;
  for (const volume of standing(domain, id)) holdLogicalVolume(host, domain, volume, as);
}

export function teardownVolume(host: LabHost, domain: StorageDomain, id: string): void {
  if (domain.kind === 'file') return;
  for (const volume of standing(domain, id)) releaseLogicalVolume(host, domain, volume);
}
