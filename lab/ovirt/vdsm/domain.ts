/** What storage domains have in common, whatever they lie on. */
import type { VmLease } from './leases.ts';
import type { Volume } from './volume-model.ts';

/** What vdsm notes in the domain's metadata, and what it keeps in it. */
export interface DomainContents {
  readonly id: string;
  name: string;
  pool: string | undefined;
  master: boolean;
  readonly volumes: Map<string, Volume>;
  /** The leases of VMs, on `xleases`. */
  readonly leases: Map<string, VmLease>;
}

export const newContents = (made: { id: string; name: string }): DomainContents => ({
  ...made,
  pool: undefined,
  master: false,
  volumes: new Map(),
  leases: new Map(),
});

/** The metadata of format 5 that every type of domain has. */
export const metadataOf = (domain: DomainContents, type: 'FCP' | 'ISCSI' | 'NFS'): Record<string, string> => ({
  ALIGNMENT: String(2 ** 20),
  BLOCK_SIZE: '512',
  CLASS: 'Data',
  DESCRIPTION: domain.name,
  IOOPTIMEOUTSEC: '10',
  LEASERETRIES: '3',
  LEASETIMESEC: '60',
  LOCKPOLICY: '',
  LOCKRENEWALINTERVALSEC: '5',
  POOL_UUID: domain.pool ?? '',
  ROLE: domain.master ? 'Master' : 'Regular',
  SDUUID: domain.id,
  TYPE: type,
  VERSION: '5',
});
