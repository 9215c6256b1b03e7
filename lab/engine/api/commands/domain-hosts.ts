/** The hosts of a data center begin to use a domain, and let go of it. */
import {
  connectDomain,
  connectionName,
  reaches,
  releaseDomain,
  type StorageDomain,
} from '../../../ovirt/vdsm/storage-domain.ts';
import type { LabHost } from '../../../types.ts';
import type { DataCenterRow } from '../database/data-centers.ts';
import { hostsOf } from '../database/data-centers.ts';
import type { HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import type { DomainRow } from '../database/storage-domains.ts';
import { vdsmDomain } from '../database/storage-domains.ts';
import { connectHost } from '../monitor/storage.ts';
import type { Call } from '../routing/call.ts';
import { tellTrouble } from './storage-connections.ts';

export const upHosts = (call: Call, dataCenter: DataCenterRow): HostRow[] =>
  hostsOf(call.db, dataCenter).filter((row) => row.status === 'up');

/** One host uses the domain from now on; false when it does not reach it, which is told where vdsm says why. */
function use(call: Call, machine: LabHost, domain: StorageDomain): boolean {
  if (domain.kind === 'block' && !reaches(machine, domain)) return false;
  const trouble = connectDomain(machine, domain);
  if (trouble === undefined) return reaches(machine, domain);
  const { lab, db, correlationId } = call;
  tellTrouble(lab, db, connectionName(domain), trouble, { correlationId });
  return false;
}

/** Hosts of the data center use the domain from now on. */
export function connectAll(call: Call, dataCenter: DataCenterRow, row: DomainRow): boolean {
  const { lab, db } = call;
  const domain = vdsmDomain(lab, row);
  const machines = upHosts(call, dataCenter).flatMap((host) => machineAt(lab, host.address) ?? []);
  const able = machines.filter((machine) => domain !== undefined && use(call, machine, domain));
  for (const host of upHosts(call, dataCenter)) {
    const machine = machineAt(lab, host.address);
    if (machine) connectHost(lab, db, host, machine);
  }
  return able.length > 0;
}

/** A domain that rests is mounted nowhere. */
export function releaseAll({ lab, db }: Call, dataCenter: DataCenterRow, row: DomainRow): void {
  const domain = vdsmDomain(lab, row);
  for (const host of hostsOf(db, dataCenter)) {
    const machine = machineAt(lab, host.address);
    if (domain && machine) releaseDomain(machine, domain);
  }
}
