import { readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

/** Changes the inventory file as its user would; the next run reads it so. A reset of the lab writes it anew. */
export function changeInventory(
  file: string,
  change: (site: { hosts: { name: string; role: string }[] }) => void,
): void {
  const site = parse(readFileSync(file, 'utf8'));
  change(site);
  writeFileSync(file, stringify(site, { lineWidth: 0 }));
}
