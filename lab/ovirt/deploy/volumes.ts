import type { Lab, Lun } from '../../types.ts';
import { uuid } from '../ids.ts';
import type { HostedVolumes } from '../storage.ts';
import type { BlockDomain } from '../vdsm/block-domain.ts';
import { createBlockDomain, domainOn } from '../vdsm/block-domain.ts';
import { enrolDomain } from '../vdsm/storage-domain.ts';
import { createVolume } from '../vdsm/volumes.ts';
import type { Deployment } from './deployment.ts';

export const GiB = 1024 ** 3;

/** The bootstrap engine makes the hosted engine's domain, master of its data center, through vdsm on this host. */
export function makeDomain(d: Deployment, lun: Lun): HostedVolumes {
  const domain = createBlockDomain(d.host, lun, { id: uuid(d.lab), name: 'hosted_storage' });
  enrolDomain(domain, { pool: uuid(d.lab), master: true });
  const pair = (): { id: string; image: string } => ({ id: uuid(d.lab), image: uuid(d.lab) });
  return { domain: domain.id, vm: uuid(d.lab), disk: pair(), lockspace: pair(), metadata: pair(), conf: pair() };
}

/** The VM's disk and the three small disks beside it. */
export function makeDisks(lab: Lab, lun: Lun, v: HostedVolumes, diskGb: number): void {
  const domain: BlockDomain | undefined = domainOn(lun);
  if (!domain) return;
  const add = (disk: { id: string; image: string }, capacity: number): void => {
    createVolume(lab, domain, { id: disk.image, image: disk.id, format: 'raw', sparse: false, capacity });
  };
  add(v.disk, diskGb * GiB);
  for (const small of [v.lockspace, v.metadata, v.conf]) add(small, GiB);
}
