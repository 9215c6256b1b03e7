/**
 * The `hosted-engine` command of 4.3: a shell dispatcher on a host. It holds a host for deployed when
 * hosted-engine.conf has a vmid, reads what the local agent and broker left, and gives orders to the local vdsm.
 * Which sentences go to stdout and which to stderr is as odd here as in the original.
 */
import type { Command, CommandContext } from '../../types.ts';
import { vmId } from '../conf.ts';
import { deployCommand } from '../deploy/index.ts';
import { checkLiveliness } from './liveliness.ts';
import { setMaintenance } from './maintenance.ts';
import { getSharedConfig, setSharedConfig } from './shared-config.ts';
import { vmStatus } from './status.ts';
import { connectStorage, disconnectStorage, reinitializeLockspace } from './storage.ts';
import { commandHelp, usage } from './usage.ts';
import {
  addConsolePassword,
  notDeployed,
  openConsole,
  poweroffVm,
  shutdownCommand,
  startVm,
  vmConfMissing,
} from './vm.ts';

const needsDeployment =
  (command: Command): Command =>
  async (ctx) =>
    vmId(ctx.host) === undefined ? notDeployed(ctx) : command(ctx);

const commands: Readonly<Record<string, Command>> = {
  '--deploy': deployCommand,
  '--vm-start': needsDeployment((ctx) => startVm(ctx, false)),
  '--vm-start-paused': needsDeployment((ctx) => startVm(ctx, true)),
  '--vm-shutdown': needsDeployment(shutdownCommand),
  '--vm-poweroff': needsDeployment(poweroffVm),
  '--vm-status': vmStatus,
  '--add-console-password': needsDeployment(addConsolePassword),
  '--check-deployed': async (ctx) => {
    if (vmId(ctx.host) !== undefined) return 0;
    ctx.out('The hosted engine has not been deployed\n');
    return 1;
  },
  '--check-liveliness': checkLiveliness,
  '--connect-storage': needsDeployment(connectStorage),
  '--disconnect-storage': needsDeployment(disconnectStorage),
  '--console': openConsole,
  '--set-maintenance': setMaintenance,
  '--set-shared-config': setSharedConfig,
  '--get-shared-config': getSharedConfig,
  '--reinitialize-lockspace': needsDeployment(reinitializeLockspace),
  '--clean-metadata': needsDeployment(async (ctx) => {
    if (vmConfMissing(ctx)) return 1;
    const agent = '/usr/share/ovirt-hosted-engine-ha/ovirt-ha-agent';
    const done = await ctx.run([agent, '--cleanup', ...ctx.args]);
    ctx.out(done.stdout);
    ctx.err(done.stderr);
    return done.code;
  }),
};

/** /usr/sbin/hosted-engine: only the first argument chooses, the rest belongs to the chosen command. */
export const hostedEngine: Command = async (ctx: CommandContext) => {
  const [name, ...args] = ctx.args;
  if (name === undefined) {
    ctx.out(usage(Object.keys(commands)));
    return 1;
  }
  if (name === '--help') {
    const about = args[0];
    ctx.out(about !== undefined && commands[about] ? commandHelp(about) : usage(Object.keys(commands)));
    return 0;
  }
  const command = commands[name];
  if (!command) {
    ctx.err(`Invalid option '${name}'\n`);
    ctx.out(usage(Object.keys(commands)));
    return 1;
  }
  if (args[0] === '--help') {
    ctx.out(commandHelp(name));
    return 0;
  }
  return command({ ...ctx, args });
};
