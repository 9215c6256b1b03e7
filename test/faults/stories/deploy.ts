import type { Story } from './story.ts';

export const deploy: Story = {
  name: 'deployHostedEngine',
  runbook: 'deployHostedEngine',
  input: { host: 'host1' },
  world: { preset: 'bare', hosts: 3 },
  targets: ['host1'],
  host: 'host1',
  once: { step: 'run-hosted-engine-deploy', seen: /^\S+ (\S*\/)?hosted-engine --deploy/ },
  rebootIsForPeople: true,
  placesEngineVm: true,
};
