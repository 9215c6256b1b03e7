import { isEngineVm } from '../engine/hosts.ts';
import { Verdict } from '../hosted-engine/preflight/checks.ts';
import { type EngineDecision, engineOperation } from '../operation.ts';
import { type FailoverFacts, isHighlyAvailable, lookAtFailover, runs } from './facts.ts';
import { judgeEngine } from './judge-engine.ts';
import { judgeEngineOutage } from './judge-engine-outage.ts';
import { judgeOutage } from './judge-outage.ts';
import { judgeFencing, judgeVm } from './judge-vm.ts';
import type { FailoverSeat, FailoverSurvey, SurveyFailover } from './params.ts';

/**
 * Finds everything that would keep VMs from being restarted when their host fails: HA, fencing, room elsewhere; for the
 * VM of the engine its maintenance, its LUN, another host that is fit; with `cut`, what the outage would leave down.
 * Changes nothing. (article, section 14; engine, fence status)
 */
export const surveyFailover = engineOperation<SurveyFailover, FailoverFacts, FailoverSurvey>({
  name: 'surveyFailover',
  title: () => 'Look whether everything is there for a failover',
  look: lookAtFailover,
  decide(facts, params, context): EngineDecision<FailoverSurvey> {
    const verdict = new Verdict();
    const vm = judgeVms(facts, params, verdict);
    const { engineVm, cut = [] } = params;
    const engine = engineVm ? judgeEngine(facts, verdict) : undefined;
    const outage = cut.includes('vm') && vm ? judgeOutage(vm, facts, params, verdict) : undefined;
    const engineOutage =
      cut.includes('engineVm') && engine ? judgeEngineOutage(engine, facts, params, context, verdict) : undefined;
    const { findings, evidence } = verdict;
    const output = {
      ...(vm !== undefined && { vm }),
      ...(engine !== undefined && { engine }),
      ...(outage !== undefined && { outage }),
      ...(engineOutage !== undefined && { engineOutage }),
    };
    if (findings.length > 0) return { state: 'refused', changes: [], evidence, output, findings };
    return { state: 'already', changes: [], evidence, output };
  },
});

/** The one that was named, else all that are highly available and run; then the hosts that would have to be fenced. */
function judgeVms(facts: FailoverFacts, { vm: name, engineVm }: SurveyFailover, verdict: Verdict) {
  const ordinary = facts.vms.filter((vm) => !isEngineVm(vm));
  const meant = ordinary.filter((vm) => (name === undefined ? isHighlyAvailable(vm) && runs(vm) : vm.name === name));
  verdict.demand(
    name === undefined || meant.length > 0,
    `the engine has no VM ${name}${facts.vms.some((vm) => vm.name === name) ? ' beside its own' : ''}`,
    `Correct the input vm; there are ${ordinary.map((vm) => vm.name).join(', ') || 'none'}`,
  );
  if (name === undefined && meant.length === 0) verdict.seen('no highly available VM runs');
  let seat: FailoverSeat | undefined;
  for (const vm of meant) seat = judgeVm(vm, facts, verdict);
  const atRisk = facts.hosts.filter(
    (host) => meant.some((vm) => vm.host?.id === host.id) || (engineVm && host.vms.some(isEngineVm)),
  );
  for (const host of atRisk) judgeFencing(host, verdict);
  return name === undefined ? undefined : seat;
}
