import type { CommandContext } from '../../types.ts';
import { paths } from '../paths.ts';
import { hostedStorage, storageStuck } from '../storage.ts';

const traceback = (ctx: CommandContext, last: string): number => {
  ctx.err(
    `Traceback (most recent call last):\n  File "/usr/lib64/python2.7/runpy.py", line 162, in _run_module_as_main\n${last}\n`,
  );
  return 1;
};

/** `--connect-storage`: vdsm links the hosted-engine domain again; silent. */
export async function connectStorage(ctx: CommandContext): Promise<number> {
  const { host } = ctx;
  await ctx.sleep(4);
  const wasStuck = storageStuck.get(host);
  storageStuck.set(host, false);
  if (!host.units.isActive('vdsmd.service') || !hostedStorage(host)) {
    storageStuck.set(host, wasStuck);
    return traceback(ctx, 'RuntimeError: Connection to storage server failed');
  }
  if (wasStuck) ctx.changed(`hosted-engine storage connected on ${host.name}`);
  return 0;
}

/** `--disconnect-storage`: over Fibre Channel there is nothing to log out from, so only vdsm must answer. */
export async function disconnectStorage(ctx: CommandContext): Promise<number> {
  await ctx.sleep(3);
  if (ctx.host.units.isActive('vdsmd.service')) return 0;
  return traceback(
    ctx,
    'RuntimeError: Disconnection to storage server failed, unable to recover: Connection refused - Please try rebooting the host to reach a consistent status',
  );
}

/** Makes the lockspace anew, which drops every lease; refuses unless the whole cluster stands still. */
export async function reinitializeLockspace(ctx: CommandContext): Promise<number> {
  const { host } = ctx;
  await ctx.sleep(2);
  const storage = hostedStorage(host);
  if (!host.fs.exists(paths.brokerSocket) || !storage) {
    return traceback(ctx, 'ovirt_hosted_engine_ha.lib.exceptions.RequestError: Failed to connect to broker');
  }
  if (!ctx.args.includes('--force')) {
    if (!storage.globalMaintenance) {
      return traceback(ctx, 'Exception: Lockfile reset can be performed in global maintenance mode only.');
    }
    if ([...storage.blocks.values()].some((block) => !block.stopped)) {
      return traceback(ctx, 'Exception: Lockfile reset cannot be performed with an active agent.');
    }
  }
  storage.lockspaceReady = true;
  storage.lease = undefined;
  ctx.changed('hosted-engine lockspace made anew');
  return 0;
}
