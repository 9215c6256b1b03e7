import { removeHostNetwork, saveNetworks } from '../../../ovirt/host-networks.ts';
import type { AttachmentRow } from '../database/attachments.ts';
import { attachmentsOf, labelsOf } from '../database/attachments.ts';
import type { ClusterRow } from '../database/data-centers.ts';
import type { HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { tell, userName } from '../database/events.ts';
import type { NetworkRow } from '../database/networks.ts';
import { vdsmAnswers } from '../monitor/hosts.ts';
import { unsynchronized } from '../monitor/network-sync.ts';
import type { Call } from '../routing/call.ts';
import { ApiFault, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { seconds, setupNetworks } from './setup-networks.ts';

/** What the engine does on a host by itself. */
interface Errand {
  readonly row: HostRow;
  readonly work: () => Promise<unknown>;
}

/** As a request for it would read; kept, and taken back when the host gets lost. */
const setUp = (call: Call, row: HostRow, wish: Entity): Promise<unknown> =>
  setupNetworks({ ...call, body: { ...wish, check_connectivity: true, commit_on_success: true } }, row);

const synchronize = (call: Call, row: HostRow, attachments: readonly AttachmentRow[]): Promise<unknown> =>
  setUp(call, row, { synchronized_network_attachments: attachments.map(({ id }) => ({ id })) });

/** Sets hosts up behind the answer, all at once; one that refuses stays as it is (engine: PersistentHostSetupNetworksCommand). */
function carry(call: Call, network: string, errands: readonly Errand[]): void {
  const { lab, db, run, correlationId } = call;
  const user = userName(call.user);
  errands.forEach(({ row, work }, at) => {
    const say = (code: number, doing: string): void => {
      const text = `(${at + 1}/${errands.length}): ${doing} for network(s) ${network} on host ${row.name}. (User: ${user})`;
      tell(lab, db, { code, host: row, correlationId, user, text });
    };
    say(1145, 'Applying changes');
    run.inBackground(async () => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof ApiFault)) throw error;
        say(1147, 'Failed to apply changes');
        return;
      }
      say(1146, 'Successfully applied changes');
    });
  });
}

const hostsOf = ({ db }: Call, clusterId: string): HostRow[] =>
  [...db.hosts.values()].filter((row) => row.clusterId === clusterId);

/** Interfaces of a cluster's hosts that carry a label. */
function labelled(call: Call, clusterId: string, label: string | undefined): { row: HostRow; nic: string }[] {
  const { lab, db } = call;
  if (label === undefined) return [];
  return hostsOf(call, clusterId).flatMap((row) => {
    const names = [...(machineAt(lab, row.address)?.network.interfaces.keys() ?? [])];
    return names.filter((nic) => labelsOf(lab, db, row, nic).has(label)).map((nic) => ({ row, nic }));
  });
}

const attachmentOf = ({ lab, db }: Call, row: HostRow, network: NetworkRow): AttachmentRow | undefined =>
  attachmentsOf(lab, db, row, machineAt(lab, row.address)).find(({ networkId }) => networkId === network.id);

/** Hosts that have a network, by name. */
export const hostsWith = (call: Call, network: NetworkRow): string[] =>
  [...call.db.hosts.values()].filter((row) => attachmentOf(call, row, network)).map(({ name }) => name);

/** A network goes to the interfaces of a cluster that carry its label. */
const arrivals = (call: Call, clusterId: string, network: NetworkRow): Errand[] =>
  labelled(call, clusterId, network.label)
    .filter(({ row }) => attachmentOf(call, row, network) === undefined)
    .map(({ row, nic }) => {
      const wish = { network: { id: network.id }, host_nic: { name: nic } };
      return { row, work: () => setUp(call, row, { modified_network_attachments: [wish] }) };
    });

/** A network is taken from a host that knows it by its name alone. */
async function takeAway({ lab, db, run }: Call, row: HostRow, name: string, attachment: AttachmentRow): Promise<void> {
  const machine = machineAt(lab, row.address);
  if (!vdsmAnswers(machine)) throw refused(400, 'Network error during communication with the Host.');
  await run.sleep(seconds.setup);
  removeHostNetwork(machine, name);
  saveNetworks(machine);
  db.attachments.splice(db.attachments.indexOf(attachment), 1);
  lab.changed(`network ${name} taken from host ${row.name}`);
}

const departures = (call: Call, clusterId: string, network: NetworkRow, label = network.label): Errand[] =>
  labelled(call, clusterId, label).flatMap(({ row, nic }): Errand[] => {
    const attachment = attachmentOf(call, row, network);
    return attachment?.nic === nic ? [{ row, work: () => takeAway(call, row, network.name, attachment) }] : [];
  });

/** Brings a changed network to the hosts that have it, and to the interfaces of its label (engine: UpdateNetworkCommand). */
export function carryNetwork(call: Call, network: NetworkRow, labelBefore = network.label): void {
  const places = call.db.clusterNetworks.filter(({ networkId }) => networkId === network.id);
  const errands = places.flatMap(({ clusterId }) => {
    const arriving = network.label === labelBefore ? [] : arrivals(call, clusterId, network);
    const leaving = network.label === undefined ? departures(call, clusterId, network, labelBefore) : [];
    const odd = hostsOf(call, clusterId).flatMap((row): Errand[] => {
      const attachment = unsynchronized(call.lab, call.db, row).find(({ networkId }) => networkId === network.id);
      if (!attachment || leaving.some((one) => one.row === row)) return [];
      return [{ row, work: () => synchronize(call, row, [attachment]) }];
    });
    return [...arriving, ...leaving, ...odd];
  });
  carry(call, network.name, errands);
}

/** A network that has come into a cluster goes to the interfaces of its label there. */
export const carryIntoCluster = (call: Call, cluster: ClusterRow, network: NetworkRow): void =>
  carry(call, network.name, arrivals(call, cluster.id, network));

/** A network that leaves clusters is taken from the interfaces of its label there, and stays on all others. */
export const carryAway = (call: Call, network: NetworkRow, clusterIds: readonly string[]): void =>
  carry(
    call,
    network.name,
    clusterIds.flatMap((id) => departures(call, id, network)),
  );

/** Puts right what differs on a host, and keeps it; nothing is a success too. */
export async function syncHostNetworks(call: Call, row: HostRow): Promise<void> {
  const { lab, db, correlationId } = call;
  const user = userName(call.user);
  const say = (code: number, text: string): void => void tell(lab, db, { code, host: row, correlationId, user, text });
  try {
    await synchronize(call, row, unsynchronized(lab, db, row));
  } catch (error) {
    if (error instanceof ApiFault) say(10900, `Failed to sync all host ${row.name} networks`);
    throw error;
  }
  say(10901, `Managed to sync all host ${row.name} networks.`);
}

/** Puts right, behind the answer, all hosts of a cluster on which something differs. */
export function syncClusterNetworks(call: Call, cluster: ClusterRow): void {
  const { lab, db, run, correlationId } = call;
  const odd = hostsOf(call, cluster.id).filter((row) => unsynchronized(lab, db, row).length > 0);
  const started = { code: 10906, text: `Started sync of all cluster ${cluster.name} networks.` };
  const idle = { code: 10907, text: `No hosts eligible for sync networks operation found on cluster ${cluster.name}` };
  tell(lab, db, { ...(odd.length > 0 ? started : idle), cluster, correlationId, user: userName(call.user) });
  for (const row of odd) {
    run.inBackground(async () => {
      try {
        await syncHostNetworks(call, row);
      } catch (error) {
        if (!(error instanceof ApiFault)) throw error;
      }
    });
  }
}
