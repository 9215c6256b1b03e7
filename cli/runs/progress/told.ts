import type { StepState, StepView } from '../../../workflows/contract.ts';
import { headOf, unfolded } from '../family.ts';

const SETTLED: readonly StepState[] = [
  'already',
  'passed',
  'done',
  'failed',
  'parked',
  'skipped',
  'undone',
  'undoFailed',
];

/** The steps that came to an end since they were last told; at the first look, children that are over count as one. */
export class Told {
  private known: Map<string, string> | undefined;

  news(steps: readonly StepView[]): readonly StepView[] {
    const { known = new Map<string, string>() } = this;
    const looked = this.known === undefined ? unfolded(steps) : steps;
    this.known = known;
    const fresh = looked.filter((step) => SETTLED.includes(step.state) && known.get(step.id) !== mark(step));
    for (const step of steps.filter(({ state }) => SETTLED.includes(state))) known.set(step.id, mark(step));
    return childrenLast(fresh);
  }
}

/** A child is over when its steps are. */
function childrenLast(steps: readonly StepView[]): readonly StepView[] {
  const ends = ({ id }: StepView) => steps.findLastIndex((step) => step.id === id || headOf(step) === id);
  return steps
    .map((step, own) => ({ step, own, end: ends(step) }))
    .sort((a, b) => a.end - b.end || b.own - a.own)
    .map(({ step }) => step);
}

const mark = ({ state, attempts }: StepView): string => `${state} ${attempts}`;
