import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import type { Lab } from '../../types.ts';
import { contentPath } from './content.ts';
import type { Volume } from './volume-model.ts';

const QCOW2 = Buffer.from('QFI\xfb', 'latin1');
/** Where a qcow2 header names its backing file and its virtual size. */
const at = { backingFile: 8, virtualSize: 24, end: 32 } as const;

/** The beginning of a volume's content; zeros where nothing was written. */
function head(lab: Lab, volume: Volume): Buffer {
  const bytes = Buffer.alloc(at.end);
  const path = contentPath(lab, volume.id);
  if (!existsSync(path)) return bytes;
  const file = openSync(path, 'r');
  try {
    readSync(file, bytes, 0, at.end, 0);
  } finally {
    closeSync(file);
  }
  return bytes;
}

/** Looks at what strangers wrote into a volume as qemu-img does, and gives vdsm's objection (`hsm.py` verify_untrusted_volume). */
export function verifyVolume(lab: Lab, volume: Volume): string | undefined {
  const bytes = head(lab, volume);
  const found = bytes.subarray(0, QCOW2.length).equals(QCOW2) ? 'qcow2' : 'raw';
  const noted = volume.format === 'cow' ? 'qcow2' : 'raw';
  if (found !== noted) {
    return `Volume's format specified by QEMU is ${found}, while the format specified in VDSM metadata is ${noted}`;
  }
  if (found === 'raw') return undefined;
  const size = bytes.readBigUInt64BE(at.virtualSize);
  if (size > volume.capacity) {
    return `Image virtual size ${size} is bigger than volume size ${volume.capacity}`;
  }
  const backed = bytes.readBigUInt64BE(at.backingFile) !== 0n;
  if (backed !== (volume.parent !== undefined)) {
    return `Image backing file does not match volume parent uuid '${volume.parent ?? ''}'`;
  }
  return undefined;
}
