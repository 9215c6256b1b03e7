import { changeInventory } from '../../support/change-inventory.ts';
import type { Stack } from '../../support/stack.ts';
import type { Story } from './story.ts';

/** The installation image, to the domain of the hosted engine, so that nothing has to be built first. */
export const upload: Story = {
  name: 'uploadIso',
  runbook: 'uploadIso',
  input: { file: 'CentOS-7-x86_64-Minimal-1908.iso' },
  world: { preset: 'deployed', hosts: 2 },
  prepare: wishForHostedStorage,
  targets: ['engine', 'imageio'],
  host: 'host1',
  undone: [],
};

async function wishForHostedStorage({ lab: { inventory } }: Stack): Promise<void> {
  const domain = 'hosted_storage';
  changeInventory(inventory, (site) => {
    site.isos = site.isos.map((iso) => ({ ...iso, domain }));
  });
}
