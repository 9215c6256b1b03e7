import { imagePorts } from '../../../imageio/index.ts';
import { sign } from '../../../imageio/signed-ticket.ts';
import { waysOf } from '../../../imageio/ways.ts';
import { uuid } from '../../../ovirt/ids.ts';
import { COW_OVERHEAD, toExtents } from '../../../ovirt/vdsm/block-volumes.ts';
import { imageTicket, openImage, removeTicket } from '../../../ovirt/vdsm/image-tickets.ts';
import type { StorageDomain } from '../../../ovirt/vdsm/storage-domain.ts';
import { reaches } from '../../../ovirt/vdsm/storage-domain.ts';
import type { Volume } from '../../../ovirt/vdsm/volume-model.ts';
import type { Lab, LabHost } from '../../../types.ts';
import { dataCenterOf } from '../database/data-centers.ts';
import type { EngineDatabase, HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { vdsmDomain } from '../database/storage-domains.ts';
import type { TransferRow } from '../database/transfers.ts';
import { vdsmAnswers } from '../monitor/hosts.ts';

/** Virtual seconds (0000_config.sql): a daemon's ticket, its renewal ahead of that, a signed ticket. */
const times = { ticket: 300, ahead: 240, signed: 36_000 } as const;

export interface Image {
  readonly domain: StorageDomain;
  readonly volume: Volume;
}

/** The volume of a transfer; undefined when it is gone with its domain or its disk. */
export function imageOf(lab: Lab, db: EngineDatabase, row: TransferRow): Image | undefined {
  const domainRow = db.storageDomains.get(db.disks.get(row.diskId)?.domainId ?? '');
  const domain = domainRow && vdsmDomain(lab, domainRow);
  const volume = domain?.volumes.get(row.volumeId);
  return domain && volume && { domain, volume };
}

/** The machine that carries a transfer, as long as its vdsm answers the engine. */
export function carrier(lab: Lab, db: EngineDatabase, row: TransferRow): LabHost | undefined {
  const host = db.hosts.get(row.hostId ?? '');
  const machine = host && machineAt(lab, host.address);
  return vdsmAnswers(machine) ? machine : undefined;
}

/** The host that was asked for, or any that is up and reaches the image. */
function choose(
  lab: Lab,
  db: EngineDatabase,
  row: TransferRow,
  { domain }: Image,
): { host: HostRow; machine: LabHost } | undefined {
  const dataCenter = [...db.storageDomains.values()].find((one) => one.id === domain.id)?.dataCenterId;
  for (const host of db.hosts.values()) {
    if (row.wantedHostId !== undefined && host.id !== row.wantedHostId) continue;
    const machine = machineAt(lab, host.address);
    const fit = host.status === 'up' && dataCenterOf(db, host)?.id === dataCenter;
    if (fit && vdsmAnswers(machine) && reaches(machine, domain)) return { host, machine };
  }
  return undefined;
}

/** What a ticket opens: the guest's bytes, or those of the volume as it lies there; a file grows as it is written. */
function ticketSize(row: TransferRow, { domain, volume }: Image): number {
  if (row.converts || volume.format === 'raw') return volume.capacity;
  if (domain.kind === 'file' && row.direction === 'upload') return Math.ceil(volume.capacity * COW_OVERHEAD);
  return domain.kind === 'file' ? volume.place.size : toExtents(volume.place.size);
}

const identity = (lab: Lab) => ({
  key: lab.store.read('secrets/engine-key.pem') ?? '',
  certificate: lab.store.read('engine-certificate.pem') ?? '',
});

/** Opens the image on a host and tells daemon and proxy of it; else gives the code of the event about the trouble. */
export function openSession(lab: Lab, db: EngineDatabase, row: TransferRow): 1067 | 1069 | undefined {
  const image = imageOf(lab, db, row);
  const chosen = image && choose(lab, db, row, image);
  if (!image || !chosen) return 1067;
  const { host, machine } = chosen;
  const id = uuid(lab);
  const size = ticketSize(row, image);
  const may = row.direction === 'upload' ? 'write' : 'read';
  const ticket = { id, transferId: row.id, may, size, timeout: times.ticket } as const;
  if (!openImage(machine, image.domain, image.volume, ticket)) return 1069;
  if (may === 'write') image.volume.legal = false;
  const now = Math.floor(lab.clock.now() / 1000);
  const ports = imagePorts(lab);
  const daemonUrl = ports?.daemon(machine) ?? `https://${host.address}:54322`;
  const contents = { nbf: now, iat: now, exp: now + times.signed, 'imaged-uri': daemonUrl };
  ports?.proxy.add({ id, daemon: daemonUrl, expires: contents.exp * 1000 });
  row.hostId = host.id;
  row.session = {
    ticketId: id,
    daemonUrl,
    proxyUrl: ports?.proxyUrl ?? `https://${lab.engineFqdn}:54323`,
    endsAt: lab.clock.now() + times.ticket * 1000,
    ...(waysOf(lab).ownProxy
      ? { signedTicket: sign({ ...contents, 'transfer-ticket': id, 'transfer-id': row.id }, identity(lab)) }
      : {}),
  };
  return undefined;
}

/** Renews the ticket when its end comes near; false when it should have been and could not be. */
export function keepSession(lab: Lab, db: EngineDatabase, row: TransferRow): boolean {
  const { session } = row;
  if (!session) return false;
  if (lab.clock.now() < session.endsAt - times.ahead * 1000) return true;
  const machine = carrier(lab, db, row);
  const ticket = machine && imageTicket(machine, session.ticketId);
  ticket?.extend(times.ticket);
  if (ticket) session.endsAt = lab.clock.now() + times.ticket * 1000;
  return ticket !== undefined;
}

/** Takes the ticket back; false when the host cannot be told, which is tried again. */
export function closeSession(lab: Lab, db: EngineDatabase, row: TransferRow): boolean {
  const { session } = row;
  if (!session) return true;
  const machine = carrier(lab, db, row);
  if (!machine || !removeTicket(machine, session.ticketId)) return false;
  imagePorts(lab)?.proxy.remove(session.ticketId);
  row.session = undefined;
  return true;
}
