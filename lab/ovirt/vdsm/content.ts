import { constants, copyFileSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../types.ts';

/** What was written into volumes lies in sparse files of the lab's directory, not in memory. */
const folder = (lab: Lab): string => join(lab.store.dir, 'volumes');

/** The file with a volume's content; it is there as soon as something was written. */
export function contentPath(lab: Lab, volume: string): string {
  mkdirSync(folder(lab), { recursive: true });
  return join(folder(lab), volume);
}

/** Gives another volume the same content; with its own id it has that already. */
export function copyContent(lab: Lab, from: string, to: string): void {
  const source = join(folder(lab), from);
  if (from !== to && existsSync(source)) copyFileSync(source, contentPath(lab, to), constants.COPYFILE_FICLONE);
}

/** Bytes that were written, without the holes between them. */
export function writtenBytes(lab: Lab, volume: string): number {
  const found = statSync(join(folder(lab), volume), { throwIfNoEntry: false });
  return (found?.blocks ?? 0) * 512;
}

export function removeContent(lab: Lab, volume: string): void {
  const path = join(folder(lab), volume);
  if (existsSync(path)) rmSync(path);
}

/** A new world has empty volumes. */
export const clearContents = (lab: Lab): void => rmSync(folder(lab), { recursive: true, force: true });
