/** A domain on a file server: a directory named by the domain's id in an export that every host mounts. */
import { exportAnswers, mountNfs, unmount } from '../../kernel/nfs.ts';
import type { Lab, LabHost, NfsExport } from '../../types.ts';
import { removeContent } from './content.ts';
import type { DomainContents } from './domain.ts';
import { metadataOf, newContents } from './domain.ts';

const MiB = 2 ** 20;
/** The files that a domain keeps for itself; the index of leases has a hole where no lease is. */
const specials = { ids: MiB, inbox: 16 * MiB, leases: 2 * MiB, outbox: 16 * MiB, xleases: 1024 * MiB } as const;
/** What these take in all. */
const OVERHEAD = 36 * MiB;

/** How a host reaches an export: what the engine keeps as a storage connection. */
export interface ExportAddress {
  readonly address: string;
  readonly path: string;
  /** As vdsm gives them to mount. */
  readonly options: string;
}

export interface FileDomain extends DomainContents {
  readonly kind: 'file';
  readonly share: NfsExport;
  from: ExportAddress;
}

const KEY = 'vdsm-domains';
const owned = { owner: 'vdsm', group: 'kvm' } as const;

const kept = (share: NfsExport): FileDomain[] => (share.holds.get(KEY) as FileDomain[] | undefined) ?? [];

/** The domains whose metadata still lie in an export. */
export const domainsIn = (share: NfsExport): FileDomain[] =>
  kept(share).filter(({ id }) => share.files.exists(`/${id}/dom_md/metadata`));

/** True when some domain's folder is there, readable or not: vdsm makes none beside it (`nfsSD.py`). */
export const hasRemnants = (share: NfsExport): boolean =>
  share.files.list('/').some((name) => share.files.exists(`/${name}/dom_md`));

/** vdsm's `fileUtils.transformPath` under `/rhev/data-center/mnt`. */
export const mountPoint = ({ address, path }: Pick<ExportAddress, 'address' | 'path'>): string =>
  `/rhev/data-center/mnt/${`${address}:${path}`.replaceAll('_', '__').replaceAll('/', '_')}`;

export const specialFile = (domain: FileDomain, name: keyof typeof specials): string =>
  `${mountPoint(domain.from)}/${domain.id}/dom_md/${name}`;

/** What a host has mounted at the place of an export. */
const mountedAt = (host: LabHost, from: ExportAddress): NfsExport | undefined =>
  host.disks.find((disk) => disk.mount === mountPoint(from))?.share;

/** vdsm may write there, and qemu, which has the group, may read (`fileSD.validateDirAccess`). */
function permits(share: NfsExport): boolean {
  const { owner, group, mode } = share.files.stat('/');
  const byGroup = group === 'kvm' ? (mode >> 3) & 7 : mode & 7;
  const byOwner = owner === 'vdsm' ? (mode >> 6) & 7 : byGroup;
  return byOwner === 7 && (byGroup & 5) === 5;
}

/** Codes of vdsm: the mount failed, or what was mounted may not be used. */
export type ConnectionTrouble = 'ProblemWhileTryingToMountTarget' | 'StorageServerAccessPermissionError';

/** Mounts an export on a host and looks whether vdsm may work in it. */
export function connectExport(host: LabHost, from: ExportAddress): ConnectionTrouble | undefined {
  if (mountedAt(host, from)) return undefined;
  const at = mountPoint(from);
  if (mountNfs(host, from, at, from.options) !== undefined) return 'ProblemWhileTryingToMountTarget';
  const share = mountedAt(host, from);
  if (share && permits(share)) return undefined;
  disconnectExport(host, from);
  return 'StorageServerAccessPermissionError';
}

export function disconnectExport(host: LabHost, from: ExportAddress): void {
  const at = mountPoint(from);
  if (unmount(host, at)) host.fs.remove(at);
}

export const exportAt = (host: LabHost, from: ExportAddress): NfsExport | undefined => mountedAt(host, from);

/** The files of the domain answer on the host, or would as soon as it has mounted them. */
export const reachesExport = (host: LabHost, domain: FileDomain): boolean =>
  exportAnswers(host, domain.share) &&
  permits(domain.share) &&
  (mountedAt(host, domain.from) !== undefined || host.resolve(domain.from.address).length > 0);

export const usedInExport = (domain: FileDomain): number =>
  [...domain.volumes.values()].reduce((sum, volume) => sum + volume.place.size, OVERHEAD);

function metadataText(domain: FileDomain): string {
  const all = { ...metadataOf(domain, 'NFS'), REMOTE_PATH: `${domain.from.address}:${domain.from.path}` };
  const lines = Object.entries(all).sort(([one], [other]) => (one < other ? -1 : 1));
  return lines.map(([key, value]) => `${key}=${value}\n`).join('');
}

/** Makes a domain in an export that the host has mounted. */
export function createFileDomain(
  share: NfsExport,
  made: { id: string; name: string },
  from: ExportAddress,
): FileDomain {
  const domain: FileDomain = { kind: 'file', ...newContents(made), share, from };
  const { files } = share;
  for (const directory of ['', '/dom_md', '/images']) files.mkdir(`/${made.id}${directory}`, { mode: 0o755, ...owned });
  files.dynamic(`/${made.id}/dom_md/metadata`, () => metadataText(domain));
  for (const [name, size] of Object.entries(specials)) {
    files.truncate(`/${made.id}/dom_md/${name}`, size, { mode: 0o660, ...owned });
  }
  share.holds.set(KEY, [...kept(share), domain]);
  share.used = () => domainsIn(share).reduce((sum, one) => sum + usedInExport(one), 0);
  return domain;
}

/** Removes the domain's directory; the export is as empty as before. */
export function formatFiles(lab: Lab, domain: FileDomain): void {
  for (const volume of domain.volumes.keys()) removeContent(lab, volume);
  if (domain.share.files.exists(`/${domain.id}`)) domain.share.files.remove(`/${domain.id}`);
  domain.share.holds.set(
    KEY,
    kept(domain.share).filter((one) => one !== domain),
  );
}

/** The master of a pool has the pool's files in a directory of their own. */
export function keepMasterDirectory(domain: FileDomain): void {
  const path = `/${domain.id}/master`;
  const { files } = domain.share;
  if (!domain.master || files.exists(path)) return;
  for (const directory of ['', '/tasks', '/vms']) files.mkdir(`${path}${directory}`, { mode: 0o755, ...owned });
}
