import { databaseOf, machineAt } from '../engine/api/database/database.ts';
import type { TransferRow } from '../engine/api/database/transfers.ts';
import { openTransfers } from '../engine/api/database/transfers.ts';
import type { Daemon } from '../imageio/daemon.ts';
import { daemonOn } from '../imageio/daemon.ts';
import { anyStorage } from '../ovirt/storage.ts';
import type { EventAction, Lab, LabHost } from '../types.ts';

/** What befalls image transfers. The target is a host, or `imageio`: the host that carries a transfer now. */

function carrierOf(lab: Lab, target: string): { host: LabHost; daemon: Daemon } {
  const named = lab.hosts.get(target);
  if (!named && target !== 'imageio') throw new Error(`there is no host ${target}`);
  for (const host of named ? [named] : lab.hosts.values()) {
    const daemon = daemonOn(host);
    if (daemon && (named || daemon.tickets.size > 0)) return { host, daemon };
  }
  throw new Error(named ? `no image daemon runs on ${target}` : 'no transfer is open on any host');
}

/** Virtual seconds within which the engine has looked at its transfers again. */
const PATIENCE = 60;

export const imageEvents: Readonly<Record<string, EventAction>> = {
  /** The daemon is killed, at once or in the middle of an upload; systemd starts it again without its tickets. */
  'imageio-kill': async (lab, event) => {
    const { host, daemon } = carrierOf(lab, event.target);
    const bytes = typeof event.afterBytes === 'number' ? event.afterBytes : 0;
    daemon.dieAfter(bytes);
    return bytes > 0
      ? `the image daemon of ${host.name} dies when ${bytes} more bytes are written`
      : `the image daemon of ${host.name} was killed`;
  },
  /** vdsm is away until the engine has missed it: the engine pauses what is uploaded there; the tickets stay. */
  'transfer-pause-system': async (lab, event) => {
    const { host } = carrierOf(lab, event.target);
    const image = anyStorage(lab)?.image;
    if (!image) throw new Error('no hosted engine is deployed');
    const db = databaseOf(lab, image);
    await host.units.stop('vdsmd.service');
    try {
      const end = lab.clock.now() + PATIENCE * 1000;
      const here = (row: TransferRow): boolean =>
        row.phase === 'transferring' && machineAt(lab, db.hosts.get(row.hostId ?? '')?.address ?? '') === host;
      while (openTransfers(db).some(here) && lab.clock.now() < end) await lab.clock.sleep(1);
    } finally {
      await host.units.start('vdsmd.service');
    }
    return `the engine lost ${host.name} for a moment and paused the transfers there`;
  },
};
