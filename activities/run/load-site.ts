import { loadInventory } from '../../inventory/load.ts';
import type { ActivityServices } from '../runtime/services.ts';
import type { SiteView } from './site.ts';
import { usualDurations } from './usual-durations.ts';

export interface LoadSiteInput {
  /** The runbook whose earlier runs tell how long its steps take. */
  readonly runbook?: string;
}

/** @throws InvalidInventory with a sentence for each problem of the file */
export async function loadSite(services: ActivityServices, { runbook }: LoadSiteInput = {}): Promise<SiteView> {
  const { inventory, digest } = await loadInventory(services.inventory);
  const { engine, storage, cluster, networks, isos, vms } = inventory;
  const receivers = inventory.notifications?.receivers ?? [];
  const { size } = storage.hostedEngine;
  return {
    profile: inventory.profile.name,
    engine: {
      fqdn: engine.fqdn,
      url: engine.url,
      dataCenter: engine.dataCenter,
      cluster: engine.cluster,
      vcpus: engine.vcpus,
      memoryMiB: engine.memoryMiB,
      diskGiB: engine.diskGiB,
      ...(engine.address !== undefined && { address: engine.address }),
      ...(engine.gateway !== undefined && { gateway: engine.gateway }),
      ...(engine.dns !== undefined && { dns: engine.dns }),
      ...(engine.mac !== undefined && { mac: engine.mac }),
      ...(engine.timeZone !== undefined && { timeZone: engine.timeZone }),
      ...(engine.ssh?.hostKey !== undefined && { login: true as const }),
    },
    hosts: inventory.hosts.map(({ name, fqdn, role, managementInterface, bmc }) => ({
      name,
      fqdn,
      role,
      ...(managementInterface !== undefined && { managementInterface }),
      ...(bmc !== undefined && { fenceable: true as const }),
    })),
    storage: {
      hostedEngine: {
        type: storage.hostedEngine.type,
        lun: storage.hostedEngine.lun,
        ...(size !== undefined && { size }),
      },
    },
    wished: { cluster, dataDomains: storage.dataDomains.map(({ name }) => ({ name })), networks, isos, vms },
    ...(receivers.length > 0 && { receivers: receivers.map(({ name, events }) => ({ name, events })) }),
    timingScale: inventory.timing.scale,
    ...(runbook !== undefined && { usual: await usualDurations(runbook, inventory.timing.scale) }),
    digest,
    searchAttributes: services.searchAttributes,
  };
}
