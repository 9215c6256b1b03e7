import { storageOn } from '../../../ovirt/storage.ts';
import { domainOn } from '../../../ovirt/vdsm/block-domain.ts';
import type { StorageDomain } from '../../../ovirt/vdsm/storage-domain.ts';
import { findDomain } from '../../../ovirt/vdsm/storage-domain.ts';
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

/** A storage domain as the engine knows it; what it holds is on its LUN or in its export. */
export interface DomainRow {
  readonly id: string;
  name: string;
  description: string;
  comment: string;
  readonly type: 'fcp' | 'iscsi' | 'nfs';
  /** WWID of the LUN under it, where there is one. */
  readonly lun: string | undefined;
  /** How hosts reach it, where they have to be told. */
  readonly connectionIds: readonly string[];
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

/** What vdsm finds behind a row; gone when its storage was wiped. */
export const vdsmDomain = (lab: Lab, row: DomainRow): StorageDomain | undefined => findDomain(lab, row.id);

type NewDomain = Pick<DomainRow, 'id' | 'name' | 'type' | 'lun' | 'connectionIds' | 'diskProfileId'>;

export const newDomain = (row: NewDomain): DomainRow => ({
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
  const made = newDomain({
    ...{ id: domain.id, name: domain.name, type: 'fcp', lun: lun.wwid, connectionIds: [] },
    diskProfileId: makeId(),
  });
  const attached = { dataCenterId: owner?.id, status: 'active', master: true, hostedEngine: true } as const;
  db.storageDomains.set(domain.id, { ...made, ...attached });
}
