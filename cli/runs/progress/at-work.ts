import type { StatusView, StepView } from '../../../workflows/contract.ts';
import type { Trouble } from '../work.ts';

/** Whatever goes on now; a step of a child stands behind the child itself. */
export const atWork = ({ steps }: StatusView): readonly StepView[] =>
  steps.filter(({ state }) => state === 'running' || state === 'undoing');

/** Without the children of which a step is told. */
export function innermost(steps: readonly StepView[]): readonly StepView[] {
  return steps.filter(({ id }) => !steps.some((other) => other.id.startsWith(`${id}/`)));
}

export const ownerOf = ({ id }: StepView): string => id.slice(0, Math.max(0, id.lastIndexOf('/')));

export const doing = ({ state, title, attempts }: StepView): string =>
  `${state === 'undoing' ? 'Undoing: ' : ''}${title}${attempts > 1 ? ` (attempt ${attempts})` : ''}`;

/** `attempt 3: the engine is away`. */
export function trying({ attempt, why }: Trouble, more = ''): string {
  return `attempt ${attempt}${more}: ${why}`;
}
