import type { Story } from './story.ts';

/** With Kdump, so that the host is installed again, in maintenance. */
export const fencing: Story = {
  name: 'configureFencing',
  runbook: 'configureFencing',
  input: { host: 'host2' },
  world: { preset: 'deployed', hosts: 2 },
  targets: ['engine', 'host1', 'host2'],
  host: 'host2',
  once: {
    step: 'install-the-host-again-with-kdump-integration',
    seen: /^POST \/ovirt-engine\/api\/hosts\/[^/]+\/install/,
  },
  // Nothing takes back what the installation wrote on the host.
  undone: [{ where: /^engine\.power\.host2\b.*\.kdump:/, told: /host2 keeps the Kdump integration/ }],
};
