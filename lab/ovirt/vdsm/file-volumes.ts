/** Volumes in exports: a file each, with its metadata and its lease beside it. */
import type { Lab } from '../../types.ts';
import { writtenBytes } from './content.ts';
import type { FileDomain } from './file-domain.ts';
import type { NewVolume, Volume, VolumePlace } from './volume-model.ts';

const BLANK = '00000000-0000-0000-0000-000000000000';
/** What qemu-img puts into a qcow2 image that holds nothing yet. */
const EMPTY_COW = 196_608;
const owned = { owner: 'vdsm', group: 'kvm', mode: 0o660 } as const;

/** A file takes what was written into it; a preallocated one all of its capacity. */
class VolumeFile implements VolumePlace {
  /** Bytes that came by merging other volumes into it. */
  merged = 0;
  readonly #written: () => number;

  constructor(written: () => number) {
    this.#written = written;
  }

  get size(): number {
    return this.merged + this.#written();
  }
}

const directory = (domain: FileDomain, image: string): string => `/${domain.id}/images/${image}`;

/** What a new volume takes from its domain at once. */
export const bytesAtFirst = ({
  format,
  sparse,
  capacity,
}: Pick<NewVolume, 'format' | 'sparse' | 'capacity'>): number =>
  sparse ? (format === 'cow' ? EMPTY_COW : 0) : capacity;

function metadataText(domain: FileDomain, volume: Volume): string {
  const leaf = ![...domain.volumes.values()].some((one) => one.parent === volume.id);
  const lines = {
    CAP: volume.capacity,
    DESCRIPTION: '',
    DISKTYPE: 'DATA',
    DOMAIN: domain.id,
    FORMAT: volume.format.toUpperCase(),
    GEN: 0,
    IMAGE: volume.image,
    LEGALITY: volume.legal ? 'LEGAL' : 'ILLEGAL',
    PUUID: volume.parent ?? BLANK,
    TYPE: volume.sparse ? 'SPARSE' : 'PREALLOCATED',
    VOLTYPE: leaf ? 'LEAF' : 'INTERNAL',
  };
  return `${Object.entries(lines)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')}EOF\n`;
}

export function makeFile(lab: Lab, domain: FileDomain, volume: Omit<Volume, 'place'>): VolumePlace {
  const { files } = domain.share;
  const path = `${directory(domain, volume.image)}/${volume.id}`;
  files.mkdir(directory(domain, volume.image), { ...owned, mode: 0o755 });
  files.truncate(path, volume.format === 'cow' ? EMPTY_COW : volume.capacity, owned);
  files.truncate(`${path}.lease`, 2 ** 20, owned);
  const atFirst = (): number => bytesAtFirst(volume);
  return new VolumeFile(() => (volume.sparse ? atFirst() + writtenBytes(lab, volume.id) : volume.capacity));
}

/** The metadata beside a volume's file, which say at each look how the volume stands. */
export function describeFile(domain: FileDomain, volume: Volume): void {
  const path = `${directory(domain, volume.image)}/${volume.id}.meta`;
  domain.share.files.dynamic(path, () => metadataText(domain, volume));
}

export function growFile(domain: FileDomain, volume: Volume): void {
  const path = `${directory(domain, volume.image)}/${volume.id}`;
  if (volume.format === 'raw') domain.share.files.truncate(path, volume.capacity, owned);
}

export function mergeFile(base: Volume, top: Volume): void {
  if (base.sparse) fillFile(base, base.place.size + top.place.size);
}

/** The file holds so much, besides what clients have written into it. */
export function fillFile(volume: Volume, bytes: number): void {
  if (volume.place instanceof VolumeFile) volume.place.merged += Math.max(0, bytes - volume.place.size);
}

export function removeFile(domain: FileDomain, volume: Volume): void {
  const { files } = domain.share;
  const folder = directory(domain, volume.image);
  for (const suffix of ['', '.lease', '.meta']) {
    const path = `${folder}/${volume.id}${suffix}`;
    if (files.exists(path)) files.remove(path);
  }
  if (files.exists(folder) && files.list(folder).length === 0) files.remove(folder);
}
