/** `RuntimeDirectory=`: a directory below /run that lives exactly as long as its unit. */
import type { Vfs } from '../model.ts';
import type { Unit } from './unit.ts';

function paths(unit: Unit): string[] {
  return (unit.settings?.words('Service', 'RuntimeDirectory') ?? []).map((name) => `/run/${name}`);
}

/** Makes the unit's directories before its first process, owned by whom it runs as. */
export function makeRuntimeDirectories(fs: Vfs, unit: Unit): void {
  const mode = Number.parseInt(unit.settings?.one('Service', 'RuntimeDirectoryMode') ?? '0755', 8);
  const owner = unit.settings?.one('Service', 'User') ?? 'root';
  const group = unit.settings?.one('Service', 'Group') ?? owner;
  for (const path of paths(unit)) {
    fs.mkdir(path, { mode, owner, group });
    fs.chown(path, owner, group);
  }
}

/** Removes them with all that is in them, however the unit ended. */
export function removeRuntimeDirectories(fs: Vfs, unit: Unit): void {
  for (const path of paths(unit)) if (fs.exists(path)) fs.remove(path);
}
