import type { EngineFenceAgent } from '../../connectors/engine/model/fence-agent.ts';
import { hostName, isEngineVm } from '../engine/hosts.ts';
import { FULL_SCORE, scoreOf } from '../hosted-engine/ha/fitness.ts';
import type { Verdict } from '../hosted-engine/preflight/checks.ts';
import type { OperationContext } from '../operation.ts';
import { controllerWords } from '../power/controller.ts';
import { type FenceWish, sameController, wishedAgent } from '../power/wish.ts';
import { agentWords } from '../power/words.ts';
import type { FailoverFacts } from './facts.ts';
import { guestsOf, judgeAgreed, judgeCalm, leads } from './judge-outage.ts';
import type { EngineOutage, FailoverSeat, SurveyFailover } from './params.ts';

/**
 * Whether the host that runs the engine VM may lose its power now: another one with the full score reaches its controller,
 * and nothing else runs there, because the engine is away when it would have to be restarted.
 */
export function judgeEngineOutage(
  { host: name, others }: FailoverSeat,
  facts: FailoverFacts,
  { host: agreed }: SurveyFailover,
  context: Pick<OperationContext, 'inventory'>,
  verdict: Verdict,
): EngineOutage | undefined {
  judgeAgreed('the engine VM', name, agreed, verdict);
  const host = facts.hosts.find((one) => hostName(one) === name);
  if (host !== undefined) {
    judgeCalm(host, facts, verdict);
    for (const vm of guestsOf(host, facts).filter((one) => !isEngineVm(one))) {
      verdict.demand(
        false,
        `VM ${vm.name} runs on ${name} too: without the engine nobody would restart it`,
        'Migrate it to another host first',
      );
    }
  }
  const standbys = others.filter((one) => scoreOf(one, facts.ha) >= FULL_SCORE);
  verdict.demand(
    others.length === 0 || standbys.length > 0,
    `no other host has the full score of ${FULL_SCORE}: ${others.map((one) => `${one} has ${scoreOf(one, facts.ha)}`).join(', ')}`,
    'verifyHostedEngine names each penalty',
  );
  if (facts.controller === undefined) {
    verdict.demand(
      false,
      `the inventory names no management controller (bmc) of ${name}, so no other host could switch it`,
      `Describe bmc of ${name} in the inventory`,
    );
    return undefined;
  }
  for (const other of beside(facts.agents ?? [], wishedAgent(context, name))) {
    verdict.demand(
      false,
      `the engine switches ${name} by several fence agents together, as for a host with two power supplies: beside its controller also ${agentWords(other)}, and one alone would not take its power`,
      `Prove the failover of the engine VM on another host, or by pulling all supplies of ${name} by hand`,
    );
  }
  const answers = facts.controller.filter(({ from }) => standbys.includes(from));
  const by = answers.find(({ power }) => 'power' in power && power.power === 'on');
  if (by !== undefined) verdict.seen(controllerWords(by.from, name, by.power));
  verdict.demand(
    answers.length === 0 || by !== undefined,
    answers.map(({ from, power }) => controllerWords(from, name, power)).join('; '),
    `Compare bmc of ${name} in the inventory with the controller; configureFencing with {"host":"${name}"} tests it by the engine`,
  );
  if (by === undefined || host === undefined) return undefined;
  return { host: name, others: standbys, by: by.from, agent: agentWords(wishedAgent(context, name)), spm: leads(host) };
}

/** Agents that have the order of this controller: the engine switches those together. (ConcurrentAgentsFenceActionExecutor) */
function beside(agents: readonly EngineFenceAgent[], wish: FenceWish): readonly EngineFenceAgent[] {
  const own = sameController(agents, wish);
  return agents.filter((agent) => agent !== own && agent.order === own?.order);
}
