import type { Story } from './story.ts';

/** On a LUN that nobody has used. */
export const storageDomain: Story = {
  name: 'attachStorageDomain',
  runbook: 'attachStorageDomain',
  input: { name: 'data1', dataCenter: 'Datacenter1' },
  world: { preset: 'deployed', hosts: 2 },
  targets: ['engine', 'host1', 'host2'],
  host: 'host2',
  once: { step: 'create-the-storage-domain-data1', seen: /^POST \/ovirt-engine\/api\/storagedomains\b(?!\/)/ },
  beyond: /^a backup of the engine with its secrets in the engine VM/,
  // The engine leaves the label of the physical volume.
  undone: [{ where: /^luns/, told: /LUN \w+ carries signature LVM2_member; before the run it carried nothing/ }],
};
