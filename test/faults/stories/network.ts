import type { Story } from './story.ts';

export const network: Story = {
  name: 'createLogicalNetwork',
  runbook: 'createLogicalNetwork',
  input: { name: 'ovirtvm-vlan432', dataCenter: 'Datacenter1', cluster: 'Cluster1' },
  world: { preset: 'deployed', hosts: 2 },
  targets: ['engine', 'host1', 'host2'],
  host: 'host2',
  once: { step: /^set-up-ovirtvm-vlan432-on-host\d$/, seen: /^POST \/ovirt-engine\/api\/hosts\/[^/]+\/setupnetworks/ },
  undone: [],
};
