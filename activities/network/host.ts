import type { EngineNetworkAttachment } from '../../connectors/engine/model/host-network.ts';
import type { JsonObject } from '../../failures/operator-error.ts';
import { type HostView, hostInEngine } from '../engine/hosts.ts';
import { lines, readTrace, type Trace } from '../engine/trace.ts';
import { type EngineDecision, type EngineRequest, engineOperation, type OperationContext } from '../operation.ts';
import {
  type ClusterNetworkFacts,
  clusterNetworkFacts,
  type HostNetworks,
  hostNetworks,
  interfaceOf,
  outOfSync,
} from './facts.ts';
import type { HostNetwork } from './params.ts';
import { wishedNetwork } from './wish.ts';

/** A network on one host. */
export interface HostNetworkFacts extends ClusterNetworkFacts {
  readonly host: HostView;
  readonly networks: HostNetworks;
  /** Absent while the host does not carry the network. */
  readonly attachment?: EngineNetworkAttachment;
  readonly trace: Trace;
  /** A request of this step has failed in the engine: its job tells it, as no event does. */
  readonly failed: boolean;
}

async function look(context: OperationContext, params: HostNetwork): Promise<HostNetworkFacts> {
  const host = await hostInEngine(context, params.host);
  const [facts, networks, trace, jobs] = await Promise.all([
    clusterNetworkFacts(context, params),
    hostNetworks(context, host.id),
    readTrace(context, { host: host.id }),
    context.engine().jobs(),
  ]);
  const { network: wanted } = facts;
  const attachment = networks.attachments.find(({ network }) => network.id === wanted?.id);
  const failed = jobs.some(({ status }) => status === 'failed');
  return { ...facts, host, networks, trace, failed, ...(attachment && { attachment }) };
}

/** How long the engine tries to reach the host again before everything is as it was. */
const CONNECTIVITY_SECONDS = 120;
/** The host is lost: back to what was; found again: kept over its next reboot. */
const SAFELY: JsonObject = {
  check_connectivity: true,
  connectivity_timeout: CONNECTIVITY_SECONDS,
  commit_on_success: true,
};

/** One transaction on a host; what it does not name stays untouched. (engine, /hosts/{id}/setupnetworks) */
function setUp(hostId: string, what: 'modified' | 'removed' | 'synchronized', attachment: JsonObject): EngineRequest {
  const body = { [`${what}_network_attachments`]: { network_attachment: [attachment] }, ...SAFELY };
  return { request: 'POST', path: `/hosts/${hostId}/setupnetworks`, body };
}

/** Gives a host what the engine wants of a network that it carries. */
export function synchronize(hostId: string, attachmentId: string): EngineRequest {
  return setUp(hostId, 'synchronized', { id: attachmentId });
}

/**
 * Brings a network onto an interface or bond of a host, as the engine wants it, saved over a reboot. A host that the
 * engine cannot reach with it gets back what it had, by itself. (article, section 11; engine, HostSetupNetworksCommand)
 */
export const setUpNetwork = engineOperation<HostNetwork, HostNetworkFacts>({
  name: 'setUpNetwork',
  title: ({ host, name }) => `Set up ${name} on ${host}`,
  settleSeconds: 300,
  look,
  decide(facts, params, { inventory }): EngineDecision<undefined> {
    const { host, networks, attachment } = facts;
    const { name } = params;
    const wanted = params.interface ?? wishedNetwork(inventory, name).interface;
    const evidence = [describe(facts, params)];
    const on = attachment && interfaceOf(networks, attachment);
    if (attachment?.in_sync === true && on === wanted) return { state: 'already', changes: [], evidence };
    const waiting = unfinished(facts, params);
    if (waiting !== undefined) return { ...waiting, evidence };
    const moved = { network: { name }, host_nic: { name: wanted } };
    const change =
      attachment === undefined
        ? setUp(host.id, 'modified', moved)
        : on === wanted
          ? synchronize(host.id, attachment.id)
          : setUp(host.id, 'modified', { id: attachment.id, ...moved });
    const undo = undoOf(params, on, wanted);
    return { state: 'wouldDo', changes: [change], evidence, ...(undo && { undo }) };
  },
});

/** Nothing undoes a synchronization: what was there was nobody's wish. */
function undoOf(params: HostNetwork, on: string | undefined, wanted: string) {
  const { host, name } = params;
  if (on === undefined) {
    return {
      title: `Take ${name} off ${host}`,
      call: { operation: 'takeNetworkOff', params },
      byHand: `in the Administration Portal, ${host}, Network Interfaces, Setup Host Networks: take ${name} off ${wanted}`,
    };
  }
  if (on === wanted) return undefined;
  return {
    title: `Put ${name} back on ${on} of ${host}`,
    call: { operation: 'setUpNetwork', params: { ...params, interface: on } satisfies HostNetwork },
    byHand: `in the Administration Portal, ${host}, Network Interfaces, Setup Host Networks: move ${name} to ${on}`,
  };
}

/** Leaves a host without this network: bridge and VLAN device gone, the interface below them as it was. */
export const takeNetworkOff = engineOperation<HostNetwork, HostNetworkFacts>({
  name: 'takeNetworkOff',
  title: ({ host, name }) => `Take ${name} off ${host}`,
  settleSeconds: 300,
  look,
  decide(facts, params): EngineDecision<undefined> {
    const { host, attachment } = facts;
    const evidence = [describe(facts, params)];
    if (attachment === undefined) return { state: 'already', changes: [], evidence };
    const waiting = unfinished(facts, params);
    if (waiting !== undefined) return { ...waiting, evidence };
    return { state: 'wouldDo', changes: [setUp(host.id, 'removed', { id: attachment.id })], evidence };
  },
});

/** What keeps a request from being sent: one that runs, or one of this step that the engine has taken back. */
function unfinished(
  facts: HostNetworkFacts,
  { host: name, name: network }: HostNetwork,
): Pick<EngineDecision, 'state' | 'changes' | 'awaits' | 'failed'> | undefined {
  const { host, trace, failed } = facts;
  if (host.network_operation_in_progress === true) {
    return { state: 'underWay', changes: [], awaits: `the networks of ${name} are being set up` };
  }
  // Sent once more, it would cut the host off once more.
  if (!failed && !trace.events.some(({ severity }) => severity === 'error')) return undefined;
  const what = `the networks of ${name} could not be set up with ${network}; ${name} is ${host.status} in the engine`;
  return { state: 'wouldDo', changes: [], failed: { what, lines: lines(trace) } };
}

function describe(
  { networks, attachment, host }: HostNetworkFacts,
  { host: name, name: network }: HostNetwork,
): string {
  if (attachment === undefined) return `${name} does not have ${network}; it is ${host.status} in the engine`;
  const wrong = outOfSync(attachment);
  const sync = wrong.length === 0 ? 'in sync' : `out of sync: ${wrong.join(', ')}`;
  return `${name} has ${network} on ${interfaceOf(networks, attachment)}, ${sync}`;
}
