import type { Story } from './story.ts';

export const add: Story = {
  name: 'addHostedEngineHost',
  runbook: 'addHostedEngineHost',
  input: { host: 'host3' },
  world: { preset: 'deployed', hosts: 3 },
  targets: ['engine', 'host1', 'host2', 'host3'],
  host: 'host3',
  once: { step: 'add-the-host-with-the-hosted-engine', seen: /^POST \/ovirt-engine\/api\/hosts\?/ },
  undone: [],
};
