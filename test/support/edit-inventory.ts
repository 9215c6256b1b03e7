import { readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

interface Site {
  readonly isos: readonly object[];
  readonly vms: readonly object[];
}

/** Writes a lab's inventory anew, as its user would have wished otherwise. */
export function editInventory(path: string, edit: (site: Site) => Site): void {
  writeFileSync(path, stringify(edit(parse(readFileSync(path, 'utf8')) as Site), { lineWidth: 0 }));
}
