import { isIP } from 'node:net';
import type { EngineStorageDomain } from '../../connectors/engine/model/storage-domain.ts';
import type { JsonObject } from '../../failures/operator-error.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { Inventory, InventoryDataDomain } from '../../inventory/schema.ts';
import { ISCSI_PORT, type Portal } from '../../inventory/wished.ts';

/** @throws NotFound naming the domains that the inventory describes */
export function wishedDomain({ storage }: Inventory, name: string): InventoryDataDomain {
  const found = storage.dataDomains.find((domain) => domain.name === name);
  if (found !== undefined) return found;
  const known = storage.dataDomains.map((domain) => domain.name).join(', ') || 'none';
  throw new OperatorError(
    'NotFound',
    `storage domain ${name}: the inventory does not describe it; storage.dataDomains has ${known}`,
  );
}

/** A data domain in an NFS export; the inventory demands its address and path. */
export type NfsDomain = InventoryDataDomain & { readonly address: string; readonly path: string };

export function isNfs(domain: InventoryDataDomain): domain is NfsDomain {
  return domain.type === 'nfs';
}

/** A data domain on a LUN of an iSCSI target; the inventory demands all of these. */
export type IscsiDomain = InventoryDataDomain & {
  readonly address: string;
  readonly target: string;
  readonly lun: string;
};

export function isIscsi(domain: InventoryDataDomain): domain is IscsiDomain {
  return domain.type === 'iscsi';
}

/** As iscsiadm takes it. */
export const portalWords = ({ address, port }: Portal): string =>
  `${isIP(address) === 6 ? `[${address}]` : address}:${port}`;

/** As vdsm gives a version to mount: `nfsvers=4`, `minorversion=1`. (vdsm, storageServer.NFSConnection) */
export function versionOptions(version = 'auto'): readonly string[] {
  const [, major, minor] = /^v(\d)(?:_(\d))?$/.exec(version) ?? [];
  return [
    ...(major === undefined ? [] : [`nfsvers=${major}`]),
    ...(minor === undefined ? [] : [`minorversion=${minor}`]),
  ];
}

/** The engine's words for where a domain lies. (engine, POST /storagedomains, `storage`) */
export function storageBody(domain: InventoryDataDomain, overwrite: boolean): JsonObject {
  const {
    type,
    lun = '',
    address = '',
    path = '',
    target = '',
    port = ISCSI_PORT,
    chap,
    nfsVersion,
    mountOptions,
  } = domain;
  switch (type) {
    case 'fc':
      return { type: 'fcp', logical_units: { logical_unit: [{ id: lun }] }, override_luns: overwrite };
    case 'iscsi':
      return {
        type: 'iscsi',
        logical_units: {
          logical_unit: [{ id: lun, address, port, target, ...(chap && { username: chap.user }) }],
        },
        override_luns: overwrite,
      };
    case 'nfs':
      return {
        type: 'nfs',
        address,
        path,
        ...(nfsVersion !== undefined && { nfs_version: nfsVersion }),
        ...(mountOptions !== undefined && { mount_options: mountOptions }),
      };
  }
}

/** Where the domain lies, in words. */
export function storageWords({ type, lun, address, path, target }: InventoryDataDomain): string {
  if (type === 'nfs') return `NFS export ${address}:${path}`;
  return type === 'iscsi' ? `LUN ${lun} of iSCSI target ${target} at ${address}` : `LUN ${lun}`;
}

/** Where a domain of the engine lies, if that is another place than the wished one. */
export function elsewhere({ storage }: EngineStorageDomain, { type, lun, address, path }: InventoryDataDomain) {
  if (storage === undefined) return undefined;
  const { type: kind, volume_group: group } = storage;
  if (kind !== (type === 'fc' ? 'fcp' : type)) return `${kind} storage`;
  const luns = (group?.logical_units ?? []).map(({ id }) => id);
  if (type !== 'nfs') return luns.length === 0 || luns.includes(lun ?? '') ? undefined : `LUN ${luns.join(', ')}`;
  const same = storage.address === address && storage.path === path;
  return same ? undefined : `NFS export ${storage.address}:${storage.path}`;
}
