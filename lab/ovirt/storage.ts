import type { Lab, LabHost, Lun } from '../types.ts';
import { hostedEngineConf } from './conf.ts';
import type { HostBlock } from './ha/metadata.ts';

/** What is installed on the engine VM's disk: the engine with its database, as far as the lab knows it. */
export interface EngineImage {
  readonly fqdn: string;
  readonly address: string;
  readonly prefix: number;
  readonly memoryMb: number;
  readonly cpus: number;
  readonly adminPassword: string;
  readonly rootPassword: string;
  readonly dataCenter: string;
  readonly cluster: string;
  /** Hosts the engine knows, by the name they have in it. */
  readonly hosts: Map<string, { address: string; spmId: number; hostedEngine: boolean }>;
  /** Release of the engine in it, as it calls itself: `4.3.7.2-1.el7`. */
  version: string;
  /** Why the engine service cannot start in this image; undefined when it can. */
  defect?: string | undefined;
}

/** The volumes that a deployment makes on the shared LUN. */
export interface HostedVolumes {
  readonly domain: string;
  readonly vm: string;
  readonly disk: { readonly id: string; readonly image: string };
  readonly lockspace: { readonly id: string; readonly image: string };
  readonly metadata: { readonly id: string; readonly image: string };
  readonly conf: { readonly id: string; readonly image: string };
}

/** Everything of the hosted engine that lives on the shared LUN and is gone when the LUN is wiped. */
export interface HostedStorage {
  readonly volumes: HostedVolumes;
  globalMaintenance: boolean;
  readonly blocks: Map<number, HostBlock>;
  /** The configuration archive: file name to content. */
  readonly archive: Map<string, string>;
  lockspaceReady: boolean;
  /** Holder of the engine VM's lease; `until` when its host died without giving it back. */
  lease: { host: string; until?: number } | undefined;
  image: EngineImage | undefined;
}

const KEY = 'hosted-engine';

export function storageOn(lun: Lun): HostedStorage | undefined {
  return lun.blocks.get(KEY) as HostedStorage | undefined;
}

/** Makes the empty shared storage on a LUN that carries the domain's volume group. */
export function createStorage(lun: Lun, volumes: HostedVolumes): HostedStorage {
  const storage: HostedStorage = {
    volumes,
    globalMaintenance: false,
    blocks: new Map(),
    archive: new Map(),
    lockspaceReady: false,
    lease: undefined,
    image: undefined,
  };
  lun.blocks.set(KEY, storage);
  return storage;
}

/** True while vdsm on this host has lost its link to the storage and nobody has connected it again. */
export const storageStuck = {
  get: (host: LabHost): boolean => host.kept.get('hosted-engine-storage-stuck') === true,
  set: (host: LabHost, stuck: boolean): void => {
    if (stuck) host.kept.set('hosted-engine-storage-stuck', true);
    else host.kept.delete('hosted-engine-storage-stuck');
  },
};

/** The hosted-engine storage as this host's configuration names it and its paths reach it. */
export function hostedStorage(host: LabHost): HostedStorage | undefined {
  const domain = hostedEngineConf(host)?.get('sdUUID');
  if (!domain || storageStuck.get(host)) return undefined;
  for (const { lun, paths } of host.luns()) {
    const storage = storageOn(lun);
    if (storage?.volumes.domain === domain && paths.some((path) => path.up)) return storage;
  }
  return undefined;
}

/** Any hosted-engine storage of the datacentre that carries an engine, seen from above all hosts. */
export function anyStorage(lab: Lab): HostedStorage | undefined {
  const all = lab.luns.map(storageOn).filter((s): s is HostedStorage => s !== undefined);
  return all.find((s) => s.image !== undefined) ?? all[0];
}

/** True when the VM may be started on this host: nobody holds the lease, or its dead holder's time is over. */
export function leaseIsFree(storage: HostedStorage, host: LabHost): boolean {
  const { lease } = storage;
  if (!lease || lease.host === host.name) return true;
  return lease.until !== undefined && host.lab.clock.now() >= lease.until;
}
