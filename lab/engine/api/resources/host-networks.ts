import { netmaskOf } from '../../../kernel/network.ts';
import { asksDhcp, portOf, removeHostNetwork } from '../../../ovirt/host-networks.ts';
import type { LabHost, NetInterface } from '../../../types.ts';
import { setupNetworks } from '../commands/setup-networks.ts';
import type { AttachmentRow, FixedAddress } from '../database/attachments.ts';
import { attachmentsOf, networksFor, nicId } from '../database/attachments.ts';
import type { HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { MANAGEMENT } from '../database/networks.ts';
import { inSync, reportedValues, unsynchronized } from '../monitor/network-sync.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { created, many, one, removed } from '../routing/call.ts';
import { incomplete, refused, unknownId } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { part } from '../wire/values.ts';

export function hostOf(call: Call): { row: HostRow; machine: LabHost | undefined } {
  const row = call.db.hosts.get(call.route.ids[0] ?? '');
  if (!row) throw unknownId();
  return { row, machine: machineAt(call.lab, row.address) };
}

/** Interfaces that the engine shows: all but the loopback and the bridges, which are networks. */
const shown = (machine: LabHost | undefined): NetInterface[] =>
  [...(machine?.network.interfaces.values() ?? [])].filter(({ kind }) => kind !== 'loopback' && kind !== 'bridge');

/** Modes 1 to 5 as the API words them; the others have no word. */
const modes: readonly (string | undefined)[] = [
  'Active-Backup',
  'Load balance (balance-xor)',
  undefined,
  'Dynamic link aggregation (802.3ad)',
  'Adaptive transmit load balancing (balance-tlb)',
];

const modeType = (mode: string): { type?: string } => {
  const type = modes[Number(mode) - 1];
  return type === undefined ? {} : { type };
};

function bonding(call: Call, row: HostRow, machine: LabHost, bond: NetInterface): Entity {
  const slaves = shown(machine).filter(({ master }) => master === bond.name);
  const reference = ({ name }: NetInterface): Entity => {
    const id = nicId(call.lab, call.db, row, name);
    return { id, href: `/ovirt-engine/api/hosts/${row.id}/nics/${id}` };
  };
  const [active] = slaves.filter((nic) => nic.up && nic.carrier);
  return {
    options: (bond.bonding ?? '')
      .split(' ')
      .map((option) => option.split('='))
      .sort(([one = ''], [other = '']) => one.localeCompare(other))
      .map(([name = '', value = '']) => ({ name, value, ...(name === 'mode' ? modeType(value) : {}) })),
    slaves: slaves.map(reference),
    ...(active ? { active_slave: reference(active) } : {}),
  };
}

function nicResource(call: Call, row: HostRow, machine: LabHost, nic: NetInterface): Resource {
  const bridge = nic.master === undefined ? undefined : machine.network.interfaces.get(nic.master);
  const network = networksFor(call.db, row).find(({ name }) => portOf(machine, name)?.name === nic.name);
  const device = bridge?.kind === 'bridge' ? bridge : nic;
  const [own] = device.addresses;
  const gateway = bridge?.name === MANAGEMENT ? { gateway: call.lab.gateway } : {};
  return {
    type: 'host_nic',
    service: 'host_nic',
    path: `/hosts/${row.id}/nics/${nicId(call.lab, call.db, row, nic.name)}`,
    entity: {
      name: nic.name,
      ...(nic.link === undefined ? {} : { base_interface: nic.link, vlan: { id: nic.vlan ?? 0 } }),
      ...(nic.kind === 'bond' ? { bonding: bonding(call, row, machine, nic) } : {}),
      boot_protocol: asksDhcp(machine, device.name) ? 'dhcp' : own ? 'static' : 'none',
      bridged: bridge?.kind === 'bridge',
      custom_configuration: unsynchronized(call.lab, call.db, row).some(({ networkId }) => networkId === network?.id),
      ...(own ? { ip: { address: own.address, netmask: netmaskOf(own.prefix), version: 'v4', ...gateway } } : {}),
      ipv6_boot_protocol: 'none',
      mac: { address: nic.mac },
      mtu: nic.mtu,
      ...(network ? { properties: [], network: { id: network.id } } : {}),
      ...(nic.kind === 'nic' ? { speed: nic.carrier ? 10_000_000_000 : 0 } : {}),
      status: nic.up && (nic.kind !== 'nic' || nic.carrier) ? 'up' : 'down',
      host: { id: row.id },
    },
  };
}

const fixed = ({ address, netmask, gateway }: FixedAddress): Entity => ({
  address,
  netmask,
  ...(gateway === undefined ? {} : { gateway }),
});

function attachmentResource(call: Call, row: HostRow, attachment: AttachmentRow): Resource {
  const machine = machineAt(call.lab, row.address);
  const network = call.db.networks.get(attachment.networkId);
  const values = network ? reportedValues(machine, attachment, network) : [];
  const { address, dhcp } = attachment;
  return {
    type: 'network_attachment',
    service: 'network_attachment',
    path: `/hosts/${row.id}/networkattachments/${attachment.id}`,
    entity: {
      in_sync: values.every(inSync),
      ip_address_assignments: [
        address
          ? { assignment_method: 'static', ip: { ...fixed(address), version: 'v4' } }
          : { assignment_method: dhcp ? 'dhcp' : 'none', ip: { version: 'v4' } },
        { assignment_method: 'none', ip: { version: 'v6' } },
      ],
      reported_configurations: values.map((value) => ({
        name: value.name,
        ...(value.expected === undefined ? {} : { expected_value: value.expected }),
        ...(value.actual === undefined ? {} : { actual_value: value.actual }),
        in_sync: inSync(value),
      })),
      host: { id: row.id },
      host_nic: {
        id: nicId(call.lab, call.db, row, attachment.nic),
        href: `/ovirt-engine/api/hosts/${row.id}/nics/${nicId(call.lab, call.db, row, attachment.nic)}`,
      },
      network: { id: attachment.networkId },
    },
  };
}

export const hostNics: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const { row, machine } = hostOf(call);
    return many('host_nic', machine ? shown(machine).map((nic) => nicResource(call, row, machine, nic)) : []);
  },
};

export const hostNic: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const { row, machine } = hostOf(call);
    const nic = shown(machine).find(({ name }) => nicId(call.lab, call.db, row, name) === call.route.ids[1]);
    if (!nic || !machine) throw unknownId();
    return one(nicResource(call, row, machine, nic));
  },
};

/** Attachments of a host, or of one of its NICs where the path names one. */
function attachments(call: Call): Resource[] {
  const { row, machine } = hostOf(call);
  const under = call.route.ids[1];
  return attachmentsOf(call.lab, call.db, row, machine)
    .filter(({ nic }) => under === undefined || nicId(call.lab, call.db, row, nic) === under)
    .map((each) => attachmentResource(call, row, each));
}

/** Sets up one network, as a request of its own; it is gone after a reboot until it is committed. */
const setUp = (call: Call, row: HostRow, body: Entity): Promise<unknown> => setupNetworks({ ...call, body }, row);

export const networkAttachments: Readonly<Record<string, Handler>> = {
  list: (call) => many('network_attachment', attachments(call)),
  add: async (call) => {
    const { row, machine } = hostOf(call);
    const [, nic] = call.route.ids;
    const missing = [
      ...(part(call.body, 'network') ? [] : ['network.id|name']),
      ...(nic === undefined && !part(call.body, 'host_nic') ? ['hostNic.id|name'] : []),
    ];
    if (missing.length > 0) throw incomplete(`NetworkAttachment [${missing.join(', ')}] required for add`);
    const before = attachmentsOf(call.lab, call.db, row, machine).map(({ id }) => id);
    const wish = { ...call.body, ...(nic === undefined ? {} : { host_nic: { id: nic } }) };
    await setUp(call, row, { modified_network_attachments: [wish] });
    const made = attachmentsOf(call.lab, call.db, row, machine).find(({ id }) => !before.includes(id));
    if (!made) throw refused(409, 'Cannot add network attachment to Host. Network attachment already exists.');
    return created(attachmentResource(call, row, made));
  },
};

function attachmentOfPath(call: Call): { row: HostRow; found: AttachmentRow } {
  const { row, machine } = hostOf(call);
  const found = attachmentsOf(call.lab, call.db, row, machine).find(({ id }) => id === call.route.ids.at(-1));
  if (!found) throw unknownId();
  return { row, found };
}

export const networkAttachment: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const { row, found } = attachmentOfPath(call);
    return one(attachmentResource(call, row, found));
  },
  update: async (call) => {
    const { row, found } = attachmentOfPath(call);
    await setUp(call, row, { modified_network_attachments: [{ ...call.body, id: found.id }] });
    return one(attachmentResource(call, row, attachmentOfPath(call).found));
  },
  remove: async (call) => {
    const { row, found } = attachmentOfPath(call);
    await setUp(call, row, { removed_network_attachments: [{ id: found.id }] });
    return removed(call);
  },
};

/** Bridges of a host that are no network of its cluster: made by hand, or left when the network went. */
function strangers(call: Call): { row: HostRow; machine: LabHost; bridge: NetInterface; id: string }[] {
  const { row, machine } = hostOf(call);
  if (!machine) return [];
  const known = networksFor(call.db, row).map(({ name }) => name);
  return [...machine.network.interfaces.values()]
    .filter(({ kind, name }) => kind === 'bridge' && !known.includes(name))
    .map((bridge) => ({ row, machine, bridge, id: nicId(call.lab, call.db, row, `unmanaged/${bridge.name}`) }));
}

function unmanagedResource(call: Call, { row, machine, bridge, id }: ReturnType<typeof strangers>[number]): Resource {
  const port = portOf(machine, bridge.name);
  const nic = port && nicId(call.lab, call.db, row, port.link ?? port.name);
  return {
    type: 'unmanaged_network',
    service: 'unmanaged_network',
    path: `/hosts/${row.id}/unmanagednetworks/${id}`,
    entity: { name: bridge.name, host: { id: row.id }, ...(nic === undefined ? {} : { host_nic: { id: nic } }) },
  };
}

function stranger(call: Call): ReturnType<typeof strangers>[number] {
  const found = strangers(call).find(({ id }) => id === call.route.ids.at(-1));
  if (!found) throw unknownId();
  return found;
}

export const unmanagedNetworks: Readonly<Record<string, Handler>> = {
  list: (call) =>
    many(
      'unmanaged_network',
      strangers(call).map((each) => unmanagedResource(call, each)),
    ),
};

export const unmanagedNetwork: Readonly<Record<string, Handler>> = {
  get: (call) => one(unmanagedResource(call, stranger(call))),
  remove: (call) => {
    const { machine, bridge, row } = stranger(call);
    removeHostNetwork(machine, bridge.name);
    call.lab.changed(`unmanaged network ${bridge.name} removed from host ${row.name}`);
    return removed(call);
  },
};
