import type { PowerStatus } from '../../connectors/engine/index.ts';
import { type EngineFenceAgent, engineFenceAgent } from '../../connectors/engine/model/fence-agent.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { InventoryBmc } from '../../inventory/schema.ts';
import { type HostView, hostInEngine } from '../engine/hosts.ts';
import type { HostParams } from '../host/params.ts';
import { inventoryHost } from '../hosted-engine/wish.ts';
import { type EngineDecision, engineOperation, type OperationContext } from '../operation.ts';

export interface AgentFacts {
  readonly host: HostView;
  readonly agents: readonly EngineFenceAgent[];
  /** What the agent tells of the host's power; absent while the engine does not have it as it is to be. */
  readonly power?: PowerStatus;
}

type Option = { readonly name: string; readonly value: string };
type Wish = Pick<EngineFenceAgent, 'type' | 'address' | 'username'> & { readonly options: readonly Option[] };

/** @throws PreconditionFailed where the inventory does not describe the management controller */
export function wishedAgent(context: Pick<OperationContext, 'inventory'>, host: string): Wish & { bmc: InventoryBmc } {
  const { bmc } = inventoryHost(context.inventory, host);
  if (bmc === undefined) {
    throw new OperatorError('PreconditionFailed', `the inventory names no management controller (bmc) of ${host}`);
  }
  const options = Object.entries({ ...bmc.options, ...(bmc.port !== undefined && { ipport: bmc.port }) });
  return {
    bmc,
    type: bmc.agent,
    address: bmc.address,
    username: bmc.user,
    options: options.map(([name, value]) => ({ name, value: asText(value) })),
  };
}

/** Fence agents read 1 and 0; the portal writes the same for a ticked box. */
function asText(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
}

/** As people write it: `drac5 at 172.20.33.11, user root, options secure=1,cmd_prompt=>`. */
export function agentWords({ type, address, username, options }: Wish): string {
  const listed = options.map(({ name, value }) => `${name}=${value}`).join(',');
  return `${type} at ${address}, user ${username}${listed === '' ? '' : `, options ${listed}`}`;
}

/** Options come back in another order. */
export function isAsWished(agent: Wish, wish: Wish): boolean {
  const sorted = ({ type, address, username, options }: Wish) =>
    JSON.stringify([type, address, username, options.map(({ name, value }) => `${name}=${value}`).sort()]);
  return sorted(agent) === sorted(wish);
}

/** The one agent of this controller, whatever its other values. */
export const sameController = (agents: readonly EngineFenceAgent[], wish: Wish): EngineFenceAgent | undefined =>
  agents.find(({ type, address, options }) => {
    const port = (all: readonly Option[]) => all.find(({ name }) => name === 'ipport')?.value;
    return type === wish.type && address === wish.address && port(options) === port(wish.options);
  });

export async function readAgents(context: OperationContext, name: string): Promise<AgentFacts> {
  const engine = context.engine();
  const host = await hostInEngine(context, name);
  const agents = await engine.list(`/hosts/${host.id}/fenceagents`, engineFenceAgent);
  const wish = wishedAgent(context, name);
  const found = sameController(agents, wish);
  if (found === undefined || !isAsWished(found, wish)) return { host, agents };
  return { host, agents, power: await engine.powerStatus(host.id) };
}

/**
 * Gives a host the fence agent of its management controller, and asks the controller through another host whether the
 * power is on: only that makes it done. A password is never shown by the engine, so one that fails the test is set anew.
 * (article, section 9; engine, /hosts/{id}/fenceagents, fence status)
 */
export const setFenceAgent = engineOperation<HostParams, AgentFacts>({
  name: 'setFenceAgent',
  title: ({ host }) => `Set the fence agent of ${host} and test it`,
  look: (context, { host }) => readAgents(context, host),
  decide({ host, agents, power }, { host: name }, context): EngineDecision<undefined> {
    const wish = wishedAgent(context, name);
    const found = sameController(agents, wish);
    const seen = found === undefined ? `the engine has no fence agent ${wish.type} of ${name}` : agentWords(found);
    const works = power !== undefined && 'power' in power && power.power !== 'unknown';
    const evidence = [seen, ...(works ? [powerWords(name, power)] : [])];
    if (works) {
      return { state: 'already', changes: [], evidence };
    }
    const { type, address, username, options } = wish;
    const body = { type, address, username, order: found?.order ?? 1, options: { option: [...options] } };
    const secrets = { password: () => context.secret(wish.bmc.password, `the password of the controller of ${name}`) };
    const path = `/hosts/${host.id}/fenceagents`;
    return {
      state: 'wouldDo',
      changes:
        found === undefined
          ? [{ request: 'POST', path, body, secrets }]
          : [{ request: 'PUT', path: `${path}/${found.id}`, body, secrets }],
      evidence,
      // A refused test of an agent that is as wished says what is wrong better than the request that would set it anew.
      ...(power !== undefined && { findings: [untested(name, wish, power)] }),
      undo: undo(name, wish, found),
    };
  },
});

function untested(name: string, wish: Wish, power: PowerStatus) {
  return {
    what: `the fence agent of ${name} does not work: ${powerWords(name, power)}`,
    fix: `Compare bmc of ${name} in the inventory with the controller: address, user, password, options; an iDRAC needs cmd_prompt ">" and time to log in. On another host: fence_${wish.type} -a ${wish.address} -l ${wish.username} -o status`,
  };
}

export function powerWords(name: string, power: PowerStatus): string {
  if ('fault' in power) return faultWords(power.fault);
  return power.power === 'unknown'
    ? `the controller does not tell whether ${name} has power`
    : `the power of ${name} is ${power.power}, says its controller through another host`;
}

/** Agents begin their lines with time and level, and warn of `agent=`, which vdsm always sends. */
export function faultWords(fault: string): string {
  const errors = [...fault.matchAll(/^\S+ \S+ ERROR: (.*)$/gm)].map(([, said]) => said);
  return errors.length > 0 ? errors.join('; ') : fault.replace(/\s+/g, ' ').trim();
}

/** The former password is not known to anybody but the engine. */
function undo(name: string, wish: Wish, before: EngineFenceAgent | undefined) {
  const { type, address, username, options } = before ?? wish;
  const params = { host: name, type, address, username, options, removed: before === undefined };
  return before === undefined
    ? {
        title: `Remove the fence agent of ${name}`,
        call: { operation: 'resetFenceAgent', params },
        byHand: `remove the agent ${type} at ${address} of ${name} in the Administration Portal: Edit, Power Management`,
      }
    : {
        title: `Give the fence agent of ${name} its former values`,
        call: { operation: 'resetFenceAgent', params },
        byHand: `in the Administration Portal, power management of ${name}: ${agentWords(before)}; its password was set anew`,
      };
}

export interface ResetFenceAgent extends HostParams, Wish {
  readonly removed: boolean;
}

/** Takes an agent away again, or gives it its former values but the password; other agents stay. */
export const resetFenceAgent = engineOperation<ResetFenceAgent, Omit<AgentFacts, 'power'>>({
  name: 'resetFenceAgent',
  title: ({ host, removed }) => (removed ? `Remove the fence agent of ${host}` : `Set back the fence agent of ${host}`),
  async look(context, { host: name }) {
    const host = await hostInEngine(context, name);
    return { host, agents: await context.engine().list(`/hosts/${host.id}/fenceagents`, engineFenceAgent) };
  },
  decide({ host, agents }, wish): EngineDecision<undefined> {
    const found = sameController(agents, wish);
    const evidence = [found === undefined ? `${wish.host} has no agent ${wish.type}` : agentWords(found)];
    if (wish.removed ? found === undefined : found !== undefined && isAsWished(found, wish)) {
      return { state: 'already', changes: [], evidence };
    }
    if (found === undefined) {
      const what = `the fence agent ${wish.type} at ${wish.address} of ${wish.host} is gone, and its former password is not known`;
      return { state: 'refused', changes: [], evidence, findings: [{ what, fix: 'Make it in the portal, or skip' }] };
    }
    const path = `/hosts/${host.id}/fenceagents/${found.id}`;
    if (wish.removed) return { state: 'wouldDo', changes: [{ request: 'DELETE', path }], evidence };
    const { type, address, username, options } = wish;
    const body = { type, address, username, options: { option: [...options] } };
    return { state: 'wouldDo', changes: [{ request: 'PUT', path, body }], evidence };
  },
});
