import type { StepRef } from '../operation.ts';
import { derivedUuid } from './derived-uuid.ts';

/**
 * The id by which the engine's events and jobs of a step are found: the same at every retry of an activity, another one
 * at every attempt that an operator or a recovery asked for. A UUID, because the engine cuts ids to 36 characters and
 * drops others than letters, digits, `-` and `_`.
 */
export function correlationId({ run, id, attempt, pass }: StepRef): string {
  // An undo counts its attempts anew.
  return derivedUuid([run, id, String(attempt), ...(pass === 'undo' ? ['undo'] : [])]);
}

/** More attempts than people make; what a later one did counts as done by somebody else. */
const MOST_ATTEMPTS = 20;

/** Under which ids the attempts of a step, or of the one that it takes back, may have changed something. */
export function changeIds(step: StepRef): readonly string[] {
  const attempts = Array.from({ length: MOST_ATTEMPTS }, (_, index) => index + 1);
  const made = step.changedAs ?? [step];
  return made.flatMap(({ run, id }) =>
    attempts.map((attempt) => correlationId({ ...step, run, id, pass: 'run', attempt })),
  );
}
