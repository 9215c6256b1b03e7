import type { Story } from './story.ts';

export const cleanUp: Story = {
  name: 'cleanUpHostedEngine',
  runbook: 'cleanUpHostedEngine',
  input: { host: 'host2', removePackages: true },
  world: { preset: 'deployed', hosts: 2 },
  targets: ['engine', 'host1', 'host2'],
  host: 'host2',
  undone: [],
};
