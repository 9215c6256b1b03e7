import type { ExportAddress } from '../../../ovirt/vdsm/file-domain.ts';
import type { TargetAddress } from '../../../ovirt/vdsm/iscsi-servers.ts';
import type { EngineDatabase } from './database.ts';

/** How hosts reach an export of a file server. */
export interface NfsConnectionRow {
  readonly id: string;
  readonly type: 'nfs';
  readonly address: string;
  readonly path: string;
  /** As the API writes it: `auto`, `v4_1`. */
  readonly version?: string | undefined;
  readonly timeo?: number | undefined;
  readonly retrans?: number | undefined;
  readonly mountOptions?: string | undefined;
}

/** How hosts reach an iSCSI target over one of its portals. */
export interface IscsiConnectionRow {
  readonly id: string;
  readonly type: 'iscsi';
  readonly address: string;
  readonly port: number;
  readonly target: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

export type ConnectionRow = NfsConnectionRow | IscsiConnectionRow;

/** As events and people name it. */
export const connectionName = (row: ConnectionRow): string =>
  row.type === 'nfs' ? `${row.address}:${row.path}` : `${row.address} ${row.target}`;

/** What vdsm gives to mount when it is told nothing else (`storageServer.NFSConnection` of 4.30). */
const DEFAULTS = { timeo: 600, retrans: 6 } as const;

const versionOptions = (version: string | undefined): string[] => {
  const [, major, minor] = /^v(\d)(?:_(\d))?$/.exec(version ?? '') ?? [];
  if (major === undefined) return [];
  return [`nfsvers=${major}`, ...(minor === undefined ? [] : [`minorversion=${minor}`])];
};

/** The connection in the terms of vdsm. */
export function exportAddress(row: NfsConnectionRow): ExportAddress {
  const { address, path, version, timeo = DEFAULTS.timeo, retrans = DEFAULTS.retrans, mountOptions } = row;
  const options = ['soft', 'nosharecache', `timeo=${timeo}`, `retrans=${retrans}`, ...versionOptions(version)];
  // vdsm normalises the path, so that a slash at its end makes no other mount.
  const real = path.replace(/(?<=.)\/+$/, '');
  return { address, path: real, options: [...options, ...(mountOptions ? [mountOptions] : [])].join(',') };
}

export const targetAddress = ({ target, ...rest }: IscsiConnectionRow): TargetAddress => ({ iqn: target, ...rest });

/** The storage domains that lie behind a connection. */
export const domainsBehind = (db: EngineDatabase, row: ConnectionRow) =>
  [...db.storageDomains.values()].filter((domain) => domain.connectionIds.includes(row.id));

/** The connections of a domain. */
export const connectionsOf = (
  db: EngineDatabase,
  domain: { readonly connectionIds: readonly string[] },
): ConnectionRow[] => domain.connectionIds.flatMap((id) => db.storageConnections.get(id) ?? []);

/** Connections of a domain that is gone stay only for the sake of others behind them. */
export function dropUnused(db: EngineDatabase, domain: { readonly connectionIds: readonly string[] }): void {
  for (const row of connectionsOf(db, domain)) {
    if (domainsBehind(db, row).length === 0) db.storageConnections.delete(row.id);
  }
}
