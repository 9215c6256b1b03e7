/**
 * Storage as vdsm keeps it on the hosts: domains on LUNs and in exports of file servers, the volumes of images on them,
 * image transfers' tickets. This file: what can be done to a domain, whatever it lies on.
 */
import type { Lab, LabHost } from '../../types.ts';
import type { BlockDomain } from './block-domain.ts';
import {
  connectGroup,
  describe,
  disconnectGroup,
  domainOn,
  formatGroup,
  freeInGroup,
  mountMasterVolume,
  sees,
  usedInGroup,
} from './block-domain.ts';
import type { FileDomain } from './file-domain.ts';
import {
  disconnectExport,
  domainsIn,
  exportAt,
  formatFiles,
  keepMasterDirectory,
  reachesExport,
  specialFile,
  usedInExport,
} from './file-domain.ts';

export type StorageDomain = BlockDomain | FileDomain;

/** A domain by its id, as long as its storage carries it. */
export function findDomain(lab: Lab, id: string): StorageDomain | undefined {
  const inExports = lab.nfs.flatMap((server) => server.exports).flatMap(domainsIn);
  return lab.luns.map(domainOn).find((domain) => domain?.id === id) ?? inExports.find((domain) => domain.id === id);
}

/** True when the host reaches the storage under the domain. */
export const reaches = (host: LabHost, domain: StorageDomain): boolean =>
  domain.kind === 'block' ? sees(host, domain.lun) : reachesExport(host, domain);

/** True when vdsm on the host can report the domain: after a boot an export is mounted only when the engine says so. */
export const reports = (host: LabHost, domain: StorageDomain): boolean =>
  reaches(host, domain) && (domain.kind === 'block' || exportAt(host, domain.from) !== undefined);

/** The host uses the domain from now on; an export is in use as soon as it is mounted. */
export function connectDomain(host: LabHost, domain: StorageDomain): void {
  if (domain.kind === 'block') connectGroup(host, domain);
}

export function disconnectDomain(host: LabHost, domain: StorageDomain): void {
  if (domain.kind === 'block') disconnectGroup(host, domain);
  else disconnectExport(host, domain.from);
}

/** Notes the domain's pool and its part in it. */
export function enrolDomain(domain: StorageDomain, as: { pool: string | undefined; master: boolean }): void {
  Object.assign(domain, as);
  if (domain.kind === 'block') describe(domain);
  else keepMasterDirectory(domain);
}

export function renameDomain(domain: StorageDomain, name: string): void {
  domain.name = name;
  if (domain.kind === 'block') describe(domain);
}

/** Removes the domain with all that it holds; its storage can be given to another one afterwards. */
export function formatDomain(lab: Lab, domain: StorageDomain): void {
  if (domain.kind === 'block') formatGroup(lab, domain);
  else formatFiles(lab, domain);
}

/** Where the pool has a leader, a master on a LUN is mounted there; in an export it is mounted everywhere. */
export function mountMaster(lab: Lab, domain: StorageDomain, leader: LabHost | undefined): void {
  if (domain.kind === 'block') mountMasterVolume(lab, domain, leader);
}

export const usedBytes = (domain: StorageDomain): number =>
  domain.kind === 'block' ? usedInGroup(domain.group) : usedInExport(domain);

export const freeBytes = (domain: StorageDomain): number =>
  domain.kind === 'block' ? freeInGroup(domain.group) : domain.share.size - domain.share.used();

/** Where the hosts have one of the domain's own volumes or files. */
export const specialPath = (domain: StorageDomain, name: 'ids' | 'leases' | 'xleases'): string =>
  domain.kind === 'block' ? `/dev/${domain.id}/${name}` : specialFile(domain, name);
