import type { EngineStorageDomain } from '../../connectors/engine/model/storage-domain.ts';
import { HOSTED_STORAGE } from '../../inventory/references.ts';
import { type Former, type Named, type Raw, stillWished } from './former.ts';

/** `notes` takes what no inventory describes, a sentence each. */
export function describeStorage(domains: readonly EngineStorageDomain[], former: Former, notes: string[]): Raw {
  const before = (former.storage ?? {}) as { hostedEngine?: Raw; dataDomains?: readonly Named[] };
  const known = before.dataDomains ?? [];
  const own = domains.find(({ name }) => name === HOSTED_STORAGE);
  const lun = own && fibreChannel(own);
  if (lun === undefined && before.hostedEngine === undefined)
    notes.push(`storage.hostedEngine: ${HOSTED_STORAGE} is not one Fibre Channel LUN; the runbooks know no other yet.`);
  const data = domains
    .filter((domain) => domain !== own)
    .flatMap((domain) => known.find(({ name }) => name === domain.name) ?? dataDomain(domain, notes));
  const hostedEngine = lun === undefined ? before.hostedEngine : { type: 'fc', ...lun };
  return {
    ...(hostedEngine !== undefined && { hostedEngine }),
    dataDomains: [...data, ...stillWished(known, domains, notes)],
  };
}

function dataDomain(domain: EngineStorageDomain, notes: string[]): Raw[] {
  const { name, type, storage } = domain;
  const lun = fibreChannel(domain);
  if (type === 'data' && lun !== undefined) return [{ name, type: 'fc', ...lun }];
  if (type === 'data' && storage?.type === 'nfs') {
    const { address, path, nfs_version: nfsVersion, mount_options: mountOptions } = storage;
    const how = {
      ...(nfsVersion !== undefined && { nfsVersion }),
      ...(mountOptions !== undefined && { mountOptions }),
    };
    return [{ name, type: 'nfs', address, path, ...how }];
  }
  const [unit, ...otherWays] = type === 'data' ? waysToUnit(domain, 'iscsi') : [];
  if (unit !== undefined) {
    const { target, username } = unit;
    if (username !== undefined)
      notes.push(`${name}: put the CHAP password of ${username} into secrets/iscsi-${name}; no engine shows it.`);
    const chap = username !== undefined && { chap: { user: username, password: { file: `secrets/iscsi-${name}` } } };
    const place = { ...portal(unit), ...(otherWays.length > 0 && { otherPortals: otherWays.map(portal) }) };
    return [{ name, type: 'iscsi', ...place, target, ...lunOf(unit), ...chap }];
  }
  notes.push(`Storage domain ${name} is left out: type ${type}, ${storage?.type ?? 'unknown storage'}.`);
  return [];
}

/** All ways to the one LUN below a domain; none when it has another storage, or several. */
function waysToUnit({ storage }: EngineStorageDomain, type: 'fcp' | 'iscsi') {
  const units = storage?.type === type ? (storage.volume_group?.logical_units ?? []) : [];
  return units.every(({ id }) => id === units[0]?.id) ? units : [];
}

const portal = ({ address, port }: { readonly address?: string | undefined; readonly port?: number | undefined }) => ({
  address,
  ...(port !== undefined && { port }),
});

const lunOf = ({ id, size }: { readonly id: string; readonly size?: number | undefined }) => ({
  lun: id,
  ...(size !== undefined && { size: sizeText(size) }),
});

function fibreChannel(domain: EngineStorageDomain): { lun: string; size?: string } | undefined {
  const [unit] = waysToUnit(domain, 'fcp');
  return unit && lunOf(unit);
}

/** As `multipath -ll` shows it: `150G`, `2.0T`. */
export function sizeText(bytes: number): string {
  const gib = bytes / 1024 ** 3;
  const [value, unit] = gib >= 1024 ? [gib / 1024, 'T'] : [gib, 'G'];
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)}${unit}`;
}
