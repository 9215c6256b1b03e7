/** Finds differences between the world and what a runbook would bring about, without bringing it about. */
import type { Finding, Plan, PlanStep } from '../contract.ts';
import { planChild } from './child.ts';
import type { ChildCall } from './child-call.ts';
import { Ending } from './endings.ts';
import type { MutableStep, RunState } from './state.ts';

/** Whether a run by this plan would change nothing; a gate with nothing to do behind it is not asked. */
export function settled({ steps, refusals = [] }: Plan): boolean {
  return refusals.length === 0 && differences(steps).length === 0;
}

/** What the child would change, or what keeps it from being planned, each with the runbook that mends it. */
export async function compareWithChild(
  state: RunState,
  step: MutableStep,
  call: ChildCall,
): Promise<readonly Finding[]> {
  const { name } = call.runbook;
  const start = `npx runbook start ${name} --input '${JSON.stringify(call.input)}'`;
  const plan = await planChild(state, step, call).catch(unplannable);
  if (plan instanceof Ending) return [{ what: plan.why, fix: 'Mend that, then verify again' }];
  // What refuses one runbook has to be mended before it can mend anything.
  if (plan.refusals !== undefined)
    return plan.refusals.map(({ what, fix }) => ({ what: `${step.title}: ${what}`, fix }));
  return differences(plan.steps).map((planned) => ({ what: `${step.title}: ${difference(planned)}`, fix: start }));
}

/** A cancel is no difference. */
function unplannable(error: unknown): Ending {
  if (error instanceof Ending && error.way === 'fail') return error;
  throw error;
}

/** Steps that would change something; what depends on them is no difference of its own. */
function differences(steps: readonly PlanStep[]): readonly PlanStep[] {
  const open = steps.filter(({ state, approval }) => state !== 'already' && approval === undefined);
  const known = open.filter(({ unknownUntil }) => unknownUntil === undefined);
  return known.length > 0 ? known : open;
}

function difference({ title, commands, evidence = [], findings = [] }: PlanStep): string {
  const seen = [...evidence.slice(0, 1), ...findings.map(({ what }) => what)].join('; ');
  const would = commands.length > 0 ? `, it would take ${commands.join(' && ')}` : '';
  return `"${title}" is still to be done${seen === '' ? '' : `: ${seen}`}${would}`;
}
