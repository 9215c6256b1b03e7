/** What kind of image a file is, by its own first bytes. */

export type ImageFormat = 'iso' | 'raw' | 'qcow2';

export interface ImageHead {
  readonly format: ImageFormat;
  /** Bytes that a guest sees. */
  readonly virtualSize: number;
  /** Why no storage can take it as it is. */
  readonly trouble?: string;
}

/** So many bytes from the beginning tell it: an ISO 9660 volume descriptor stands in sector 16. */
export const HEAD_BYTES = 17 * 2048;

/** ECMA-119, 8.1: at byte 1 of the descriptor. */
const ISO_MARK = 16 * 2048 + 1;
const QCOW_MAGIC = 0x514649fb;
const SECTOR = 512;

/** QEMU docs/interop/qcow2.txt: offsets in the header, big-endian. */
const QCOW = { version: 4, backingFile: 8, size: 24, encryption: 32, incompatible: 72, least: 72 } as const;
const EXTERNAL_DATA = 4n;

/** @param head the file's first bytes, all of them where it has fewer */
export function imageHead(head: Buffer, size: number): ImageHead {
  if (head.length >= QCOW.least && head.readUInt32BE(0) === QCOW_MAGIC) return qcow(head);
  const iso = head.subarray(ISO_MARK, ISO_MARK + 5).toString('latin1') === 'CD001';
  // Storage is cut in sectors: what is missing of the last one reads as zeros.
  return { format: iso ? 'iso' : 'raw', virtualSize: Math.ceil(size / SECTOR) * SECTOR };
}

function qcow(head: Buffer): ImageHead {
  const virtualSize = Number(head.readBigUInt64BE(QCOW.size));
  const trouble = qcowTrouble(head);
  return { format: 'qcow2', virtualSize, ...(trouble !== undefined && { trouble }) };
}

function qcowTrouble(head: Buffer): string | undefined {
  const version = head.readUInt32BE(QCOW.version);
  if (version !== 2 && version !== 3) return `it is qcow of version ${version}, and oVirt takes 2 and 3`;
  if (head.readBigUInt64BE(QCOW.backingFile) !== 0n) {
    return 'it is a qcow2 image on top of another file, without which it is nothing; flatten it with qemu-img convert';
  }
  if (head.readUInt32BE(QCOW.encryption) !== 0) return 'it is an encrypted qcow2 image, which oVirt cannot read';
  const extended = version === 3 && head.length >= QCOW.incompatible + 8;
  if (extended && (head.readBigUInt64BE(QCOW.incompatible) & EXTERNAL_DATA) !== 0n) {
    return 'it is a qcow2 image whose data lie in another file; convert it with qemu-img convert';
  }
  return undefined;
}
