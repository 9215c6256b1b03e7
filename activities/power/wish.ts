import type { EngineFenceAgent } from '../../connectors/engine/model/fence-agent.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { InventoryBmc } from '../../inventory/schema.ts';
import { inventoryHost } from '../hosted-engine/wish.ts';
import type { OperationContext } from '../operation.ts';

type Option = { readonly name: string; readonly value: string };
/** A fence agent but for its password, which no engine shows. */
export type FenceWish = Pick<EngineFenceAgent, 'type' | 'address' | 'username'> & {
  readonly options: readonly Option[];
};

/** @throws PreconditionFailed where the inventory does not describe the management controller */
export function wishedAgent(
  context: Pick<OperationContext, 'inventory'>,
  host: string,
): FenceWish & { bmc: InventoryBmc } {
  const { bmc } = inventoryHost(context.inventory, host);
  if (bmc === undefined) {
    throw new OperatorError('PreconditionFailed', `the inventory names no management controller (bmc) of ${host}`);
  }
  const options = Object.entries({ ...bmc.options, ...(bmc.port !== undefined && { ipport: bmc.port }) });
  return {
    bmc,
    type: bmc.agent,
    address: bmc.address,
    username: bmc.user,
    options: options.map(([name, value]) => ({ name, value: asText(value) })),
  };
}

/** Fence agents read 1 and 0; the portal writes the same for a ticked box. */
function asText(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
}

/** Options come back in another order. */
export function isAsWished(agent: FenceWish, wish: FenceWish): boolean {
  const sorted = ({ type, address, username, options }: FenceWish) =>
    JSON.stringify([type, address, username, options.map(({ name, value }) => `${name}=${value}`).sort()]);
  return sorted(agent) === sorted(wish);
}

/** Whether both are at one address, whatever their ports. */
export const isAtSameAddress = (agent: FenceWish, wish: FenceWish): boolean =>
  agent.type === wish.type && agent.address === wish.address;

/** The one agent of this controller, whatever its other values. */
export const sameController = (agents: readonly EngineFenceAgent[], wish: FenceWish): EngineFenceAgent | undefined =>
  agents.find((agent) => isAtSameAddress(agent, wish) && portOf(agent) === portOf(wish));

const portOf = ({ options }: FenceWish): string | undefined => options.find(({ name }) => name === 'ipport')?.value;
