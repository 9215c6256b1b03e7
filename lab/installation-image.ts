/** The installation image that lies beside the lab's inventory, so that there is something to upload. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const INSTALLATION_IMAGE = 'images/CentOS-7-x86_64-Minimal-1908.iso';

const SECTOR = 2048;
/** Small, because nothing of it is read but its descriptors; a real one has 942 MiB. */
const SECTORS = 4096;

/** Writes the image once: an ISO 9660 file system with its volume descriptors and the boot record of El Torito. */
export function writeInstallationImage(dir: string): void {
  const path = join(dir, INSTALLATION_IMAGE);
  if (existsSync(path)) return;
  const image = Buffer.alloc(SECTORS * SECTOR);
  descriptor(image, 16, 1, (at) => {
    image.write('LINUX'.padEnd(32), at + 8, 'ascii');
    image.write('CentOS 7 x86_64'.padEnd(32), at + 40, 'ascii');
    image.writeUInt32LE(SECTORS, at + 80);
    image.writeUInt32BE(SECTORS, at + 84);
  });
  descriptor(image, 17, 0, (at) => image.write('EL TORITO SPECIFICATION', at + 7, 'ascii'));
  descriptor(image, 18, 255, () => undefined);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, image);
}

/** ECMA-119, 8.1: type, the identifier CD001 and version 1, then what the type brings. */
function descriptor(image: Buffer, sector: number, type: number, fill: (at: number) => void): void {
  const at = sector * SECTOR;
  image.writeUInt8(type, at);
  image.write('CD001', at + 1, 'ascii');
  image.writeUInt8(1, at + 6);
  fill(at);
}
