import { daemonOn } from '../../imageio/daemon.ts';
import type { Ticket } from '../../imageio/tickets.ts';
import type { LabHost } from '../../types.ts';
import { contentPath } from './content.ts';
import type { StorageDomain } from './storage-domain.ts';
import type { Volume } from './volume-model.ts';
import { prepareVolume, teardownVolume } from './volumes.ts';

export interface NewTicket {
  readonly id: string;
  readonly transferId: string;
  readonly may: 'read' | 'write';
  readonly size: number;
  readonly timeout: number;
}

/** Opens a volume on the host and gives the image daemon a ticket for it; false when no daemon runs. */
export function openImage(host: LabHost, domain: StorageDomain, volume: Volume, ticket: NewTicket): boolean {
  const daemon = daemonOn(host);
  if (!daemon) return false;
  prepareVolume(host, domain, volume.id, { open: true });
  daemon.add({ ...ticket, path: contentPath(host.lab, volume.id) });
  return true;
}

/** The ticket as the host's daemon has it; a daemon that was started again has none. */
export const imageTicket = (host: LabHost, id: string): Ticket | undefined => daemonOn(host)?.tickets.get(id);

/** Takes the ticket back; false when no daemon runs that could be told. A ticket that is gone is no failure. */
export function removeTicket(host: LabHost, id: string): boolean {
  const daemon = daemonOn(host);
  daemon?.tickets.delete(id);
  return daemon !== undefined;
}

export const releaseImage = (host: LabHost, domain: StorageDomain, volume: Volume): void =>
  teardownVolume(host, domain, volume.id);
