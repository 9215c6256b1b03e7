/** How the steps of children look among those of their parent: what is over as it should be is one line. */
import type { StepState } from '../../workflows/contract.ts';

interface Named {
  readonly id: string;
  readonly title: string;
}

/** Of these, people want to see no step of the child any more. */
const SETTLED: readonly StepState[] = ['already', 'passed', 'done', 'skipped'];

/** The id of the parent's step that the child is; undefined for the parent's own steps. */
export function headOf({ id }: Named): string | undefined {
  const at = id.indexOf('/');
  return at < 0 ? undefined : id.slice(0, at);
}

/** `Create the cluster: Check the hosts` without the child's title, further in. */
export function below<Step extends Named>(step: Step): Step {
  const title = step.title.slice(step.title.indexOf(': ') + 2);
  return headOf(step) === undefined ? step : { ...step, title: `  ${title}` };
}

/** Without the steps of children that are over as they should be. */
export function unfolded<Step extends Named & { readonly state: StepState }>(steps: readonly Step[]): readonly Step[] {
  const heads = new Map(steps.map((step) => [step.id, step.state]));
  return steps.filter((step) => {
    const state = heads.get(headOf(step) ?? '');
    return state === undefined || !SETTLED.includes(state);
  });
}

/** The same, with the steps of other children under their child. */
export function folded<Step extends Named & { readonly state: StepState }>(steps: readonly Step[]): readonly Step[] {
  const ids = new Set(steps.map(({ id }) => id));
  return unfolded(steps).map((step) => (ids.has(headOf(step) ?? '') ? below(step) : step));
}
