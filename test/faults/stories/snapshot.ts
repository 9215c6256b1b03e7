import type { Story } from './story.ts';

/** Of the VM that runs. */
export const snapshot: Story = {
  name: 'snapshotVm',
  runbook: 'snapshotVm',
  input: { name: 'vm1', snapshot: 'before the update' },
  world: { preset: 'datacenter', hosts: 2 },
  targets: ['engine', 'host1', 'host2'],
  host: 'host2',
  once: { step: 'make-the-snapshot-before-the-update', seen: /^POST \/ovirt-engine\/api\/vms\/[^/]+\/snapshots/ },
  undone: [],
};
