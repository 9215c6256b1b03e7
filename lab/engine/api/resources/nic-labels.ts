import { setupNetworks } from '../commands/setup-networks.ts';
import { labelsOf, nicId } from '../database/attachments.ts';
import type { HostRow } from '../database/database.ts';
import { tell } from '../database/events.ts';
import type { Call, Resource } from '../routing/call.ts';
import { incomplete, refused, unknownId } from '../wire/fault.ts';
import { text } from '../wire/values.ts';
import { hostOf } from './host-networks.ts';

interface Place {
  readonly row: HostRow;
  readonly nic: string;
  readonly id: string;
  readonly labels: ReadonlySet<string>;
  /** Other interfaces of the host. */
  readonly others: readonly string[];
}

/** The interface of a host that the path names. */
function place(call: Call): Place {
  const { lab, db } = call;
  const { row, machine } = hostOf(call);
  const [, id = ''] = call.route.ids;
  const names = [...(machine?.network.interfaces.keys() ?? [])];
  const nic = names.find((name) => nicId(lab, db, row, name) === id);
  if (nic === undefined) throw unknownId();
  return { row, nic, id, labels: labelsOf(lab, db, row, nic), others: names.filter((name) => name !== nic) };
}

const resource = ({ row, id }: Place, label: string): Resource => ({
  type: 'network_label',
  service: 'network_label',
  path: `/hosts/${row.id}/nics/${id}/networklabels/${label}`,
  entity: { host_nic: { id, href: `/ovirt-engine/api/hosts/${row.id}/nics/${id}` } },
});

export function nicLabels(call: Call): Resource[] {
  const at = place(call);
  return [...at.labels].sort().map((label) => resource(at, label));
}

export function nicLabel(call: Call): Resource {
  const at = place(call);
  const label = call.route.ids.at(-1) ?? '';
  if (!at.labels.has(label)) throw unknownId();
  return resource(at, label);
}

/** Gives an interface a label, with the networks that carry it. */
export async function addNicLabel(call: Call): Promise<Resource> {
  const { lab, db, body, correlationId } = call;
  const at = place(call);
  const label = text(body, 'id');
  if (!label) throw incomplete('NetworkLabel [id] required for add');
  if (at.labels.has(label)) {
    throw refused(
      409,
      `Cannot add Label. The network interface '${at.nic}' is already labeled with the specified label '${label}'.`,
    );
  }
  const other = at.others.find((name) => labelsOf(lab, db, at.row, name).has(label));
  if (other !== undefined) {
    throw refused(
      409,
      `Cannot add Label. The label '${label}' is already defined on other interface ${other} on the host.`,
    );
  }
  await setupNetworks({ ...call, body: { modified_labels: [{ id: label, host_nic: { name: at.nic } }] } }, at.row);
  const told = `Network interface card ${at.nic} was labeled ${label} on host ${at.row.name}.`;
  tell(lab, db, { code: 1136, host: at.row, correlationId, text: told });
  return resource(at, label);
}

/** Takes a label from an interface, with the networks that carry it. */
export async function removeNicLabel(call: Call): Promise<void> {
  const { lab, db, correlationId } = call;
  const at = place(call);
  const label = call.route.ids.at(-1) ?? '';
  if (!at.labels.has(label)) throw unknownId();
  await setupNetworks({ ...call, body: { removed_labels: [{ id: label }] } }, at.row);
  const told = `Label ${label} was removed from network interface card ${at.nic} on host ${at.row.name}.`;
  tell(lab, db, { code: 1138, host: at.row, correlationId, text: told });
}
