import type { Plan, PlanStep } from '../../workflows/contract.ts';

/** How long a step takes, in a word or two; nothing where that is seconds or up to people. */
export function expectation({ typicalDuration, usual }: PlanStep): string | undefined {
  if (usual !== undefined) return `usually ${typicalDuration}`;
  return /^\d/.test(typicalDuration) ? `declared ${typicalDuration}` : undefined;
}

/** What a plan says about how long its steps take, by their ids. */
export type Expected = ReadonlyMap<string, string>;

export function expectedOf(plan: Plan | undefined): Expected {
  return new Map(
    plan?.steps.flatMap((step) => {
      const words = expectation(step);
      return words === undefined ? [] : [[step.id, words] as const];
    }),
  );
}
