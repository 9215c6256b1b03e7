import { netmaskOf } from '../../../kernel/network.ts';
import { asksDhcp, portOf } from '../../../ovirt/host-networks.ts';
import type { Lab, LabHost } from '../../../types.ts';
import type { AttachmentRow } from '../database/attachments.ts';
import { attachmentsOf } from '../database/attachments.ts';
import type { EngineDatabase, HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import type { NetworkRow } from '../database/networks.ts';

/** One value of a network on a host: what the engine wants, and what the host has. */
export interface ReportedValue {
  readonly name: string;
  readonly expected: string | undefined;
  readonly actual: string | undefined;
}

const protocol = (dhcp: boolean | undefined, address: unknown): string =>
  dhcp ? 'DHCP' : address === undefined ? 'NONE' : 'STATIC_IP';

/** What a host has of a network beside what the engine wants. */
export function reportedValues(
  machine: LabHost | undefined,
  attachment: AttachmentRow | undefined,
  network: NetworkRow,
): ReportedValue[] {
  const bridge = machine?.network.interfaces.get(network.name);
  const port = machine && portOf(machine, network.name);
  const device = bridge ?? port;
  const [own] = device?.addresses ?? [];
  const dhcp = machine !== undefined && device !== undefined && asksDhcp(machine, device.name);
  const wish = attachment?.dhcp ? undefined : attachment?.address;
  const line = (name: string, expected: unknown, actual: unknown): ReportedValue => ({
    name,
    expected: expected === undefined ? undefined : String(expected),
    actual: actual === undefined ? undefined : String(actual),
  });
  return [
    line('mtu', network.mtu || 1500, device?.mtu),
    line('bridged', network.vm, bridge !== undefined),
    line('vlan', network.vlan, port?.vlan),
    line('switchType', 'LEGACY', 'LEGACY'),
    line('ipv4_boot_protocol', protocol(attachment?.dhcp, wish), protocol(dhcp, own)),
    ...(wish || (own && !attachment?.dhcp)
      ? [
          line('ipv4_netmask', wish?.netmask, own && netmaskOf(own.prefix)),
          line('ipv4_address', wish?.address, own?.address),
        ]
      : []),
  ];
}

export const inSync = (value: ReportedValue): boolean => value.expected === value.actual;

/** Attachments of a host that differ from their networks, or from what was wished of them. */
export function unsynchronized(lab: Lab, db: EngineDatabase, row: HostRow): AttachmentRow[] {
  const machine = machineAt(lab, row.address);
  return attachmentsOf(lab, db, row, machine).filter((attachment) => {
    const network = db.networks.get(attachment.networkId);
    return network !== undefined && !reportedValues(machine, attachment, network).every(inSync);
  });
}
