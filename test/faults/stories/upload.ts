import { readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import type { Stack } from '../../support/stack.ts';
import type { Story } from './story.ts';

/** The installation image, to the domain of the hosted engine, so that nothing has to be built first. */
export const upload: Story = {
  name: 'uploadIso',
  runbook: 'uploadIso',
  input: { file: 'CentOS-7-x86_64-Minimal-1908.iso' },
  world: { preset: 'deployed', hosts: 1 },
  prepare: wishForHostedStorage,
  targets: ['engine', 'imageio'],
  host: 'host1',
  undone: [],
};

async function wishForHostedStorage({ lab: { inventory } }: Stack): Promise<void> {
  const site = parse(readFileSync(inventory, 'utf8'));
  const isos = site.isos.map((iso: object) => ({ ...iso, domain: 'hosted_storage' }));
  writeFileSync(inventory, stringify({ ...site, isos }, { lineWidth: 0 }));
}
