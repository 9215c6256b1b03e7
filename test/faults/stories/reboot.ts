import type { Story } from './story.ts';

const world = { preset: 'deployed', hosts: 2 };
const targets = ['engine', 'host1', 'host2'];
const once = { step: 'reboot-the-host', seen: /^\S+ (\S*\/)?systemctl reboot/ };

/** The article's way: the engine VM is shut down under global maintenance. */
export const reboot: Story = {
  name: 'rebootHostedEngineHost',
  runbook: 'rebootHostedEngineHost',
  input: { host: 'host1', strategy: 'globalMaintenance' },
  world,
  targets,
  host: 'host1',
  once,
  // Before global maintenance, HA starts the engine VM of a host that goes down hard on another one.
  rebootTold: /the engine VM is not on host1 any more, but on host2: somebody has moved it/,
  undone: [],
};

/** The better way: the engine VM moves, the engine takes the host out and back. */
export const rebootMoved: Story = {
  ...reboot,
  name: 'rebootHostedEngineHost/moveEngine',
  input: { host: 'host1', strategy: 'moveEngine' },
  // Nothing moves it back, as nothing does after a run that succeeds.
  undone: [
    {
      where: /^(hostedEngine|engine\.vms\.HostedEngine|luns|hosts\.host\d\.(domains|haState))\b/,
      told: /the engine VM runs on host2; before the maintenance of host1 it ran there/,
    },
  ],
};
