import type { Story } from './story.ts';

/** A new one beside that of the hosted engine. */
export const dataCenter: Story = {
  name: 'createDataCenter',
  runbook: 'createDataCenter',
  input: { name: 'Second' },
  world: { preset: 'deployed', hosts: 2 },
  targets: ['engine'],
  host: 'host1',
  once: { step: 'create-the-data-center-second', seen: /^POST \/ovirt-engine\/api\/datacenters\b(?!\/)/ },
  undone: [],
};
