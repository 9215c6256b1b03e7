/**
 * `ovirt-hosted-engine-cleanup`: takes the hosted engine off a host. It prints what it does and goes on whatever
 * happens, so its exit code says nothing; it cuts the network when it gives the management bridge back; and it
 * leaves the shared storage, packages, enabled units, HA maintenance flags and saved answers as they are.
 */
import type { Command, CommandContext } from '../../types.ts';
import { configurationFiles } from './files.ts';

const INTRO = ` This will de-configure the host to run ovirt-hosted-engine-setup from scratch. 
Caution, this operation should be used with care.
`;
const QUESTION = '\nAre you sure you want to proceed? [y/n]\n';
const BRIDGE = `  A previously configured management bridge has been found on the system, this will try to de-configure it. Under certain circumstances you can loose network connection.
`;

async function agreed(ctx: CommandContext, text: string): Promise<boolean> {
  ctx.out(`${text}${QUESTION}`);
  if ((await ctx.stdin.line()) === 'y') return true;
  ctx.err('FATAL: Please contact support for further assistance.\n');
  return false;
}

const banner = (ctx: CommandContext, text: string): void => ctx.out(`\n  -=== ${text} ===- \n\n`);

/** Runs a program and shows what it says; its failure changes nothing. */
async function show(ctx: CommandContext, ...argv: string[]): Promise<void> {
  const done = await ctx.run(argv);
  if (done.stdout) ctx.out(done.stdout);
  if (done.stderr) ctx.err(done.stderr);
}

async function stop(ctx: CommandContext, ...units: string[]): Promise<void> {
  await show(ctx, 'systemctl', 'stop', ...units);
}

async function destroyVm(ctx: CommandContext): Promise<void> {
  banner(ctx, 'Destroy hosted-engine VM');
  await show(ctx, 'hosted-engine', '--vm-poweroff');
  if (ctx.host.libvirt.domains.get('HostedEngine')?.state === 'running') {
    banner(ctx, 'Killing left-behind HostedEngine processes');
    await ctx.sleep(5);
    ctx.host.libvirt.stop('HostedEngine', 'destroy');
  }
  const auth = 'qemu:///system?authfile=/etc/ovirt-hosted-engine/virsh_auth.conf';
  if (ctx.host.units.isActive('libvirtd.service')) await show(ctx, 'virsh', '-c', auth, 'undefine', 'HostedEngine');
}

/** 4.3 deletes by priority every rule whose line has a 1 in it, other people's among them. */
function removeRules(ctx: CommandContext): void {
  banner(ctx, 'Removing IP Rules');
  const rules = (ctx.host.volatile.get('ip-rules') as string[] | undefined) ?? [];
  ctx.host.volatile.set(
    'ip-rules',
    rules.filter((rule) => !rule.includes('1')),
  );
}

export const cleanupCommand: Command = async (ctx) => {
  const [option] = ctx.args;
  if (option !== undefined && option !== '-q') {
    ctx.out('Usage: /sbin/ovirt-hosted-engine-cleanup [-h] [-q]\n    -h  this help\n    -q  no questions\n');
    return option === '-h' ? 0 : 1;
  }
  const quiet = option === '-q';
  if (!quiet && !(await agreed(ctx, INTRO))) return 1;
  await destroyVm(ctx);
  banner(ctx, 'Stop HA services');
  await stop(ctx, 'ovirt-ha-agent', 'ovirt-ha-broker');
  banner(ctx, 'Shutdown sanlock');
  await show(ctx, 'sanlock', 'client', 'shutdown', '-f', '1');
  banner(ctx, 'Disconnecting the hosted-engine storage domain');
  await show(ctx, 'hosted-engine', '--disconnect-storage');
  banner(ctx, 'De-configure VDSM networks');
  const bridge = ctx.host.network.interfaces.get('ovirtmgmt');
  if (bridge && bridge.addresses.length > 0 && !quiet && !(await agreed(ctx, BRIDGE))) return 1;
  await show(ctx, 'vdsm-tool', 'restore-nets');
  banner(ctx, 'Stop other services');
  await stop(ctx, 'vdsmd', 'supervdsmd', 'libvirtd', 'momd', 'sanlock');
  banner(ctx, 'De-configure external daemons');
  await show(ctx, 'vdsm-tool', 'remove-config');
  banner(ctx, 'Removing configuration files');
  for (const path of configurationFiles(ctx.host)) {
    if (!ctx.host.fs.exists(path)) ctx.out(`? ${path} already missing\n`);
    else {
      ctx.out(`- removing ${path}\n`);
      ctx.host.fs.remove(path);
    }
  }
  removeRules(ctx);
  ctx.changed(`hosted engine cleaned up on ${ctx.host.name}`);
  return 0;
};
