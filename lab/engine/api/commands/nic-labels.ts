import type { AttachmentRow } from '../database/attachments.ts';
import { labelsOf, networksFor, nicId } from '../database/attachments.ts';
import type { Entity } from '../wire/values.ts';
import { part, text } from '../wire/values.ts';
import type { BondChanges, On } from './setup-bonds.ts';
import { barred, entities, isSlave, nicNamed } from './setup-bonds.ts';

/** What a body wants of the labels of a host's interfaces, and what follows for the networks that carry them. */
export interface LabelChanges {
  readonly given: readonly { readonly label: string; readonly nic: string }[];
  readonly taken: readonly string[];
  /** Attachments as a body would ask for them. */
  readonly attached: readonly Entity[];
  readonly detached: readonly AttachmentRow[];
}

/** Interfaces of the host that carry a label. */
function carriers({ call, row, machine }: On, label: string): string[] {
  const names = [...machine.network.interfaces.keys()];
  return names.filter((name) => labelsOf(call.lab, call.db, row, name).has(label));
}

/** Labels that a body takes away: their networks leave the interface with them. */
export function takenLabels(on: On, known: readonly AttachmentRow[]): Pick<LabelChanges, 'taken' | 'detached'> {
  const { call, row } = on;
  const taken = entities(call.body, 'removed_labels').map((given) => text(given, 'id') ?? '');
  for (const label of taken) {
    if (carriers(on, label).length > 0) continue;
    throw barred(
      400,
      `Cannot setup Networks. Label '${label}' cannot be removed, since it isn't attached to any network interface.`,
    );
  }
  const modified = entities(call.body, 'modified_network_attachments').map((given) => text(given, 'id'));
  const labelled = networksFor(call.db, row).filter(({ label }) => label !== undefined && taken.includes(label));
  return {
    taken,
    detached: known.filter((one) => {
      const network = labelled.find(({ id }) => id === one.networkId);
      return (
        network?.label !== undefined && !modified.includes(one.id) && carriers(on, network.label).includes(one.nic)
      );
    }),
  };
}

/** Labels that a body gives: the networks that carry them come to the interface. */
export function givenLabels(
  on: On,
  known: readonly AttachmentRow[],
  bonds: BondChanges,
): Pick<LabelChanges, 'given' | 'attached'> {
  const { call, row, machine } = on;
  const given = entities(call.body, 'modified_labels').map((one) => {
    const label = text(one, 'id') ?? '';
    const wish = part(one, 'host_nic');
    const name = text(wish, 'name');
    const nic = bonds.made.find((bond) => bond.name === name)?.name ?? nicNamed(on, wish)?.name;
    if (nic === undefined || bonds.removed.includes(nic)) {
      const which = name ?? text(wish, 'id') ?? 'null';
      throw barred(
        400,
        `Cannot setup Networks. Label '${label}' cannot be attached to non-existing/removed '${which}' network interface.`,
      );
    }
    if (isSlave(machine, nic, bonds) || machine.network.interfaces.get(nic)?.kind === 'vlan') {
      throw barred(
        400,
        `Cannot setup Networks. Network interface '${nic}' cannot be labeled. Label can be provided only to interfaces or to bonds (not to slaves nor vlans).`,
      );
    }
    return { label, nic };
  });
  const attached = given.flatMap(({ label, nic }) =>
    networksFor(call.db, row)
      .filter((network) => network.label === label)
      .flatMap((network): Entity[] => {
        const before = known.find(({ networkId }) => networkId === network.id);
        if (before?.nic === nic) return [];
        return [{ network: { id: network.id }, host_nic: { name: nic } }];
      }),
  );
  return { given, attached };
}

/** Keeps the labels as they are from now on; a label is on one interface of a host. */
export function keepLabels(on: On, { given, taken }: Pick<LabelChanges, 'given' | 'taken'>): void {
  const { call, row } = on;
  for (const label of [...taken, ...given.map((one) => one.label)])
    for (const nic of carriers(on, label)) call.db.nicLabels.get(nicId(call.lab, call.db, row, nic))?.delete(label);
  for (const { label, nic } of given) labelsOf(call.lab, call.db, row, nic).add(label);
}
