import type { ConnectionTrouble } from '../../../ovirt/vdsm/file-domain.ts';
import { connectExport, disconnectExport } from '../../../ovirt/vdsm/file-domain.ts';
import type { LoginError } from '../../../ovirt/vdsm/iscsi-servers.ts';
import { connectTarget, disconnectTarget } from '../../../ovirt/vdsm/iscsi-servers.ts';
import { disconnectDomain } from '../../../ovirt/vdsm/storage-domain.ts';
import type { Lab, LabHost } from '../../../types.ts';
import type { EngineDatabase } from '../database/database.ts';
import type { ConnectionRow } from '../database/storage-connections.ts';
import { connectionsOf, exportAddress, targetAddress } from '../database/storage-connections.ts';
import type { DomainRow } from '../database/storage-domains.ts';
import { vdsmDomain } from '../database/storage-domains.ts';

/** What vdsm answers when a host cannot use a connection. */
export type ServerTrouble = ConnectionTrouble | LoginError;

export const connectServer = (host: LabHost, row: ConnectionRow): ServerTrouble | undefined =>
  row.type === 'nfs' ? connectExport(host, exportAddress(row)) : connectTarget(host, targetAddress(row));

export function disconnectServer(host: LabHost, row: ConnectionRow): void {
  if (row.type === 'nfs') disconnectExport(host, exportAddress(row));
  else disconnectTarget(host, targetAddress(row));
}

/** A host connects to what lies under a domain; empty when one way at least is open, else why each is not. */
export function connectServers(
  db: EngineDatabase,
  host: LabHost,
  domain: DomainRow,
): { readonly row: ConnectionRow; readonly trouble: ServerTrouble }[] {
  const rows = connectionsOf(db, domain);
  const failed = rows.flatMap((row) => {
    const trouble = connectServer(host, row);
    return trouble === undefined ? [] : [{ row, trouble }];
  });
  return failed.length < rows.length ? [] : failed;
}

/** A host lets go of a domain and of the servers that none of these others needs; what it has of Fibre Channel stays. */
export function releaseServers(
  lab: Lab,
  db: EngineDatabase,
  host: LabHost,
  domain: DomainRow,
  others: readonly DomainRow[] = [],
): void {
  const rows = connectionsOf(db, domain);
  const found = vdsmDomain(lab, domain);
  if (rows.length > 0 && found?.kind === 'block') disconnectDomain(host, found);
  for (const row of rows) {
    if (!others.some((other) => other.connectionIds.includes(row.id))) disconnectServer(host, row);
  }
}
