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
import { attachmentsOf } from '../database/attachments.ts';
import type { HostRow, HostStatus } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { tell, userName } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import { MANAGEMENT } from '../database/networks.ts';
import { vdsmAnswers } from '../monitor/hosts.ts';
import type { Call } from '../routing/call.ts';
import { refused } from '../wire/fault.ts';
import { flag, number, part, text } from '../wire/values.ts';
import type { Wish } from './attachment-wishes.ts';
import { networkIn, wishesOf } from './attachment-wishes.ts';
import type { LabelChanges } from './nic-labels.ts';
import { givenLabels, keepLabels, takenLabels } from './nic-labels.ts';
import type { BondChanges, On } from './setup-bonds.ts';
import { barred, bondChanges, entities } from './setup-bonds.ts';

/** Virtual seconds that vdsm takes, and that the engine waits for the host by default. */
export const seconds = { setup: 8, connectivity: 120 } as const;

/** The host answers the engine over its management network. */
const connected = (call: Call, machine: LabHost): boolean =>
  vdsmAnswers(machine) && machine.network.reachable(call.lab.gateway);

/** Statuses of a host in which its networks can be set up; an installation does it too. */
const ready: readonly HostStatus[] = ['maintenance', 'up', 'non_operational'];

function check(call: Call, row: HostRow): LabHost {
  const machine = machineAt(call.lab, row.address);
  if (row.networkBusy) {
    throw barred(
      409,
      'Cannot setup Networks. Another Setup Networks or Host Refresh process in progress on the host. Please try later.',
    );
  }
  if (!ready.includes(row.status)) {
    throw barred(
      409,
      'Cannot setup Networks. Operation can be performed only when Host status is  Maintenance, Up, NonOperational.',
    );
  }
  if (!vdsmAnswers(machine)) throw barred(400, 'Network error during communication with the Host.');
  return machine;
}

function removedAttachments({ call }: On, known: readonly AttachmentRow[]): AttachmentRow[] {
  return entities(call.body, 'removed_network_attachments').map((given) => {
    const found = known.find(
      (one) => one.id === text(given, 'id') || one.networkId === text(part(given, 'network'), 'id'),
    );
    if (!found) throw barred(400, 'Cannot setup Networks. Network attachments do not exist.');
    const network = call.db.networks.get(found.networkId)?.name;
    if (network === MANAGEMENT)
      throw barred(409, `The Management Network ('${network}') is mandatory and cannot be removed.`);
    return found;
  });
}

/** All that a request wants of a host. */
interface Plan {
  readonly wishes: readonly Wish[];
  readonly removed: readonly AttachmentRow[];
  /** Attachments that leave the place where they are. */
  readonly moved: readonly AttachmentRow[];
  readonly bonds: BondChanges;
  readonly labels: Pick<LabelChanges, 'given' | 'taken'>;
}

const isEmpty = ({ wishes, removed, bonds, labels }: Plan): boolean =>
  [wishes, removed, bonds.made, bonds.removed, labels.given, labels.taken].every((changes) => changes.length === 0);

/** Everything that a body wants, checked before anything is touched. */
function planOf(on: On, known: readonly AttachmentRow[]): Plan {
  const { body } = on.call;
  const { taken, detached } = takenLabels(on, known);
  const removed = [...removedAttachments(on, known), ...detached];
  const moved = entities(body, 'modified_network_attachments')
    .filter((given) => given.host_nic !== undefined)
    .flatMap((given) => networkIn(on, given, known).before ?? []);
  const bonds = bondChanges(
    on,
    known.filter((one) => !removed.includes(one) && !moved.includes(one)),
  );
  const { given, attached } = givenLabels(on, known, bonds);
  const modified = [...entities(body, 'modified_network_attachments'), ...attached];
  const wishes = wishesOf(on, { ...body, modified_network_attachments: modified }, known, bonds);
  const names = new Set(wishes.map(({ network }) => network.id));
  return {
    wishes,
    removed,
    moved: moved.filter(({ networkId }) => names.has(networkId)),
    bonds,
    labels: { given, taken },
  };
}

function apply({ call, machine }: On, { wishes, removed, moved, bonds }: Plan): void {
  const { db } = call;
  for (const { networkId } of [...removed, ...moved])
    removeHostNetwork(machine, db.networks.get(networkId)?.name ?? '');
  for (const bond of bonds.removed) removeBond(machine, bond);
  for (const bond of bonds.made) setBond(machine, bond);
  for (const { network, nic, address, dhcp } of wishes)
    setHostNetwork(machine, {
      name: network.name,
      nic,
      vlan: network.vlan,
      mtu: network.mtu || 1500,
      vm: network.vm,
      address,
      dhcp,
    });
}

/** What the engine knows of the host's networks from now on. */
function remember({ call, row }: On, known: readonly AttachmentRow[], { wishes, removed }: Plan): void {
  const { db, lab } = call;
  for (const one of removed) db.attachments.splice(db.attachments.indexOf(one), 1);
  for (const { network, nic, address, dhcp } of wishes) {
    const same = known.find((one) => one.networkId === network.id);
    if (same) Object.assign(same, { nic, address, dhcp });
    else db.attachments.push({ id: uuid(lab), hostId: row.id, networkId: network.id, nic, address, dhcp });
  }
}

/** Sets a host's networks up in one go; when the host gets lost on the way, everything is as before. */
export async function setupNetworks(call: Call, row: HostRow): Promise<Job> {
  const { lab, db, run, body, correlationId } = call;
  const on: On = { call, row, machine: check(call, row) };
  const { machine } = on;
  const known = attachmentsOf(lab, db, row, machine);
  const plan = planOf(on, known);
  const job = startJob(lab, db, { description: `Configuring networks on Host ${row.name}`, correlationId });
  if (isEmpty(plan)) {
    endJob(lab, job, 'finished');
    return job;
  }
  row.networkBusy = true;
  const before = takeSnapshot(machine);
  try {
    await run.sleep(seconds.setup);
    apply(on, plan);
    lab.changed(`networks of host ${row.name} set up`);
    if (flag(body, 'check_connectivity') === true && !connected(call, machine)) {
      await run.sleep(number(body, 'connectivity_timeout') ?? seconds.connectivity);
      restoreSnapshot(machine, before);
      lab.changed(`networks of host ${row.name} rolled back`);
      endJob(lab, job, 'failed');
      throw barred(400, 'Reverting back to last known saved configuration.');
    }
    markUnsaved(machine, before);
    remember(on, known, plan);
    keepLabels(on, plan.labels);
    if (flag(body, 'commit_on_success') === true) save(call, row, machine);
    endJob(lab, job, 'finished');
    return job;
  } finally {
    row.networkBusy = undefined;
  }
}

function save({ lab }: Call, row: HostRow, machine: LabHost): void {
  saveNetworks(machine);
  lab.changed(`networks of host ${row.name} saved`);
}

/** Keeps what was set up over the host's next reboot. */
export function commitNetworks(call: Call, row: HostRow): void {
  const { lab, db, correlationId } = call;
  const machine = machineAt(lab, row.address);
  if (!vdsmAnswers(machine)) throw refused(400, 'Network error during communication with the Host.');
  save(call, row, machine);
  const text = `Network changes were saved on host ${row.name}`;
  tell(lab, db, { code: 1104, host: row, correlationId, user: userName(call.user), text });
}
