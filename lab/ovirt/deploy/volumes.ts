import type { LogicalVolume, Lun, VolumeGroup } from '../../types.ts';
import { uuid } from '../ids.ts';
import type { HostedVolumes } from '../storage.ts';
import type { Deployment } from './deployment.ts';

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;
/** A block domain keeps this for itself: metadata, ids, inbox, outbox, leases, master, xleases. */
const internals: Readonly<Record<string, number>> = {
  metadata: 128 * MiB,
  ids: 8 * MiB,
  inbox: 128 * MiB,
  outbox: 128 * MiB,
  leases: 2048 * MiB,
  xleases: 1024 * MiB,
  master: 1024 * MiB,
};

const volume = (d: Deployment, name: string, size: number, tags: string[] = []): LogicalVolume => ({
  name,
  uuid: uuid(d.lab),
  size,
  tags,
  active: new Map(),
});

/** vdsm makes a storage domain on a LUN: a volume group named by the domain, with its own volumes. */
export function makeDomain(d: Deployment, lun: Lun): HostedVolumes {
  const domain = uuid(d.lab);
  const pair = (): { id: string; image: string } => ({ id: uuid(d.lab), image: uuid(d.lab) });
  const group: VolumeGroup = {
    name: domain,
    uuid: uuid(d.lab),
    size: lun.size - 384 * MiB,
    tags: ['RHAT_storage_domain'],
    volumes: Object.entries(internals).map(([name, size]) => volume(d, name, size)),
  };
  lun.signature = undefined;
  lun.group = group;
  return { domain, vm: uuid(d.lab), disk: pair(), lockspace: pair(), metadata: pair(), conf: pair() };
}

export function freeBytes(group: VolumeGroup): number {
  return group.size - group.volumes.reduce((sum, v) => sum + v.size, 0);
}

/** The VM's disk and the three small disks beside it. */
export function makeDisks(d: Deployment, group: VolumeGroup, v: HostedVolumes, diskGb: number): void {
  const add = (disk: { id: string; image: string }, size: number): void => {
    group.volumes.push(volume(d, disk.image, size, [`IU_${disk.id}`]));
  };
  add(v.disk, diskGb * GiB);
  for (const small of [v.lockspace, v.metadata, v.conf]) add(small, GiB);
}
export { GiB };
