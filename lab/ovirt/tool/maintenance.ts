import type { CommandContext } from '../../types.ts';
import { setLocalMaintenance, vmId } from '../conf.ts';
import { isRunning, vmRecord } from '../engine-vm.ts';
import { paths } from '../paths.ts';
import { hostedStorage } from '../storage.ts';
import { notDeployed } from './vm.ts';

/**
 * Writes the maintenance flags: always both, the host's own and the shared one. So `none` and `local` end global
 * maintenance for the whole cluster, and `global` ends this host's local maintenance. The agents act on it later.
 */
export async function setMaintenance(ctx: CommandContext): Promise<number> {
  const { host } = ctx;
  const option = ctx.args[0];
  if (!option?.startsWith('--mode=')) {
    ctx.out('You must specify a maintenance mode with --mode\n');
    return 1;
  }
  const mode = option.slice('--mode='.length);
  if (!['global', 'local', 'none'].includes(mode)) {
    ctx.out(`Invalid value '${mode}' for --mode\n`);
    return 1;
  }
  if (vmId(host) === undefined) return notDeployed(ctx);
  await ctx.sleep(0.8);
  if (mode === 'local') {
    if (!host.units.isActive('vdsmd.service')) {
      ctx.err('Failed communicating with VDSM: Connection refused\n');
      return 1;
    }
    if (isRunning(vmRecord(host))) {
      ctx.err(
        'Unable to enter local maintenance mode: the engine VM is running on the current host, please migrate it before entering local maintenance mode.\n',
      );
      return 1;
    }
  }
  const storage = hostedStorage(host);
  if (!host.fs.exists(paths.brokerSocket) || !storage) {
    ctx.err('Cannot connect to the HA daemon, please check the logs.\n');
    return 1;
  }
  setLocalMaintenance(host, mode === 'local');
  if (storage.globalMaintenance !== (mode === 'global')) {
    storage.globalMaintenance = mode === 'global';
    ctx.changed(`global maintenance ${storage.globalMaintenance ? 'set' : 'ended'} from ${host.name}`);
  }
  return 0;
}
