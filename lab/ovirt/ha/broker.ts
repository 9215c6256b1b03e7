import type { Command, CommandContext, LabHost } from '../../types.ts';
import { vmId } from '../conf.ts';
import { paths } from '../paths.ts';
import { hostedStorage } from '../storage.ts';
import { connectDomain, findDomain } from '../vdsm/storage-domain.ts';
import { prepareVolume } from '../vdsm/volumes.ts';
import { asctime } from './log.ts';

const log = (ctx: CommandContext, level: string, message: string): void => {
  const at = asctime(ctx.host.date());
  const source = 'broker::61::ovirt_hosted_engine_ha.broker.broker.Broker';
  ctx.host.fs.append(paths.brokerLog, `MainThread::${level}::${at}::${source}::(run) ${message}\n`);
  if (level !== 'ERROR') return;
  ctx.host.journal.log({
    identifier: 'journal',
    pid: ctx.process.pid,
    unit: 'ovirt-ha-broker.service',
    priority: 3,
    message: `ovirt-ha-broker ovirt_hosted_engine_ha.broker.broker.Broker ERROR ${message}`,
  });
};

/** vdsm connects the domain and prepares the three small images that the HA services read and write. */
function connectStorage(host: LabHost): void {
  const storage = hostedStorage(host);
  const domain = storage && findDomain(host.lab, storage.volumes.domain);
  if (!storage || !domain) return;
  connectDomain(host, domain);
  const { lockspace, metadata, conf } = storage.volumes;
  for (const { image } of [lockspace, metadata, conf])
    prepareVolume(host, domain, image, { open: image === lockspace.image });
}

/**
 * The broker: holds the link to the shared metadata and the socket by which agent and tools reach it. Its runtime
 * directory goes with it, so vm.conf and the socket vanish when it stops.
 */
export const brokerProgram: Command = async (ctx) => {
  const { host } = ctx;
  if (vmId(host) === undefined) {
    log(ctx, 'ERROR', 'Hosted Engine is not configured. Shutting down.');
    return 255;
  }
  log(ctx, 'INFO', 'ovirt-hosted-engine-ha broker 2.3.6 started');
  await ctx.sleep(3);
  if (!host.units.isActive('vdsmd.service') || hostedStorage(host) === undefined) {
    log(ctx, 'ERROR', "Can't connect vdsm storage: Connection to storage server failed");
    return 1;
  }
  connectStorage(host);
  host.fs.write(paths.brokerSocket, '', { mode: 0o755, owner: 'vdsm', group: 'kvm' });
  ctx.ready();
  for (;;) {
    await ctx.sleep(10);
    if (hostedStorage(host) === undefined) {
      log(ctx, 'ERROR', 'Failed to read state.');
      log(ctx, 'ERROR', 'Trying to restart the broker');
      return 0;
    }
  }
};
