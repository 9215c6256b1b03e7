import type { CommandContext } from '../../types.ts';
import { hostedEngineConf, vmId } from '../conf.ts';
import { hostedStorage } from '../storage.ts';

const PREFIX = 'INFO:ovirt_hosted_engine_ha.agent.hosted_engine.HostedEngine:';
const ERROR = 'ERROR:ovirt_hosted_engine_ha.agent.hosted_engine.HostedEngine:';

/** `ovirt-ha-agent --cleanup`: takes one host's block out of the shared metadata, if it says stopped or force is given. */
export async function cleanMetadata(ctx: CommandContext): Promise<number> {
  const { host, args } = ctx;
  if (vmId(host) === undefined) return 255;
  if (!host.units.isActive('vdsmd.service')) {
    ctx.err(`${ERROR}Service vdsmd is not running and the admin is responsible for starting it.\n`);
    return 158;
  }
  const storage = hostedStorage(host);
  if (!storage) {
    ctx.err(`${ERROR}Trying to restart agent\n`);
    return 157;
  }
  const asked = args.find((arg) => arg.startsWith('--host-id='));
  const id = Number(asked?.slice('--host-id='.length) ?? hostedEngineConf(host)?.get('host_id'));
  await ctx.sleep(12);
  const block = storage.blocks.get(id);
  if (block && !block.stopped && !args.includes('--force-cleanup')) {
    ctx.err(`${ERROR}Cannot clean unclean metadata block. Consider --force-clean.\n`);
    return 0;
  }
  ctx.err(`${PREFIX}Cleaning the metadata block!\n`);
  if (storage.blocks.delete(id)) ctx.changed(`hosted-engine metadata of host ${id} cleaned`);
  return 0;
}
