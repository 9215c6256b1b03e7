import type { CommandContext } from '../../types.ts';
import { hostedEngineConf, vmId } from '../conf.ts';
import { createVm, destroyVm, isRunning, shutdownVm, vmRecord } from '../engine-vm.ts';
import { paths } from '../paths.ts';

const TICKET_SECONDS = 120;

export function notDeployed(ctx: CommandContext): number {
  ctx.out('You must run deploy first\n');
  return 1;
}

/** True, with the tool's sentence on stdout, while the agent has not fetched the VM's configuration since boot. */
export function vmConfMissing(ctx: CommandContext): boolean {
  const path = hostedEngineConf(ctx.host)?.get('conf') ?? paths.vmConf;
  if (ctx.host.fs.exists(path)) return false;
  ctx.out(
    'The hosted engine configuration has not been retrieved from shared storage. Please ensure that ovirt-ha-agent is running and the storage server is reachable.\n',
  );
  return true;
}

/** vdsm's own words when it does not know the VM. */
function unknownVm(ctx: CommandContext, call: string): void {
  const id = vmId(ctx.host) ?? '';
  ctx.err(`Command VM.${call} with args {'vmID': '${id}'} failed:\n`);
  ctx.err(`(code=1, message=Virtual machine does not exist: {'vmId': u'${id}'})\n`);
}

function vdsmMissing(ctx: CommandContext): boolean {
  if (ctx.host.units.isActive('vdsmd.service')) return false;
  ctx.err('Failed to connect to VDSM: Connection to localhost:54321 with use_tls=True, timeout=60 failed\n');
  return true;
}

/** The VM's status as the tool's helper prints it; nothing with a complaint on stderr when vdsm does not know it. */
function statusHere(ctx: CommandContext): string | undefined {
  const record = vmRecord(ctx.host);
  if (record) return record.status;
  if (!vdsmMissing(ctx)) unknownVm(ctx, 'getStats');
  return undefined;
}

/** Starts the VM; returns before its lease is taken, so that success here promises nothing yet. */
export async function startVm(ctx: CommandContext, paused: boolean): Promise<number> {
  if (vmConfMissing(ctx)) return 1;
  await ctx.sleep(1);
  const status = statusHere(ctx);
  if (status === 'Down') {
    ctx.out('VM exists and is down, cleaning up and restarting\n');
    destroyVm(ctx.host);
  } else if (status !== undefined) {
    ctx.out(`VM exists and its status is ${status}\n`);
    return 1;
  }
  await ctx.sleep(1);
  const trouble = createVm(ctx.host, { paused });
  if (trouble !== undefined) {
    ctx.err(`Command VM.create with args {'vmID': '${vmId(ctx.host) ?? ''}'} failed:\n(code=1, message=${trouble})\n`);
    ctx.out('VM failed to launch\n');
    return 1;
  }
  ctx.changed(`engine VM started on ${ctx.host.name}`);
  ctx.out('VM in WaitForLaunch\n');
  return 0;
}

/** Asks the guest to shut down within 120 s; silent and asynchronous, and only for a VM on this host. */
export async function shutdownCommand(ctx: CommandContext): Promise<number> {
  await ctx.sleep(1);
  if (vdsmMissing(ctx)) return 1;
  if (!vmRecord(ctx.host)) {
    unknownVm(ctx, 'shutdown');
    return 1;
  }
  shutdownVm(ctx.host);
  ctx.changed(`engine VM told to shut down on ${ctx.host.name}`);
  return 0;
}

/** Ends the VM on this host at once. */
export async function poweroffVm(ctx: CommandContext): Promise<number> {
  await ctx.sleep(1);
  if (vdsmMissing(ctx)) return 1;
  if (!vmRecord(ctx.host)) {
    unknownVm(ctx, 'destroy');
    return 1;
  }
  destroyVm(ctx.host);
  ctx.changed(`engine VM powered off on ${ctx.host.name}`);
  return 0;
}

export async function addConsolePassword(ctx: CommandContext): Promise<number> {
  const option = ctx.args[0]?.startsWith('--password=') ? ctx.args[0].slice('--password='.length) : undefined;
  const password = option ?? ctx.env.get('OVIRT_HOSTED_ENGINE_CONSOLE_PASSWORD');
  if (!password) {
    if (!ctx.tty) {
      ctx.err('/sbin/hosted-engine: line 104: die: command not found\n');
      return 1;
    }
    ctx.err('Enter password: ');
    if ((await ctx.stdin.line()) === undefined) return 1;
    ctx.err('\n');
  }
  if (!isRunning(vmRecord(ctx.host))) {
    ctx.err('Failed detecting VNC port\n');
    return 1;
  }
  ctx.host.volatile.set('he-console-ticket', ctx.lab.clock.now() + TICKET_SECONDS * 1000);
  ctx.changed('console password of the engine VM');
  ctx.out(`You can now connect the hosted-engine VM with VNC at ${ctx.host.address}:5900\n`);
  return 0;
}

/** Opens the console; being on the wrong host is no error to it. */
export async function openConsole(ctx: CommandContext): Promise<number> {
  const status = statusHere(ctx);
  if (status === undefined) {
    ctx.out('The engine VM is not on this host\n');
    return 0;
  }
  if (status !== 'Up') {
    ctx.out(`The engine VM is on this host but its status is ${status}\n`);
    return 1;
  }
  ctx.out('The engine VM is running on this host\nEscape character is ^]\n');
  await ctx.stdin.text();
  return 0;
}
