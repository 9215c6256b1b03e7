import { changeInventory } from '../../support/change-inventory.ts';
import type { Stack } from '../../support/stack.ts';
import type { Story } from './story.ts';

/** Beside the VM that is there, in a datacentre that has all it needs. Nobody installs a system. */
export const createVm: Story = {
  name: 'createHaVm',
  runbook: 'createHaVm',
  input: { name: 'vm2', dataCenter: 'Datacenter1', cluster: 'Cluster1' },
  world: { preset: 'datacenter', hosts: 2 },
  prepare: wishForAnother,
  targets: ['engine'],
  host: 'host2',
  once: { step: /^start-vm2$/, seen: /^POST \/ovirt-engine\/api\/vms\/[^/]+\/start/ },
  undone: [],
};

async function wishForAnother({ lab: { inventory } }: Stack): Promise<void> {
  const wished = { name: 'vm2', watchdog: {}, highAvailability: { priority: 'medium', lease: 'data1' } };
  changeInventory(inventory, (site) => {
    site.vms = [{ ...site.vms[0], ...wished }];
  });
}
