import type { Story } from './story.ts';

export const add: Story = {
  name: 'addHostedEngineHost',
  runbook: 'addHostedEngineHost',
  input: { host: 'host3' },
  world: { preset: 'deployed', hosts: 3 },
  targets: ['engine', 'host1', 'host2', 'host3'],
  host: 'host3',
  once: { step: 'add-the-host-with-the-hosted-engine', seen: /^POST \/ovirt-engine\/api\/hosts\?/ },
  undone: [
    {
      where: /^hosts\.host3\.(packages|repositories|services|enabled)\b/,
      told: /packages .* installed on host3|what the engine installed on host3: packages/,
    },
    {
      where: /^(luns|hosts\.host3\.(firewall|interfaces)\b)/,
      told: /what the engine installed on host3: .*bridge ovirtmgmt, services, open ports/,
    },
    { where: /^hosts\.host3\.localMaintenance/, told: /the flag of local maintenance/ },
  ],
};
