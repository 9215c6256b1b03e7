import type { EndState, StepState } from '../workflows/contract.ts';

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
  cancelled: 'everything that was begun is rolled back and verified',
  rolledBack: 'everything that was done is undone and verified',
  partlyRolledBack: 'rolled back, but something is left: see what remains',
  aborted: 'left as it was when a person ended it',
  rejected: 'a person said no',
  failed: 'ended without having brought about what was wished',
};
