/** Volumes of block domains: logical volumes, with the tags of their image. */
import { activateVolume, deactivateVolume, removeVolume } from '../../kernel/logical-volumes.ts';
import type { Lab, LabHost, LogicalVolume } from '../../types.ts';
import { lvmUuid } from '../ids.ts';
import type { BlockDomain } from './block-domain.ts';
import { EXTENT } from './block-domain.ts';
import type { NewVolume, Volume } from './volume-model.ts';

const BLANK = '00000000-0000-0000-0000-000000000000';
/** volume_utilization_chunk_mb: what a thin volume gets at first, and each time it has run full. */
export const CHUNK = 1024 * 2 ** 20;
/** What the tables of a qcow2 image may take beside its data. */
export const COW_OVERHEAD = 1.1;

/** Logical volumes grow by whole extents. */
export const toExtents = (bytes: number): number => Math.ceil(bytes / EXTENT) * EXTENT;

/** What a new volume takes from its group. */
export function extents(wanted: Pick<NewVolume, 'sparse' | 'capacity' | 'initial'>): number {
  if (!wanted.sparse) return toExtents(wanted.capacity);
  return toExtents(wanted.initial === undefined ? CHUNK : Math.floor(wanted.initial * COW_OVERHEAD));
}

/** The lowest slot of the metadata volume that no volume has; slot 0 is the volume's own. */
function freeSlot(domain: BlockDomain): number {
  const taken = new Set(domain.group.volumes.flatMap((volume) => volume.tags.filter((tag) => tag.startsWith('MD_'))));
  let slot = 1;
  while (taken.has(`MD_${slot}`)) slot += 1;
  return slot;
}

const parentTag = (parent: string | undefined): string => `PU_${parent ?? BLANK}`;

export function makeLogicalVolume(domain: BlockDomain, wanted: NewVolume): LogicalVolume {
  const made: LogicalVolume = {
    name: wanted.id,
    uuid: lvmUuid(wanted.id),
    size: extents(wanted),
    tags: [`IU_${wanted.image}`, `MD_${freeSlot(domain)}`, parentTag(wanted.parent)],
    active: new Map(),
  };
  domain.group.volumes.push(made);
  return made;
}

const lvOf = (domain: BlockDomain, volume: Volume): LogicalVolume | undefined =>
  domain.group.volumes.find((one) => one.name === volume.id);

export function growLogicalVolume(domain: BlockDomain, volume: Volume, bytes: number): void {
  const lv = lvOf(domain, volume);
  if (lv) lv.size += bytes;
}

export function tagParent(domain: BlockDomain, volume: Volume): void {
  const lv = lvOf(domain, volume);
  if (lv) lv.tags = lv.tags.map((one) => (one.startsWith('PU_') ? parentTag(volume.parent) : one));
}

/** A thin volume takes on what the one upon it holds, up to the most that its image can need. */
export function mergeLogicalVolume(domain: BlockDomain, base: Volume, top: Volume): void {
  const most = toExtents(Math.floor(base.capacity * COW_OVERHEAD));
  if (base.sparse) growLogicalVolume(domain, base, Math.min(most - base.place.size, top.place.size));
}

export function removeLogicalVolume(lab: Lab, domain: BlockDomain, volume: Volume): void {
  const lv = lvOf(domain, volume);
  if (lv) removeVolume(lab.hosts.values(), domain.group, lv);
}

export function holdLogicalVolume(host: LabHost, domain: BlockDomain, volume: Volume, as: { open: boolean }): void {
  const lv = lvOf(domain, volume);
  if (lv) activateVolume(host, domain.group, lv, as);
}

export function releaseLogicalVolume(host: LabHost, domain: BlockDomain, volume: Volume): void {
  const lv = lvOf(domain, volume);
  if (lv) deactivateVolume(host, domain.group, lv);
}
