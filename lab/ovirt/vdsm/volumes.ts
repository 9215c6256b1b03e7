import { activateVolume, deactivateVolume, removeVolume } from '../../kernel/logical-volumes.ts';
import type { Lab, LabHost, LogicalVolume } from '../../types.ts';
import { lvmUuid } from '../ids.ts';
import type { BlockDomain } from './block-domain.ts';
import { EXTENT, freeBytes } from './block-domain.ts';
import { copyContent, removeContent } from './content.ts';

const BLANK = '00000000-0000-0000-0000-000000000000';
/** volume_utilization_chunk_mb: what a thin volume gets at first, and each time it has run full. */
export const CHUNK = 1024 * 2 ** 20;
/** What the tables of a qcow2 image may take beside its data. */
const COW_OVERHEAD = 1.1;

/** An operating system with oVirt's guest agent in it. */
export interface GuestSystem {
  readonly fqdn: string;
  readonly installedAt: number;
}

/** One volume of an image: a logical volume, with what vdsm notes about it in the domain's metadata. */
export interface Volume {
  readonly id: string;
  readonly image: string;
  /** The volume that it stands upon; none for the base of an image. */
  parent: string | undefined;
  readonly format: 'raw' | 'cow';
  readonly sparse: boolean;
  capacity: number;
  legal: boolean;
  /** The operating system that was installed into it. */
  system?: GuestSystem | undefined;
  readonly lv: LogicalVolume;
}

export interface NewVolume {
  readonly id: string;
  readonly image: string;
  readonly parent?: string | undefined;
  readonly format: 'raw' | 'cow';
  readonly sparse: boolean;
  readonly capacity: number;
  /** Bytes that a thin volume is known to need. */
  readonly initial?: number | undefined;
}

/** Logical volumes grow by whole extents. */
export const toExtents = (bytes: number): number => Math.ceil(bytes / EXTENT) * EXTENT;

/** What a new volume takes from its domain. */
export function allocation(wanted: Pick<NewVolume, 'sparse' | 'capacity' | 'initial'>): number {
  if (!wanted.sparse) return toExtents(wanted.capacity);
  return toExtents(wanted.initial === undefined ? CHUNK : Math.floor(wanted.initial * COW_OVERHEAD));
}

export const fits = (domain: BlockDomain, bytes: number): boolean => freeBytes(domain.group) >= bytes;

/** The lowest slot of the metadata volume that no volume has; slot 0 is the volume's own. */
function freeSlot(domain: BlockDomain): number {
  const taken = new Set(domain.group.volumes.flatMap((volume) => volume.tags.filter((tag) => tag.startsWith('MD_'))));
  let slot = 1;
  while (taken.has(`MD_${slot}`)) slot += 1;
  return slot;
}

const tag = (volume: Pick<Volume, 'image' | 'parent'>, slot: number): string[] => [
  `IU_${volume.image}`,
  `MD_${slot}`,
  `PU_${volume.parent ?? BLANK}`,
];

export function createVolume(domain: BlockDomain, wanted: NewVolume): Volume {
  const { id, image, parent, format, sparse, capacity } = wanted;
  const lv: LogicalVolume = {
    name: id,
    uuid: lvmUuid(id),
    size: allocation(wanted),
    tags: tag({ image, parent }, freeSlot(domain)),
    active: new Map(),
  };
  const volume: Volume = { id, image, parent, format, sparse, capacity, legal: true, lv };
  domain.group.volumes.push(lv);
  domain.volumes.set(id, volume);
  return volume;
}

/** Bytes that a domain has to give for a volume of a larger capacity; a thin one takes them when they are written. */
export const growth = (volume: Volume, capacity: number): number =>
  volume.sparse ? 0 : Math.max(0, toExtents(capacity) - volume.lv.size);

/** Makes a volume on another domain that holds what this one does, at the same size. */
export function copyVolume(
  lab: Lab,
  to: BlockDomain,
  volume: Volume,
  as: Pick<NewVolume, 'id' | 'image' | 'parent'>,
): Volume {
  const { format, sparse, capacity, legal, system } = volume;
  const made = createVolume(to, { ...as, format, sparse, capacity });
  made.lv.size = volume.lv.size;
  Object.assign(made, { legal, system });
  copyContent(lab, volume.id, as.id);
  return made;
}

/** Gives a volume a larger capacity. */
export function extendVolume(volume: Volume, capacity: number): void {
  volume.lv.size += growth(volume, capacity);
  volume.capacity = capacity;
}

/** Puts a volume upon another one, or upon none. */
export function setParent(volume: Volume, parent: string | undefined): void {
  volume.parent = parent;
  volume.lv.tags = volume.lv.tags.map((one) => (one.startsWith('PU_') ? `PU_${parent ?? BLANK}` : one));
}

/** Takes what the upper volume holds into the one under it, which grows by that, and removes the upper one. */
export function mergeVolume(lab: Lab, domain: BlockDomain, base: Volume, top: Volume): void {
  const most = toExtents(Math.floor(base.capacity * COW_OVERHEAD));
  if (base.sparse) base.lv.size = Math.min(most, base.lv.size + top.lv.size);
  base.system = top.system ?? base.system;
  for (const volume of domain.volumes.values()) if (volume.parent === top.id) setParent(volume, base.id);
  deleteVolume(lab, domain, top);
}

/** Takes a volume off a domain; what is in it stays, for the one of the same id on another domain. */
export function leaveVolume(lab: Lab, domain: BlockDomain, volume: Volume): void {
  removeVolume(lab.hosts.values(), domain.group, volume.lv);
  domain.volumes.delete(volume.id);
}

export function deleteVolume(lab: Lab, domain: BlockDomain, volume: Volume): void {
  leaveVolume(lab, domain, volume);
  removeContent(lab, volume.id);
}

/** Makes the volumes up to this one usable on the host, held open while something works with them. */
export function prepareVolume(host: LabHost, domain: BlockDomain, id: string, as: { open: boolean }): void {
  for (let volume = domain.volumes.get(id); volume; volume = domain.volumes.get(volume.parent ?? '')) {
    activateVolume(host, domain.group, volume.lv, as);
  }
}

export function teardownVolume(host: LabHost, domain: BlockDomain, id: string): void {
  for (let volume = domain.volumes.get(id); volume; volume = domain.volumes.get(volume.parent ?? '')) {
    deactivateVolume(host, domain.group, volume.lv);
  }
}
