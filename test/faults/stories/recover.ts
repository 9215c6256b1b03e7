import { lookOnHost } from '../../support/host-files.ts';
import type { Stack } from '../../support/stack.ts';
import type { Story } from './story.ts';

/** The broker has died on the host that runs the engine VM, and the agent gives up over and over. */
export const recover: Story = {
  name: 'recoverHostedEngineAgent',
  runbook: 'recoverHostedEngineAgent',
  input: { host: 'host1' },
  world: { preset: 'deployed', hosts: 2 },
  prepare: brokerDies,
  targets: ['engine', 'host1', 'host2'],
  host: 'host1',
  undone: [
    {
      where: /^hosts\.host[12]\.(services\.ovirt-ha-(agent|broker)|haState|haScore)/,
      told: /broker and agent of host1, restarted/,
    },
  ],
};

async function brokerDies(stack: Stack): Promise<void> {
  await stack.control.fault({ target: 'host1', kind: 'ha-broker-dead' });
  const gaveUp = 'journalctl -u ovirt-ha-agent -o cat --no-pager | grep -c status=157';
  while (Number((await lookOnHost(stack.lab.inventory, 'host1', gaveUp)).stdout) === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
