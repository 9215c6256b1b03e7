/** The hosts of a data center begin to use a domain, and let go of it. */
import { connectDomain, reaches } from '../../../ovirt/vdsm/storage-domain.ts';
import type { LabHost } from '../../../types.ts';
import type { DataCenterRow } from '../database/data-centers.ts';
import { hostsOf } from '../database/data-centers.ts';
import type { HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { connectionName } from '../database/storage-connections.ts';
import type { DomainRow } from '../database/storage-domains.ts';
import { domainsOf, vdsmDomain } from '../database/storage-domains.ts';
import { connectHost } from '../monitor/storage.ts';
import { connectServers, releaseServers } from '../monitor/storage-servers.ts';
import type { Call } from '../routing/call.ts';
import { tellTrouble } from './storage-connections.ts';

export const upHosts = (call: Call, dataCenter: DataCenterRow): HostRow[] =>
  hostsOf(call.db, dataCenter).filter((row) => row.status === 'up');

/** One host uses the domain from now on; false when it does not reach it, which is told where vdsm says why. */
function use({ lab, db, correlationId }: Call, machine: LabHost, row: DomainRow): boolean {
  const lun = row.lun === undefined ? '' : ` (LUN ${row.lun})`;
  for (const { row: connection, trouble } of connectServers(db, machine, row)) {
    tellTrouble(lab, db, `${connectionName(connection)}${lun}`, trouble, { correlationId });
  }
  const domain = vdsmDomain(lab, row);
  if (!domain || !reaches(machine, domain)) return false;
  connectDomain(machine, domain);
  return true;
}

/** Hosts of the data center use the domain from now on. */
export function connectAll(call: Call, dataCenter: DataCenterRow, row: DomainRow): boolean {
  const { lab, db } = call;
  const machines = upHosts(call, dataCenter).flatMap((host) => machineAt(lab, host.address) ?? []);
  const able = machines.filter((machine) => use(call, machine, row));
  for (const host of upHosts(call, dataCenter)) {
    const machine = machineAt(lab, host.address);
    if (machine) connectHost(lab, db, host, machine);
  }
  return able.length > 0;
}

/** A domain that rests is mounted nowhere, and no host is logged in for its sake. */
export function releaseAll({ lab, db }: Call, dataCenter: DataCenterRow, row: DomainRow): void {
  const others = domainsOf(db, dataCenter).filter((one) => one !== row && one.status === 'active');
  for (const host of hostsOf(db, dataCenter)) {
    const machine = machineAt(lab, host.address);
    if (machine) releaseServers(lab, db, machine, row, others);
  }
}
