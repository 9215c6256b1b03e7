import type { BondWish } from '../../../ovirt/host-networks.ts';
import type { LabHost, NetInterface } from '../../../types.ts';
import type { AttachmentRow } from '../database/attachments.ts';
import { nicId } from '../database/attachments.ts';
import type { HostRow } from '../database/database.ts';
import type { Call } from '../routing/call.ts';
import { ApiFault, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { isEntity, isList, part, text } from '../wire/values.ts';

/** A refusal of this action stands alone, not inside the action. */
export function barred(status: 400 | 409, ...messages: string[]): ApiFault {
  const fault = refused(status, ...messages);
  return new ApiFault(status, fault.reason, fault.detail, true);
}

export const entities = (body: Entity | undefined, name: string): Entity[] => {
  const value = body?.[name];
  return isList(value) ? value.filter(isEntity) : [];
};

export interface BondChanges {
  readonly made: readonly BondWish[];
  readonly removed: readonly string[];
}

/** The host that a call is about. */
export interface On {
  readonly call: Call;
  readonly row: HostRow;
  readonly machine: LabHost;
}

/** The interface that a body refers to by id or name, as far as it is there. */
export function nicNamed({ call, row, machine }: On, given: Entity | undefined): NetInterface | undefined {
  const [id, name] = [text(given, 'id'), text(given, 'name')];
  return [...machine.network.interfaces.values()].find((one) =>
    id === undefined ? one.name === name : nicId(call.lab, call.db, row, one.name) === id,
  );
}

function slaveNamed(on: On, given: Entity): NetInterface {
  const found = nicNamed(on, given);
  if (found?.kind === 'nic') return found;
  const name = text(given, 'name') ?? 'null';
  throw found
    ? barred(
        409,
        `Cannot setup Networks. Network Interface '${found.name}' cannot be slave: Neither bond nor vlan can be slave.`,
      )
    : barred(
        400,
        `Cannot setup Networks. The host network interface (id ${text(given, 'id') ?? 'null'}, name ${name}) does not exist.`,
      );
}

function bondIn(on: On, given: Entity): BondWish {
  const before = nicNamed(on, given);
  const name = before?.name ?? text(given, 'name') ?? '';
  if (!/^bond\w+$/.test(name)) {
    throw barred(
      400,
      `Bond name '${name}' does not follow naming criteria. For host compatibility version 4.3 or greater, custom bond names must begin with the prefix 'bond'  followed by 'a-z', 'A-Z', '0-9', or '_' characters. For host compatibility version 4.2 and lower, custom bond names must begin with the prefix 'bond' followed by a number.`,
    );
  }
  const bonding = part(given, 'bonding');
  const options = entities(bonding, 'options').map((one) => `${text(one, 'name')}=${text(one, 'value')}`);
  const own = [...on.machine.network.interfaces.values()].filter(({ master }) => master === before?.name);
  const slaves = isList(bonding?.slaves)
    ? entities(bonding, 'slaves').map((one) => slaveNamed(on, one))
    : before
      ? own
      : [];
  if (slaves.length < 2) {
    throw barred(
      400,
      `Cannot setup Networks. The following bonds consist of less than two Network Interfaces: ${name}.`,
    );
  }
  return {
    name,
    options: options.length > 0 ? options.join(' ') : (before?.bonding ?? 'mode=4 miimon=100'),
    slaves: slaves.map((slave) => slave.name),
  };
}

const sorted = (words: readonly string[]): string => [...words].sort().join(' ');

/** A bond that is asked for as it is: no change. */
function isThere({ network: { interfaces } }: LabHost, { name, options, slaves }: BondWish): boolean {
  const before = interfaces.get(name)?.bonding;
  const own = [...interfaces.values()].filter(({ master }) => master === name);
  return (
    sorted((before ?? '').split(' ')) === sorted(options.split(' ')) &&
    sorted(own.map((nic) => nic.name)) === sorted(slaves)
  );
}

/** The bond that a NIC is in, unless the changes take it out. */
function bondOf(machine: LabHost, nic: string, { made, removed }: BondChanges): string | undefined {
  const { interfaces } = machine.network;
  const master = interfaces.get(interfaces.get(nic)?.master ?? '');
  if (master?.kind !== 'bond' || removed.includes(master.name)) return undefined;
  return made.some(({ name, slaves }) => name === master.name && !slaves.includes(nic)) ? undefined : master.name;
}

/** True when the changes leave a NIC in a bond, or put it into one. */
export const isSlave = (machine: LabHost, nic: string, changes: BondChanges): boolean =>
  bondOf(machine, nic, changes) !== undefined || changes.made.some(({ slaves }) => slaves.includes(nic));

/** A NIC goes into a bond only when no network is on it and no other bond has it (engine: HostSetupNetworksValidator). */
function checkSlaves(on: On, changes: BondChanges, staying: readonly AttachmentRow[]): void {
  const { call, machine } = on;
  for (const { name, slaves } of changes.made) {
    for (const slave of slaves) {
      const used = staying.find(({ nic }) => nic === slave);
      if (used) {
        const network = call.db.networks.get(used.networkId)?.name ?? '';
        throw barred(
          409,
          `Cannot setup Networks. Network Interface '${slave}' cannot become slave, there's network '${network}' attached to it.`,
        );
      }
      if ([undefined, name].includes(bondOf(machine, slave, changes))) continue;
      throw barred(409, `Network Interface '${slave}' already belongs to the bond.`);
    }
  }
}

/** What a body wants of a host's bonds; `staying` are the networks that it leaves where they are. */
export function bondChanges(on: On, staying: readonly AttachmentRow[]): BondChanges {
  const { body } = on.call;
  const removed = entities(body, 'removed_bonds').map((given) => {
    const bond = nicNamed(on, given);
    const name = text(given, 'name') ?? text(given, 'id') ?? '';
    if (!bond) throw barred(400, `Following bonds do not exist: ${name}.`);
    if (bond.kind !== 'bond') {
      throw barred(400, `Cannot setup Networks. The given network interface '${bond.name}' is not a bond.`);
    }
    return bond.name;
  });
  for (const name of removed) {
    const used = staying.filter(({ nic }) => nic === name).map(({ id }) => id);
    if (used.length === 0) continue;
    throw barred(409, `Cannot remove bond ${name}, because it's used by Network Attachments: ${used.join(',')}.`);
  }
  const made = entities(body, 'modified_bonds').map((given) => bondIn(on, given));
  const changes = { removed, made: made.filter((bond) => !isThere(on.machine, bond)) };
  checkSlaves(on, changes, staying);
  return changes;
}
