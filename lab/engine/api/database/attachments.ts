import { netmaskOf } from '../../../kernel/network.ts';
import { portOf } from '../../../ovirt/host-networks.ts';
import { uuid } from '../../../ovirt/ids.ts';
import type { Lab, LabHost } from '../../../types.ts';
import type { EngineDatabase, HostRow } from './database.ts';
import { MANAGEMENT, type NetworkRow, networksIn } from './networks.ts';

/** What someone gave a network on a host; the gateway is the way out only on the management network. */
export interface FixedAddress {
  readonly address: string;
  readonly netmask: string;
  readonly prefix: number;
  readonly gateway?: string | undefined;
}

/** A logical network on a NIC or bond of a host, as the engine wants it. */
export interface AttachmentRow {
  readonly id: string;
  readonly hostId: string;
  readonly networkId: string;
  nic: string;
  address?: FixedAddress | undefined;
  /** Its address is asked of a DHCP server; the lab's networks have none. */
  dhcp?: boolean | undefined;
}

/** The id of a host's interface, the same each time. */
export function nicId(lab: Lab, db: EngineDatabase, row: HostRow, name: string): string {
  const key = `${row.id}/${name}`;
  const known = db.nicIds.get(key) ?? uuid(lab);
  db.nicIds.set(key, known);
  return known;
}

/** Labels of a host's interface: the networks that carry one of them belong onto it. */
export function labelsOf(lab: Lab, db: EngineDatabase, row: HostRow, nic: string): Set<string> {
  const id = nicId(lab, db, row, nic);
  const labels = db.nicLabels.get(id) ?? new Set();
  db.nicLabels.set(id, labels);
  return labels;
}

/** Networks of the host's cluster, which alone can be on it. */
export const networksFor = (db: EngineDatabase, row: HostRow): NetworkRow[] =>
  networksIn(db, row.clusterId).flatMap(({ networkId }) => db.networks.get(networkId) ?? []);

/** A host's attachments; that of the management network comes with the installation. */
export function attachmentsOf(
  lab: Lab,
  db: EngineDatabase,
  row: HostRow,
  machine: LabHost | undefined,
): AttachmentRow[] {
  const management = networksFor(db, row).find(({ name }) => name === MANAGEMENT);
  const bridge = machine?.network.interfaces.get(MANAGEMENT);
  const has = (id: string): boolean => db.attachments.some((one) => one.hostId === row.id && one.networkId === id);
  if (management && bridge && machine && !has(management.id)) {
    const port = [...machine.network.interfaces.values()].find((one) => one.master === MANAGEMENT);
    const [own] = bridge.addresses;
    db.attachments.push({
      id: uuid(lab),
      hostId: row.id,
      networkId: management.id,
      nic: port?.name ?? 'em1',
      ...(own ? { address: { ...own, netmask: netmaskOf(own.prefix), gateway: lab.gateway } } : {}),
    });
  }
  return db.attachments.filter((one) => one.hostId === row.id && db.networks.has(one.networkId));
}

/** With a host's capabilities the engine forgets attachments of networks that the host does not have any more. */
export function forgetLost(db: EngineDatabase, row: HostRow, machine: LabHost): void {
  for (const one of [...db.attachments]) {
    const network = db.networks.get(one.networkId);
    const has = network !== undefined && portOf(machine, network.name) !== undefined;
    if (one.hostId === row.id && !has) db.attachments.splice(db.attachments.indexOf(one), 1);
  }
}
