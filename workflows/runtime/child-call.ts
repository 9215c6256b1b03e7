import type { CommonInput, RunbookDefinition } from '../../runbooks/definition.ts';

/** A runbook with its input, to be run as a child. */
export interface ChildCall {
  readonly runbook: RunbookDefinition<CommonInput>;
  readonly input: object;
}

/** A runbook with the input that it takes, as a child of another one. */
export function asChild<Input extends CommonInput>(
  runbook: RunbookDefinition<Input>,
  input: Omit<Input, keyof CommonInput>,
): ChildCall {
  // What it takes is judged by its schema before it begins.
  return { runbook: runbook as unknown as RunbookDefinition<CommonInput>, input };
}
