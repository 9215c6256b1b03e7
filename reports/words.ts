import type { EndState, Plan, PlanStep, StepState } from '../workflows/contract.ts';

/** What became of a step, as people say it. */
export const STEP_STATE_WORDS: Readonly<Record<StepState, string>> = {
  pending: 'not begun',
  running: 'running',
  already: 'nothing to do',
  passed: 'passed',
  done: 'done and verified',
  failed: 'failed',
  parked: 'parked',
  skipped: 'skipped',
  undoing: 'being undone',
  undone: 'undone and verified',
  undoFailed: 'undo failed',
};

/** What an end state says about the datacentre. */
export const END_STATE_WORDS: Readonly<Record<EndState, string>> = {
  succeeded: 'every step is done and verified',
  cancelled: 'what was begun is rolled back, each undo verified',
  rolledBack: 'what was done is undone, each undo verified',
  partlyRolledBack: 'rolled back, but something is left: see what remains',
  aborted: 'left as it was when a person ended it',
  rejected: 'a person said no',
  failed: 'ended without having brought about what was wished',
};

const PLAN_STATE_WORDS: Readonly<Record<PlanStep['state'], string>> = {
  already: 'nothing to do',
  wouldDo: 'would do',
  unknown: 'not known yet',
};

/** What a plan says of a step. */
export function planStateWords({ state, approval, unknownUntil }: PlanStep): string {
  if (approval !== undefined) return state === 'already' ? 'not asked' : 'asks a person';
  return unknownUntil === undefined ? PLAN_STATE_WORDS[state] : `not known until "${unknownUntil}"`;
}

/** Whether the sentence that explains an end names each thing that kept the run from beginning: who tells one need not tell the other. */
export function reasonTells(reason: string | undefined, { refusals = [] }: Pick<Plan, 'refusals'>): boolean {
  return refusals.length > 0 && refusals.every(({ what }) => reason?.includes(what));
}
