import type { Story } from './story.ts';

/** By live migration. */
export const move: Story = {
  name: 'moveHostedEngine',
  runbook: 'moveHostedEngine',
  input: { to: 'host2' },
  world: { preset: 'deployed', hosts: 2 },
  targets: ['engine', 'host1', 'host2'],
  host: 'host2',
  once: { step: 'migrate-the-engine-vm', seen: /^POST \/ovirt-engine\/api\/vms\/[^/]+\/migrate/ },
  placesEngineVm: true,
  undone: [],
};
