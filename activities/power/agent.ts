import type { PowerStatus } from '../../connectors/engine/index.ts';
import { type EngineFenceAgent, engineFenceAgent } from '../../connectors/engine/model/fence-agent.ts';
import { engineHosts, type HostView, hostInEngine } from '../engine/hosts.ts';
import type { HostParams } from '../host/params.ts';
import { type EngineDecision, engineOperation, type Finding, type OperationContext } from '../operation.ts';
import { askController, controllerWords } from './controller.ts';
import { type FenceWish, isAsWished, sameController, wishedAgent } from './wish.ts';
import { agentWords, powerWords } from './words.ts';

export interface AgentFacts {
  readonly host: HostView;
  readonly agents: readonly EngineFenceAgent[];
  /** What the engine tells of the host's power; absent while it does not have the agent as it is to be. */
  readonly power?: PowerStatus;
  /** What the controller itself tells another host, where the engine's answer may come from another agent. */
  readonly asked?: { readonly from: string; readonly power: PowerStatus };
}

export async function readAgents(context: OperationContext, name: string): Promise<AgentFacts> {
  const engine = context.engine();
  const host = await hostInEngine(context, name);
  const agents = await engine.list(`/hosts/${host.id}/fenceagents`, engineFenceAgent);
  const wish = wishedAgent(context, name);
  const found = sameController(agents, wish);
  if (found === undefined || !isAsWished(found, wish)) return { host, agents };
  const facts = { host, agents, power: await engine.powerStatus(host.id) };
  const asked = agents.length > 1 ? await askBesideTheEngine(context, host, name) : undefined;
  return { ...facts, ...(asked && { asked }) };
}

/** The engine asks the agents in their order until one answers, and does not tell which. (engine, fence status) */
async function askBesideTheEngine(
  context: OperationContext,
  host: HostView,
  name: string,
): Promise<AgentFacts['asked']> {
  const up = (await engineHosts(context)).find(
    ({ id, status, inventoryName }) => id !== host.id && status === 'up' && inventoryName !== undefined,
  );
  const from = up?.inventoryName;
  return from === undefined ? undefined : { from, power: await askController(context, from, name) };
}

/**
 * Gives a host the fence agent of its management controller, and asks the controller through another host whether the
 * power is on: only that makes it done. A password is never shown by the engine, so one that fails the test is set anew.
 * Other agents of the host stay as they are; a new one comes behind them, because agents of one order switch together.
 * (article, section 9; engine, /hosts/{id}/fenceagents, fence status)
 */
export const setFenceAgent = engineOperation<HostParams, AgentFacts>({
  name: 'setFenceAgent',
  title: ({ host }) => `Set the fence agent of ${host} and test it`,
  look: (context, { host }) => readAgents(context, host),
  decide(facts, { host: name }, context): EngineDecision<undefined> {
    const { host, agents, power } = facts;
    const wish = wishedAgent(context, name);
    const found = sameController(agents, wish);
    const seen = found === undefined ? `the engine has no fence agent ${wish.type} of ${name}` : agentWords(found);
    const trouble = power === undefined ? undefined : untested(name, wish, { ...facts, power });
    const works = power !== undefined && trouble === undefined;
    const evidence = [seen, ...(works ? tested(name, { ...facts, power }) : [])];
    if (works) {
      return { state: 'already', changes: [], evidence };
    }
    const { type, address, username, options } = wish;
    const order = found?.order ?? Math.max(0, ...agents.map((other) => other.order)) + 1;
    const body = { type, address, username, order, options: { option: [...options] } };
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
      ...(trouble !== undefined && { findings: [trouble] }),
      undo: undo(name, wish, found),
    };
  },
});

const tells = (power: PowerStatus): boolean => 'power' in power && power.power !== 'unknown';

/** The engine has answered for the agent, or for another one of the host. */
type Answered = AgentFacts & Required<Pick<AgentFacts, 'power'>>;

/** What speaks against the agent: the engine cannot fence by it, or only because the host has another one. */
function untested(name: string, wish: FenceWish, { agents, power, asked }: Answered): Finding | undefined {
  const broken = `the fence agent of ${name} does not work`;
  if (!tells(power)) return { what: `${broken}: ${powerWords(name, power)}`, fix: compare(name, wish) };
  if (agents.length === 1) return undefined;
  if (asked === undefined) {
    const what = `the engine has several fence agents of ${name}, and no other host of the inventory is up to ask the controller itself`;
    return { what, fix: 'Bring another host of the inventory up' };
  }
  if (tells(asked.power)) return undefined;
  const said = controllerWords(asked.from, name, asked.power);
  return { what: `${broken}, another one answers the engine: ${said}`, fix: compare(name, wish) };
}

function tested(name: string, { power, asked }: Answered): readonly string[] {
  const through = powerWords(name, power);
  return asked === undefined ? [through] : [through, controllerWords(asked.from, name, asked.power)];
}

function compare(name: string, wish: FenceWish): string {
  return `Compare bmc of ${name} in the inventory with the controller: address, user, password, options; an iDRAC needs cmd_prompt ">" and time to log in. On another host: fence_${wish.type} -a ${wish.address} -l ${wish.username} -o status`;
}

/** The former password is not known to anybody but the engine. */
function undo(name: string, wish: FenceWish, before: EngineFenceAgent | undefined) {
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

export interface ResetFenceAgent extends HostParams, FenceWish {
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
