import type { CommandContext } from '../../types.ts';
import { vmId } from '../conf.ts';
import { HOST_ALIVE_TIMEOUT } from '../ha/constants.ts';
import { agentRuntime } from '../ha/runtime.ts';
import { paths } from '../paths.ts';
import { statusJsonLine, statusText } from '../status/text.ts';
import { hostedStorage } from '../storage.ts';
import { notDeployed, vmConfMissing } from './vm.ts';

const complaint = (what: string): string => `An error occured while retrieving vm status, please make sure ${what}.\n`;

/** `--vm-status`: what this host's broker reads from the shared metadata, judged by what this host's agent holds alive. */
export async function vmStatus(ctx: CommandContext): Promise<number> {
  const { host } = ctx;
  if (vmId(host) === undefined) {
    if ((await ctx.run(['virsh', '-r', 'domstate', 'HostedEngineLocal'])).code !== 0) return notDeployed(ctx);
    ctx.out(
      "It seems like a previous attempt to deploy hosted-engine failed or it's still in progress. Please clean it up before trying again\n",
    );
    return 2;
  }
  if (vmConfMissing(ctx)) return 1;
  await ctx.sleep(0.6);
  const json = ctx.args[0] === '--json';
  if (!host.fs.exists(paths.brokerSocket)) {
    if (json) {
      ctx.err(
        'Traceback (most recent call last):\n  File "/usr/lib64/python2.7/runpy.py", line 162, in _run_module_as_main\n',
      );
      ctx.err('ValueError: Invalid control character at: line 1 column 108 (char 107)\n');
      return 1;
    }
    ctx.err('[Errno 2] No such file or directory\nCannot connect to the HA daemon, please check the logs.\n');
    ctx.err(complaint('the HA daemon is ready and reachable'));
    ctx.err('Unable to connect the HA Broker \n');
    return 1;
  }
  const storage = hostedStorage(host);
  if (!storage) {
    ctx.err(complaint('your storage is reachable'));
    return 1;
  }
  const blocks = [...storage.blocks.values()].sort((a, b) => a.hostId - b.hostId);
  const known = agentRuntime(host)?.alive;
  const fresh = known !== undefined && ctx.lab.clock.now() - known.at <= HOST_ALIVE_TIMEOUT * 1000;
  const view = {
    globalMaintenance: storage.globalMaintenance,
    blocks,
    alive: fresh ? known.ids : new Set<number>(),
  };
  if (json) {
    ctx.out(statusJsonLine(view));
    return 0;
  }
  if (blocks.length === 0) return 1;
  ctx.out(statusText(view));
  return 0;
}
