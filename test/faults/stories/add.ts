import { changeInventory } from '../../support/change-inventory.ts';
import type { Stack } from '../../support/stack.ts';
import type { Story } from './story.ts';

const common = {
  input: { host: 'host3' },
  world: { preset: 'deployed', hosts: 3 },
  targets: ['engine', 'host1', 'host2', 'host3'],
  host: 'host3',
} as const;

const installed = [
  {
    where: /^hosts\.host3\.(packages|repositories|services|enabled)\b/,
    told: /packages .* installed on host3|what the engine installed on host3: packages/,
  },
  {
    where: /^(luns|hosts\.host3\.(firewall|interfaces)\b)/,
    told: /what the engine installed on host3: .*bridge ovirtmgmt, services, open ports/,
  },
];

export const add: Story = {
  ...common,
  name: 'addHostedEngineHost',
  runbook: 'addHostedEngineHost',
  once: { step: 'add-the-host-with-the-hosted-engine', seen: /^POST \/ovirt-engine\/api\/hosts\?/ },
  undone: [...installed, { where: /^hosts\.host3\.localMaintenance/, told: /the flag of local maintenance/ }],
};

/** For other VMs than the engine's. */
export const addOrdinary: Story = {
  ...common,
  name: 'addHost',
  runbook: 'addHost',
  prepare: onlyOtherVms,
  once: { step: 'add-the-host', seen: /^POST \/ovirt-engine\/api\/hosts\?/ },
  undone: installed,
};

async function onlyOtherVms({ lab: { inventory } }: Stack): Promise<void> {
  changeInventory(inventory, ({ hosts }) => {
    for (const host of hosts) if (host.name === common.host) host.role = 'host';
  });
}
