import type { Story } from './story.ts';

const world = { preset: 'deployed', hosts: 2 };
const targets = ['engine', 'host1', 'host2'];

/** A new one beside that of the hosted engine. */
export const cluster: Story = {
  name: 'createCluster',
  runbook: 'createCluster',
  input: { name: 'Second', dataCenter: 'Datacenter1' },
  world,
  targets,
  host: 'host1',
  once: { step: 'create-the-cluster-second', seen: /^POST \/ovirt-engine\/api\/clusters\b(?!\/)/ },
  undone: [],
};

/** The one that is there, given another CPU type. */
export const clusterChanged: Story = {
  name: 'createCluster/change',
  runbook: 'createCluster',
  input: { name: 'Default', dataCenter: 'Default', cpuType: 'Intel Westmere Family' },
  world,
  targets,
  host: 'host1',
  // Nothing unsets a CPU type.
  undone: [{ where: /^engine\.clusters\.Default\b/, told: /cluster Default keeps the CPU type/ }],
};
