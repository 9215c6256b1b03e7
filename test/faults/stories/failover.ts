import type { Story } from './story.ts';

const common = {
  runbook: 'checkFailover',
  asks: true,
  // While a host is away, the failover that is asked about is not there; where HA has started the engine VM elsewhere
  // already, people have agreed to another outage, or the VM goes down with it.
  rebootTold:
    /host\d cannot be asked|no other host of its cluster is up|without the engine nobody would restart it|whose outage was agreed to/,
  beyond: /^a backup of the engine with its secrets in the engine VM/,
} as const;

/** A VM and the engine VM there and back, each once people have agreed. */
export const failover: Story = {
  ...common,
  name: 'checkFailover',
  input: { vm: 'vm1' },
  world: { preset: 'datacenter', hosts: 2 },
  targets: ['engine', 'host1', 'host2'],
  host: 'host2',
  once: {
    step: /^migrate-(vm1-to-another-host|vm1-back|the-engine-vm-(back-)?to-host\d)$/,
    seen: /^POST \/ovirt-engine\/api\/vms\/[^/]+\/migrate/,
  },
  undone: [],
};

/** The outage of the host that runs the engine VM, once its name was typed. */
export const engineFailover: Story = {
  ...common,
  name: 'checkFailover/engineVm',
  input: { migrate: false, destructive: ['engineVm'] },
  world: { preset: 'datacenter', hosts: 3 },
  targets: ['engine', 'host1', 'host2', 'host3'],
  host: 'host1',
  once: {
    step: /^cut-the-power-of-host\d-from-host\d$/,
    seen: /\bfence_drac5\b/,
    stdin: /^action=off$/m,
  },
  undone: [
    {
      where: /^(hostedEngine|engine\.vms\.HostedEngine|luns|hosts\.host\d\.(domains|haState))\b/,
      told: /the engine VM runs on host\d; before the outage it ran on host\d/,
    },
  ],
};
