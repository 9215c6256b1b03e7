import { isAddress, prefixOf } from '../../../kernel/network.ts';
import type { AttachmentRow } from '../database/attachments.ts';
import { networksFor } from '../database/attachments.ts';
import type { NetworkRow } from '../database/networks.ts';
import { MANAGEMENT } from '../database/networks.ts';
import type { ReportedValue } from '../monitor/network-sync.ts';
import { inSync, reportedValues } from '../monitor/network-sync.ts';
import { notModelled } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { isEntity, isList, part, text } from '../wire/values.ts';
import type { BondChanges, On } from './setup-bonds.ts';
import { barred, entities, isSlave, nicNamed } from './setup-bonds.ts';

/** A network that a host is to have: on which NIC or bond, with what address. */
export interface Wish {
  readonly network: NetworkRow;
  readonly nic: string;
  readonly address: AttachmentRow['address'];
  readonly dhcp: boolean;
}

type Addressing = Pick<Wish, 'address' | 'dhcp'>;

function addressing(given: Entity, before: AttachmentRow | undefined): Addressing {
  if (!isList(given.ip_address_assignments)) return { address: before?.address, dhcp: before?.dhcp === true };
  const own = given.ip_address_assignments
    .filter(isEntity)
    .find((one) => text(one, 'assignment_method') !== 'none' && text(part(one, 'ip'), 'version') !== 'v6');
  if (own && text(own, 'assignment_method') === 'dhcp') return { address: undefined, dhcp: true };
  const [address, netmask] = [text(part(own, 'ip'), 'address'), text(part(own, 'ip'), 'netmask')];
  if (address === undefined || netmask === undefined) return { address: undefined, dhcp: false };
  if (!isAddress(address)) {
    throw barred(
      400,
      'must match "^\\b((25[0-5]|2[0-4]\\d|[01]\\d\\d|\\d?\\d)\\.){3}(25[0-5]|2[0-4]\\d|[01]\\d\\d|\\d?\\d)"',
      'Attribute: ipConfiguration.iPv4Addresses[0].address',
    );
  }
  const gateway =
    text(part(own, 'ip'), 'gateway') ?? (address === before?.address?.address ? before.address.gateway : undefined);
  return { address: { address, netmask, prefix: prefixOf(netmask), gateway }, dhcp: false };
}

/** The network that a body of an attachment is about, and how the host has it by now. */
export function networkIn(
  on: On,
  given: Entity,
  known: readonly AttachmentRow[],
): { network: NetworkRow; before?: AttachmentRow } {
  const same = known.find((one) => one.id === text(given, 'id'));
  const reference = part(given, 'network');
  const [id, name] = [text(reference, 'id') ?? same?.networkId, text(reference, 'name')];
  const network = networksFor(on.call.db, on.row).find((one) => (id ? one.id === id : one.name === name));
  if (!network) throw barred(400, `Logical Network (${id ? `id '${id}'` : `name '${name ?? ''}'`}) doesn't exist.`);
  const before = known.find((one) => one.networkId === network.id);
  return { network, ...(before ? { before } : {}) };
}

/** What the engine calls the values in its refusals. */
const words: Readonly<Record<string, string>> = {
  mtu: 'MTU',
  bridged: 'Bridged',
  vlan: 'VLAN',
  ipv4_boot_protocol: 'IPv4 Boot Protocol',
  ipv4_address: 'IPv4 Address',
  ipv4_netmask: 'IPv4 Netmask',
};

/** A network that differs from its definition is changed on a host only together with its synchronization. */
function checkSync({ machine }: On, network: NetworkRow, before: AttachmentRow): void {
  const odd = reportedValues(machine, before, network)
    .filter((value) => !inSync(value))
    .sort((one, other) => one.name.localeCompare(other.name));
  if (odd.length === 0) return;
  const told = ({ name, actual, expected }: ReportedValue): string =>
    `${words[name] ?? name} Host - ${actual ?? 'null'}, DC - ${expected ?? 'null'}`;
  throw barred(
    409,
    `Cannot setup Networks. The following Network definitions on the Network Interface are different than those on the Logical Network. Please synchronize the Network Interface before editing network ${network.name}. The non-synchronized values are: ${odd.map(told).join('; ')}.`,
  );
}

function wanted(on: On, given: Entity, known: readonly AttachmentRow[], bonds: BondChanges): Wish {
  const { network, before } = networkIn(on, given, known);
  const wish = part(given, 'host_nic');
  const made = bonds.made.find(({ name }) => name === text(wish, 'name'))?.name;
  const nic = wish ? (made ?? nicNamed(on, wish)?.name) : before?.nic;
  if (nic === undefined || bonds.removed.includes(nic)) {
    const which = `(id ${text(wish, 'id') ?? 'null'}, name ${text(wish, 'name') ?? 'null'})`;
    throw barred(400, `Cannot setup Networks. The host network interface ${which} does not exist.`);
  }
  if (isSlave(on.machine, nic, bonds))
    throw barred(400, `Cannot setup Networks. Network interface ${nic} is a slave of a bond.`);
  if (isList(given.properties) && given.properties.length > 0) throw notModelled('properties of network attachments');
  return { network, nic, ...addressing(given, before) };
}

const isAs = (wish: Wish, before: AttachmentRow): boolean =>
  wish.nic === before.nic &&
  wish.dhcp === (before.dhcp === true) &&
  wish.address?.address === before.address?.address &&
  wish.address?.netmask === before.address?.netmask &&
  wish.address?.gateway === before.address?.gateway;

/** The management network stays where it is: what a host is reached by is not moved here. */
function checkManagement(wish: Wish, before: AttachmentRow | undefined): void {
  if (wish.network.name !== MANAGEMENT) return;
  if (before === undefined || !isAs(wish, before) || wish.network.vlan !== undefined)
    throw notModelled('a change of the NIC, the VLAN or the address of the management network');
}

/** What a body wants of a host's networks; what is there already, and not to be synchronized, is no change. */
export function wishesOf(on: On, body: Entity, known: readonly AttachmentRow[], bonds: BondChanges): Wish[] {
  const synchronized = entities(body, 'synchronized_network_attachments');
  const asked = (given: Entity): boolean => synchronized.some((one) => text(one, 'id') === text(given, 'id'));
  const modified = entities(body, 'modified_network_attachments').filter(
    (given) => text(given, 'id') === undefined || !asked(given),
  );
  const overriding = synchronized.map((given) => ({
    ...given,
    ...entities(body, 'modified_network_attachments').find((one) => text(one, 'id') === text(given, 'id')),
  }));
  const wishes = (given: Entity, override: boolean): Wish[] => {
    const wish = wanted(on, given, known, bonds);
    const before = known.find(({ networkId }) => networkId === wish.network.id);
    checkManagement(wish, before);
    if (override || before === undefined) return [wish];
    if (isAs(wish, before)) return [];
    checkSync(on, wish.network, before);
    return [wish];
  };
  return [...modified.flatMap((given) => wishes(given, false)), ...overriding.flatMap((given) => wishes(given, true))];
}
