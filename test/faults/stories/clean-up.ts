import type { Story } from './story.ts';

export const cleanUp: Story = {
  name: 'cleanUpHostedEngine',
  runbook: 'cleanUpHostedEngine',
  input: { host: 'host2', removePackages: true },
  world: { preset: 'deployed', hosts: 2 },
  targets: ['engine', 'host1', 'host2'],
  host: 'host2',
  beyond: /^a backup of the engine with its secrets in the engine VM/,
  undone: [
    { where: /^hosts\.host2\.packages\b/, told: /packages of oVirt and libvirt, removed from host2/ },
    {
      where: /^(luns|hosts\.host[12]\.)/,
      told: /"Run the cleanup and remove what it leaves" has been begun/,
    },
  ],
};
