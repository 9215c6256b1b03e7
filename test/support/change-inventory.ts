import { readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

/** The lab's description of itself, as far as tests change it. */
interface Site {
  engine: { dataCenter?: string; cluster?: string; imageProxy?: string };
  cluster?: object;
  hosts: { name: string; role: string; ssh: Record<string, unknown>; bmc?: object }[];
  storage: { dataDomains: object[] };
  networks: object[];
  isos: object[];
  vms: object[];
}

/** Changes the inventory file as its user would; the next run reads it so. A reset of the lab writes it anew. */
export function changeInventory(file: string, change: (site: Site) => void): void {
  const site = parse(readFileSync(file, 'utf8'));
  change(site);
  writeFileSync(file, stringify(site, { lineWidth: 0 }));
}
