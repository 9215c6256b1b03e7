import { storageOn } from '../../../ovirt/storage.ts';
import type { BlockDomain } from '../../../ovirt/vdsm/block-domain.ts';
import { domainOn, findDomain } from '../../../ovirt/vdsm/block-domain.ts';
import type { Lab } from '../../../types.ts';
import type { DataCenterRow } from './data-centers.ts';
import { dataCenterOf } from './data-centers.ts';
import type { EngineDatabase } from './database.ts';

export type DomainStatus =
  | 'locked'
  | 'unattached'
  | 'maintenance'
  | 'activating'
  | 'active'
  | 'inactive'
  | 'preparing_for_maintenance'
  | 'detaching';

/** A storage domain as the engine knows it; what it holds is on its LUN. */
export interface DomainRow {
  readonly id: string;
  name: string;
  description: string;
  comment: string;
  /** WWID of the LUN under it. */
  readonly lun: string;
  dataCenterId: string | undefined;
  status: DomainStatus;
  /** The status before the operation that holds it, to which it falls back; a domain that is being made has none. */
  before?: DomainStatus | undefined;
  master: boolean;
  readonly hostedEngine: boolean;
  backup: boolean;
  wipeAfterDelete: boolean;
  discardAfterDelete: boolean;
  /** Per cent of free space below which the engine warns, and GB below which it refuses. */
  warningLowSpace: number;
  criticalSpace: number;
  readonly diskProfileId: string;
}

/** Statuses in which an operation holds the domain. */
export const inProcess = new Set<DomainStatus>(['locked', 'activating', 'preparing_for_maintenance', 'detaching']);

/** A status as messages name it: `PreparingForMaintenance`. */
export const statusWord = (status: string): string =>
  status.replaceAll(/(?:^|_)(\w)/g, (_all, letter: string) => letter.toUpperCase());

export const domainsOf = (db: EngineDatabase, dataCenter: DataCenterRow): DomainRow[] =>
  [...db.storageDomains.values()].filter((domain) => domain.dataCenterId === dataCenter.id);

export const masterOf = (db: EngineDatabase, dataCenter: DataCenterRow): DomainRow | undefined =>
  domainsOf(db, dataCenter).find((domain) => domain.master);

/** The volume group behind a row; gone when the LUN was wiped. */
export const blockDomain = (lab: Lab, row: DomainRow): BlockDomain | undefined => findDomain(lab, row.id);

export const newDomain = (row: Pick<DomainRow, 'id' | 'name' | 'lun' | 'diskProfileId'>): DomainRow => ({
  description: '',
  comment: '',
  dataCenterId: undefined,
  status: 'locked',
  master: false,
  hostedEngine: false,
  backup: false,
  wipeAfterDelete: false,
  discardAfterDelete: false,
  warningLowSpace: 10,
  criticalSpace: 5,
  ...row,
});

/** The hosted engine's own domain is in the database from the deployment on, as master of its data center. */
export function adoptHostedStorage(lab: Lab, db: EngineDatabase, makeId: () => string): void {
  const lun = lab.luns.find((one) => storageOn(one)?.image === db.image);
  const domain = lun && domainOn(lun);
  if (!lun || !domain || db.storageDomains.has(domain.id)) return;
  const owner = dataCenterOf(db, { clusterId: db.engineClusterId });
  const made = newDomain({ id: domain.id, name: domain.name, lun: lun.wwid, diskProfileId: makeId() });
  const attached = { dataCenterId: owner?.id, status: 'active', master: true, hostedEngine: true } as const;
  db.storageDomains.set(domain.id, { ...made, ...attached });
}
