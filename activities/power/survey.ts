import type { EngineFenceAgent } from '../../connectors/engine/model/fence-agent.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import { givesAway } from '../engine/given-away.ts';
import { engineHosts, type HostView, hostName } from '../engine/hosts.ts';
import { fitHosts, unfitOthers } from '../hosted-engine/ha/fitness.ts';
import { type HaHost, isDeployed, readHaHosts } from '../hosted-engine/ha/read-host.ts';
import { enginePlace } from '../hosted-engine/ha/views.ts';
import { Verdict } from '../hosted-engine/preflight/checks.ts';
import { inventoryHost } from '../hosted-engine/wish.ts';
import { engineOperation, type OperationContext } from '../operation.ts';
import { type AgentFacts, readAgents } from './agent.ts';
import type { FencingSurvey, SurveyFencing } from './params.ts';
import { type FenceWish, isAtSameAddress, sameController, wishedAgent } from './wish.ts';
import { agentWords, powerWords } from './words.ts';

interface SurveyFacts extends AgentFacts {
  readonly all: readonly HostView[];
  readonly ha: readonly HaHost[];
  /** Why the password of the controller cannot be had. */
  readonly secret?: string;
}

/**
 * Finds out what fencing of a host takes: its agent, who could fence it, whether it has to be installed again for Kdump
 * and where its VMs go meanwhile. Refuses what cannot be, and to take out the last host that could run the engine VM.
 */
export const surveyFencing = engineOperation<SurveyFencing, SurveyFacts, FencingSurvey>({
  name: 'surveyFencing',
  title: ({ host }) => `Find out what fencing of ${host} takes`,
  async look(context, { host }) {
    const secret = await trySecret(context, host);
    const [agents, all, ha] = await Promise.all([
      readAgents(context, host),
      engineHosts(context),
      readHaHosts(context),
    ]);
    return { ...agents, all, ha, ...(secret !== undefined && { secret }) };
  },
  decide(facts, params, context) {
    const { host: seen, agents, power, secret } = facts;
    const { host } = params;
    const verdict = new Verdict();
    const wish = wishedAgent(context, host);
    verdict.seen(`wished: ${agentWords(wish)}`);
    verdict.seen(`in the engine: ${agents.map(inTurn).join('; ') || 'no fence agent'}`);
    if (power !== undefined) verdict.seen(powerWords(host, power));
    verdict.demand(secret === undefined, secret ?? '', 'Correct bmc.password of the host in the inventory');
    const alike =
      sameController(agents, wish) === undefined ? agents.find((agent) => isAtSameAddress(agent, wish)) : undefined;
    verdict.demand(
      alike === undefined,
      `whether the fence agent ${alike && inTurn(alike)} of ${host} is that of its bmc cannot be told: the address is the same, the port is not`,
      'Give bmc in the inventory and the agent in the Administration Portal (its option ipport) the same port, or remove the agent there',
    );
    const proxies = facts.all.filter(
      (one) => one.id !== seen.id && one.status === 'up' && one.cluster?.id === seen.cluster?.id,
    );
    verdict.demand(
      proxies.length > 0,
      `no other host of the cluster is up, so nobody could test the fence agent of ${host} or fence it`,
      'Bring another host of the cluster up first',
    );
    const survey = surveyed(facts, params, wish, proxies);
    if (survey.installs || params.powerCycle) takesOut(facts, params, survey, verdict);
    const { findings, evidence } = verdict;
    if (findings.length > 0) return { state: 'refused', changes: [], evidence, findings };
    return { state: 'already', changes: [], evidence, output: survey };
  },
});

/** The engine tries the agents of a host in their order, those of one order together. */
function inTurn(agent: EngineFenceAgent): string {
  return `${agentWords(agent)} (order ${agent.order}${agent.port === undefined ? '' : `, port ${agent.port}`})`;
}

function surveyed(
  { host: seen, ha, agents }: SurveyFacts,
  { host, kdump }: SurveyFencing,
  wish: FenceWish,
  proxies: readonly HostView[],
): FencingSurvey {
  const here = ha.find(({ name }) => name === host);
  const { runsOn } = enginePlace(ha);
  const ours = sameController(agents, wish);
  return {
    agent: agentWords(wish),
    others: agents.filter((agent) => agent !== ours).map(inTurn),
    proxies: proxies.map(hostName),
    installs: kdump && seen.kdump_status !== 'enabled',
    hostedEngine: here?.sight !== undefined && isDeployed(here.sight),
    runsEngine: runsOn === host,
    fitElsewhere: fitHosts(ha).filter((name) => name !== host),
    vms: seen.vms.map(({ name }) => name),
    givesAway: givesAway(seen),
    enabled: seen.power_management?.enabled === true,
  };
}

/** The host goes into maintenance for a while: who takes its place meanwhile? */
function takesOut(
  { host: seen, ha }: SurveyFacts,
  { host, powerCycle }: SurveyFencing,
  { hostedEngine, fitElsewhere, installs }: FencingSurvey,
  verdict: Verdict,
): void {
  const why = installs ? 'be installed again for Kdump' : 'be switched off and on';
  const way = installs && !powerCycle ? ', or start with "kdump": false' : '';
  verdict.demand(
    ['up', 'maintenance'].includes(seen.status),
    `${host} is ${seen.status} in the engine, so it cannot ${why}`,
    'Bring the host up first',
  );
  verdict.seen(`other hosts fit for the engine VM: ${fitElsewhere.join(', ') || 'none'}`);
  verdict.demand(
    !hostedEngine || fitElsewhere.length > 0,
    `${host} is to ${why}, but is the last host that could run the engine VM: ${unfitOthers(host, ha).join('; ') || 'there is no other host for it'}`,
    `Make another host fit for it first${way}`,
  );
}

async function trySecret(context: OperationContext, host: string): Promise<string | undefined> {
  const { bmc } = inventoryHost(context.inventory, host);
  try {
    if (bmc !== undefined) await context.secret(bmc.password, `the password of the controller of ${host}`);
    return undefined;
  } catch (error) {
    if (error instanceof OperatorError && error.type === 'SecretMissing') return error.message;
    throw error;
  }
}
