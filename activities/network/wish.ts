import { type JsonObject, OperatorError } from '../../failures/operator-error.ts';
import type { Inventory, InventoryNetwork } from '../../inventory/schema.ts';
import type { NetworkSettings } from './params.ts';

/** @throws NotFound naming the networks that the inventory describes */
export function wishedNetwork({ networks }: Pick<Inventory, 'networks'>, name: string): InventoryNetwork {
  const found = networks.find((network) => network.name === name);
  if (found !== undefined) return found;
  const known = networks.map((network) => network.name).join(', ') || 'none';
  throw new OperatorError('NotFound', `network ${name}: the inventory does not describe it; networks has ${known}`);
}

export function wishedSettings({ vlan, mtu, vmNetwork }: InventoryNetwork): NetworkSettings {
  return { ...(vlan !== undefined && { vlan }), mtu, vm: vmNetwork };
}

/** How they differ, a sentence each. */
export function settingDifferences(is: NetworkSettings, wished: NetworkSettings): readonly string[] {
  return FIELDS.filter((field) => is[field] !== wished[field]).map(
    (field) => `its ${WORDS[field]} is ${word(is, field)} instead of ${word(wished, field)}`,
  );
}

/** What has to be sent to turn one into the other: the engine takes what is absent for unchanged. */
export function settingsBody(is: NetworkSettings | undefined, wished: NetworkSettings): JsonObject {
  const differs = (field: keyof NetworkSettings) => is === undefined || is[field] !== wished[field];
  const { vlan, mtu, vm } = wished;
  return {
    // A VLAN without an id takes the tag away.
    ...(vlan !== undefined ? differs('vlan') && { vlan: { id: vlan } } : is?.vlan !== undefined && { vlan: {} }),
    // Absent usages are those of VMs, an empty list is none.
    ...(differs('vm') && { usages: vm ? { usage: ['vm'] } : {} }),
    ...(differs('mtu') && { mtu }),
  };
}

export function settingsWords(settings: NetworkSettings): string {
  return FIELDS.map((field) => `${WORDS[field]} ${word(settings, field)}`).join(', ');
}

const FIELDS = ['vlan', 'mtu', 'vm'] as const;
const WORDS = { vlan: 'VLAN', mtu: 'MTU', vm: 'use by VMs' } as const;

function word({ vlan, mtu, vm }: NetworkSettings, field: keyof NetworkSettings): string {
  if (field === 'vlan') return vlan === undefined ? 'untagged' : `${vlan}`;
  if (field === 'mtu') return `${mtu}`;
  return vm ? 'allowed' : 'not allowed';
}
