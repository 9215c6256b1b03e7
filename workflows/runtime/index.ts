/**
 * The runbook runtime: what a procedure in the folder above is written with.
 * Small enough to read in one sitting; begin with runbook.ts (a run's life), then step.ts (a step's life).
 */
export { operations } from './activities.ts';
export { asChild, type ChildCall } from './child-call.ts';
export type { Fix, Result, Run, StepOptions } from './run.ts';
export { runbook } from './runbook.ts';
