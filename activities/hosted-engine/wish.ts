import { createHash } from 'node:crypto';
import { OperatorError } from '../../failures/operator-error.ts';
import type { Inventory, InventoryHost } from '../../inventory/schema.ts';
import type { EngineWish } from './params.ts';

export interface ResolvedWish {
  readonly fqdn: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly diskGiB: number;
  readonly dataCenter: string;
  readonly cluster: string;
  /** WWID. */
  readonly lun: string;
}

/** What is asked for, with the inventory's values where nothing is. */
export function resolveWish(
  params: EngineWish & { readonly lun?: string | undefined },
  inventory: Inventory,
): ResolvedWish {
  const { engine, storage } = inventory;
  return {
    fqdn: (params.engineFqdn ?? engine.fqdn).toLowerCase(),
    vcpus: params.vcpus ?? engine.vcpus,
    memoryMiB: params.memoryMiB ?? engine.memoryMiB,
    diskGiB: params.diskGiB ?? engine.diskGiB,
    dataCenter: params.dataCenter ?? engine.dataCenter,
    cluster: params.cluster ?? engine.cluster,
    lun: params.lun ?? storage.hostedEngine.lun,
  };
}

export function inventoryHost(inventory: Inventory, name: string): InventoryHost {
  const host = inventory.hosts.find((candidate) => candidate.name === name);
  if (host === undefined) throw new OperatorError('NotFound', `the inventory has no host ${name}`);
  return host;
}

/** The same name gives the same address, so that a second attempt finds its DHCP lease; prefix as the deployment's. */
export function macOf(fqdn: string): string {
  const digest = createHash('sha256').update(fqdn).digest('hex');
  return `00:16:3e:${digest.slice(0, 2)}:${digest.slice(2, 4)}:${digest.slice(4, 6)}`;
}
