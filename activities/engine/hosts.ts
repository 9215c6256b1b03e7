import { type EngineHost, engineHost } from '../../connectors/engine/model/host.ts';
import { engineVm } from '../../connectors/engine/model/vm.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { InventoryHost } from '../../inventory/schema.ts';
import type { OperationContext } from '../operation.ts';

/** A host of the engine with what runs on it. */
export interface HostView extends EngineHost {
  /** Its name in the inventory; absent for a host that the inventory does not have. */
  readonly inventoryName?: string;
  readonly vms: readonly {
    readonly id: string;
    readonly name: string;
    readonly status: string;
    readonly origin: string;
  }[];
}

/** All hosts of the engine: status, SPM role, data of the hosted engine, VMs. */
export async function engineHosts(
  context: Pick<OperationContext, 'engine' | 'inventory'>,
): Promise<readonly HostView[]> {
  const engine = context.engine();
  const [hosts, vms] = await Promise.all([engine.list('/hosts', engineHost), engine.list('/vms', engineVm)]);
  return hosts.map((host) => {
    const known = context.inventory.hosts.find((candidate) => isSame(candidate, host));
    const here = vms.filter((vm) => vm.host?.id === host.id);
    return {
      ...host,
      ...(known !== undefined && { inventoryName: known.name }),
      vms: here.map(({ id, name, status, origin = '' }) => ({ id, name, status, origin })),
    };
  });
}

/** The VM of the engine itself, imported or not. */
export const isEngineVm = ({ origin = '' }: { readonly origin?: string | undefined }): boolean =>
  origin.endsWith('hosted_engine');

/** As people know it: its name in the inventory, else in the engine. */
export function hostName({ inventoryName, name }: HostView): string {
  return inventoryName ?? name;
}

/** The host of this inventory name in the engine; undefined when the engine does not have it. */
export async function findHost(context: OperationContext, name: string): Promise<HostView | undefined> {
  return (await engineHosts(context)).find(({ inventoryName }) => inventoryName === name);
}

/** @throws NotFound when the engine does not have it */
export async function hostInEngine(context: OperationContext, name: string): Promise<HostView> {
  return hostAmong(await engineHosts(context), name);
}

/** @throws NotFound when it is none of these */
export function hostAmong(hosts: readonly HostView[], name: string): HostView {
  const found = hosts.find(({ inventoryName }) => inventoryName === name);
  if (found !== undefined) return found;
  throw new OperatorError('NotFound', `host ${name}: the engine has no host of its name or address`);
}

/** The deployment names a host by its FQDN, people as they like: the address decides where the name does not. */
function isSame({ name, fqdn, address }: InventoryHost, host: EngineHost): boolean {
  const own = [name, fqdn].map((text) => text.toLowerCase());
  if (own.includes(host.address.toLowerCase()) || own.includes(host.name.toLowerCase())) return true;
  // Several hosts behind one address and different ports are nobody's address in the engine.
  return host.address === address && !address.startsWith('127.');
}
