import { isAddress } from '../../../kernel/network.ts';
import {
  markUnsaved,
  removeBond,
  removeHostNetwork,
  restoreSnapshot,
  saveNetworks,
  setBond,
  setHostNetwork,
  takeSnapshot,
} from '../../../ovirt/host-networks.ts';
import { uuid } from '../../../ovirt/ids.ts';
import type { LabHost } from '../../../types.ts';
import type { AttachmentRow } from '../database/attachments.ts';
import { attachmentsOf, networksFor, prefixOf } from '../database/attachments.ts';
import type { HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { tell, userName } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import type { NetworkRow } from '../database/networks.ts';
import { MANAGEMENT } from '../database/networks.ts';
import { vdsmAnswers } from '../monitor/hosts.ts';
import type { Call } from '../routing/call.ts';
import { notModelled, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { flag, isEntity, isList, number, part, text } from '../wire/values.ts';
import type { BondChanges, On } from './setup-bonds.ts';
import { barred, bondChanges, entities, isSlave, nicNamed } from './setup-bonds.ts';

/** Virtual seconds that vdsm takes, and that the engine waits for the host by default. */
const seconds = { setup: 8, connectivity: 120 } as const;

interface Change {
  readonly network: NetworkRow;
  readonly nic: string;
  readonly address: AttachmentRow['address'];
}

function addressOf(given: Entity, before: AttachmentRow['address']): AttachmentRow['address'] {
  if (!isList(given.ip_address_assignments)) return before;
  const fixed = given.ip_address_assignments
    .filter(isEntity)
    .find((one) => text(one, 'assignment_method') === 'static' && text(part(one, 'ip'), 'version') !== 'v6');
  const [address, netmask] = [text(part(fixed, 'ip'), 'address'), text(part(fixed, 'ip'), 'netmask')];
  if (!fixed || address === undefined || netmask === undefined) return undefined;
  if (!isAddress(address)) {
    throw barred(
      400,
      'must match "^\\b((25[0-5]|2[0-4]\\d|[01]\\d\\d|\\d?\\d)\\.){3}(25[0-5]|2[0-4]\\d|[01]\\d\\d|\\d?\\d)"',
      'Attribute: ipConfiguration.iPv4Addresses[0].address',
    );
  }
  return { address, netmask, prefix: prefixOf(netmask) };
}

/** The network that a body of an attachment is about, and how the host has it by now. */
function networkIn(
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

function wanted(on: On, given: Entity, known: readonly AttachmentRow[], bonds: BondChanges): Change {
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
  return { network, nic, address: addressOf(given, before?.address) };
}

/** The host answers the engine over its management network. */
const connected = (call: Call, machine: LabHost): boolean =>
  vdsmAnswers(machine) && machine.network.reachable(call.lab.gateway);

function check(call: Call, row: HostRow): LabHost {
  const machine = machineAt(call.lab, row.address);
  if (row.networkBusy)
    throw barred(400, 'Cannot setup Networks. Related operation is currently in progress. Please try again later.');
  if (!vdsmAnswers(machine)) throw barred(400, 'Network error during communication with the Host.');
  return machine;
}

/** Sets a host's networks up in one go; when the host gets lost on the way, everything is as before. */
export async function setupNetworks(call: Call, row: HostRow): Promise<Job> {
  const { lab, db, run, body, correlationId } = call;
  const machine = check(call, row);
  const known = attachmentsOf(lab, db, row, machine);
  const modified = [
    ...entities(body, 'modified_network_attachments'),
    ...entities(body, 'synchronized_network_attachments'),
  ];
  const removed = entities(body, 'removed_network_attachments').map((given) => {
    const found = known.find(
      (one) => one.id === text(given, 'id') || one.networkId === text(part(given, 'network'), 'id'),
    );
    if (!found) throw barred(400, 'Cannot setup Networks. Network attachments do not exist.');
    return found;
  });
  const on: On = { call, row, machine };
  const moved = modified
    .filter((given) => given.host_nic !== undefined)
    .map((given) => networkIn(on, given, known).before);
  const bonds = bondChanges(
    on,
    known.filter((one) => !removed.includes(one) && !moved.includes(one)),
  );
  const changes = modified.map((given) => wanted(on, given, known, bonds));
  if (
    [...changes.map(({ network }) => network.id), ...removed.map(({ networkId }) => networkId)].some(
      (id) => db.networks.get(id)?.name === MANAGEMENT,
    )
  )
    throw notModelled('a change of the management network');
  const user = userName(call.user);
  const job = startJob(lab, db, { description: `Configuring networks on Host ${row.name}`, correlationId });
  row.networkBusy = true;
  const before = takeSnapshot(machine);
  try {
    if (changes.length + removed.length + bonds.made.length + bonds.removed.length > 0) await run.sleep(seconds.setup);
    for (const one of removed) removeHostNetwork(machine, db.networks.get(one.networkId)?.name ?? '');
    for (const one of moved) if (one) removeHostNetwork(machine, db.networks.get(one.networkId)?.name ?? '');
    for (const bond of bonds.removed) removeBond(machine, bond);
    for (const bond of bonds.made) setBond(machine, bond);
    for (const { network, nic, address } of changes)
      setHostNetwork(machine, {
        name: network.name,
        nic,
        vlan: network.vlan,
        mtu: network.mtu || 1500,
        vm: network.vm,
        address,
      });
    lab.changed(`networks of host ${row.name} set up`);
    if (flag(body, 'check_connectivity') === true && !connected(call, machine)) {
      await run.sleep(number(body, 'connectivity_timeout') ?? seconds.connectivity);
      restoreSnapshot(machine, before);
      lab.changed(`networks of host ${row.name} rolled back`);
      tell(lab, db, {
        code: 1103,
        host: row,
        correlationId,
        user,
        text: `Failed to apply changes on host network interfaces of host ${row.name}. (User: ${user})`,
      });
      endJob(lab, job, 'failed');
      throw barred(400, 'Reverting back to last known saved configuration.');
    }
    markUnsaved(machine, before);
    for (const one of removed) db.attachments.splice(db.attachments.indexOf(one), 1);
    for (const { network, nic, address } of changes) {
      const same = known.find((one) => one.networkId === network.id);
      if (same) Object.assign(same, { nic, address });
      else db.attachments.push({ id: uuid(lab), hostId: row.id, networkId: network.id, nic, address });
    }
    const told = `Networks were set up on host ${row.name}. (User: ${user})`;
    tell(lab, db, { code: 1102, host: row, correlationId, user, text: told });
    if (flag(body, 'commit_on_success') === true) save(call, row, machine);
    endJob(lab, job, 'finished');
    return job;
  } finally {
    row.networkBusy = undefined;
  }
}

function save(call: Call, row: HostRow, machine: LabHost): void {
  saveNetworks(machine);
  const { lab, db, correlationId } = call;
  tell(lab, db, {
    code: 10903,
    host: row,
    correlationId,
    user: userName(call.user),
    text: `Network changes were saved on host ${row.name}`,
  });
  lab.changed(`networks of host ${row.name} saved`);
}

/** Keeps what was set up over the host's next reboot. */
export function commitNetworks(call: Call, row: HostRow): void {
  const machine = machineAt(call.lab, row.address);
  if (!vdsmAnswers(machine)) throw refused(400, 'Network error during communication with the Host.');
  save(call, row, machine);
}
