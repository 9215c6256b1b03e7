/** A block domain: a volume group named by the domain's id, with tags that describe it and volumes of its own. */
import { activateVolume, deactivateVolume } from '../../kernel/logical-volumes.ts';
import type { Lab, LabHost, LogicalVolume, Lun, VolumeGroup } from '../../types.ts';
import { lvmUuid } from '../ids.ts';
import { removeContent } from './content.ts';
import type { DomainContents } from './domain.ts';
import { metadataOf, newContents } from './domain.ts';

const MiB = 2 ** 20;
/** VG_EXTENT_SIZE_MB of vdsm. */
export const EXTENT = 128 * MiB;
/** What LVM's metadata, kept twice on every physical volume, takes from a LUN. */
const OVERHEAD = 3 * EXTENT;

/** The volumes that a domain keeps for itself, as article §15 shows them: name and size. */
export const specials: Readonly<Record<string, number>> = {
  metadata: EXTENT,
  outbox: EXTENT,
  xleases: 1024 * MiB,
  leases: 2048 * MiB,
  ids: EXTENT,
  inbox: EXTENT,
  master: 1024 * MiB,
};

export interface BlockDomain extends DomainContents {
  readonly kind: 'block';
  readonly lun: Lun;
  readonly group: VolumeGroup;
}

const KEY = 'vdsm-domain';

export const domainOn = (lun: Lun): BlockDomain | undefined => lun.blocks.get(KEY) as BlockDomain | undefined;

/** True when the host reaches the LUN over at least one path. */
export const sees = (host: LabHost, lun: Lun): boolean =>
  host.power === 'on' && host.luns().some((one) => one.lun === lun && one.paths.some((path) => path.up));

/** True when the LUN holds something that vdsm would not overwrite; the bare label of a physical volume is nothing. */
export const inUse = (lun: Lun): boolean =>
  lun.group !== undefined || (lun.signature !== undefined && lun.signature.type !== 'LVM2_member');

export const usedInGroup = (group: VolumeGroup): number => group.volumes.reduce((sum, volume) => sum + volume.size, 0);
export const freeInGroup = (group: VolumeGroup): number => group.size - usedInGroup(group);

/** Characters that LVM forbids in tags are written as their number between ampersands. */
const encoded = (text: string): string =>
  text.replace(/[^\w+.\-/=!:#]/gu, (character) => `&${character.codePointAt(0)}&`);

/** The tags of a domain of format 5; all of its metadata is in them. */
export function describe(domain: BlockDomain): void {
  const metadata: Readonly<Record<string, string>> = {
    ...metadataOf(domain, domain.lun.hardwareHandler === undefined ? 'FCP' : 'ISCSI'),
    PV0: `pv:${domain.lun.wwid},uuid:${lvmUuid(domain.lun.wwid)},pestart:0,pecount:${domain.group.size / EXTENT},mapoffset:0`,
    VGUUID: domain.group.uuid,
  };
  domain.group.tags = [
    ...Object.entries(metadata)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, value]) => `MDT_${encoded(`${key}=${value}`)}`),
    'RHAT_storage_domain',
  ];
}

/** Makes a domain on a LUN; whatever the LUN held is gone. */
export function createBlockDomain(host: LabHost, lun: Lun, made: { id: string; name: string }): BlockDomain {
  const size = Math.floor((lun.size - OVERHEAD) / EXTENT) * EXTENT;
  const group: VolumeGroup = { name: made.id, uuid: lvmUuid(made.id), size, tags: [], volumes: [] };
  const domain: BlockDomain = { kind: 'block', ...newContents(made), lun, group };
  lun.signature = undefined;
  lun.blocks.clear();
  lun.group = group;
  lun.blocks.set(KEY, domain);
  for (const [name, bytes] of Object.entries(specials)) {
    const uuid = lvmUuid(`${made.id}/${name}`);
    group.volumes.push({ name, uuid, size: bytes, tags: [], active: new Map() });
  }
  describe(domain);
  connectGroup(host, domain);
  return domain;
}

/** Removes domain and group; the LUN is empty afterwards but for the label of its physical volume. */
export function formatGroup(lab: Lab, domain: BlockDomain): void {
  for (const host of lab.hosts.values()) disconnectGroup(host, domain);
  for (const volume of domain.volumes.keys()) removeContent(lab, volume);
  domain.lun.group = undefined;
  domain.lun.signature = { type: 'LVM2_member', offset: 0x218 };
  domain.lun.blocks.clear();
}

const own = (domain: BlockDomain): LogicalVolume[] => domain.group.volumes.filter((volume) => volume.name in specials);

/** The host uses the domain from now on: its special volumes are active, and sanlock holds the ids open. */
export function connectGroup(host: LabHost, domain: BlockDomain): void {
  for (const volume of own(domain)) {
    activateVolume(host, domain.group, volume, volume.name === 'ids' ? { open: true } : {});
  }
}

export function disconnectGroup(host: LabHost, domain: BlockDomain): void {
  for (const volume of domain.group.volumes) deactivateVolume(host, domain.group, volume);
}

/** Where the leader of a pool mounts the file system of the master domain. */
const masterMount = (domain: BlockDomain): string => `/rhev/data-center/mnt/blockSD/${domain.id}/master`;

/** Mounts the master volume on the host that leads the pool, and nowhere else. */
export function mountMasterVolume(lab: Lab, domain: BlockDomain, leader: LabHost | undefined): void {
  const volume = own(domain).find((one) => one.name === 'master');
  for (const host of lab.hosts.values()) {
    const active = volume?.active.get(host.name);
    if (!active) continue;
    active.open = host === leader;
    active.mount = host === leader ? masterMount(domain) : undefined;
  }
}
