import type { Command } from '../../types.ts';
import { dissolveBridge } from '../host-deploy.ts';

/** `vdsm-tool`: the verbs by which the cleanup takes vdsm's configuration off a host. */
export const vdsmTool: Command = async (ctx) => {
  const { host } = ctx;
  switch (ctx.args[0]) {
    case 'restore-nets': {
      await ctx.sleep(15);
      dissolveBridge(host);
      ctx.changed(`networks of ${host.name} restored`);
      return 0;
    }
    case 'remove-config':
      await ctx.sleep(6);
      host.libvirt.sasl = false;
      ctx.changed(`vdsm's configuration removed on ${host.name}`);
      return 0;
    case 'is-configured':
      if (host.libvirt.sasl) {
        ctx.out('libvirt is already configured for vdsm\n');
        return 0;
      }
      ctx.out('libvirt is not configured for vdsm yet\nModules libvirt are not configured\n');
      return 1;
    case 'configure':
      await ctx.sleep(8);
      host.libvirt.sasl = true;
      ctx.changed(`vdsm configured on ${host.name}`);
      ctx.out('\nDone configuring modules to VDSM.\n');
      return 0;
    default:
      ctx.err(`Usage: vdsm-tool [options] <action> [arguments]\n`);
      return 1;
  }
};
