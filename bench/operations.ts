/** An operation that costs nothing by itself, so that what is measured is what carries it out. */
import { operation } from '../activities/operation.ts';

export interface SettleParams {
  readonly host: string;
  /** Tells runs apart. */
  readonly run: string;
  readonly step: number;
}

/** Missing for the plan's look, the step's, and the look before the change; there for the verification. */
const LOOKS_BEFORE = 3;
const looks = new Map<string, number>();

const settle = operation<SettleParams, boolean>({
  name: 'settle',
  title: ({ step }) => `Settle ${step}`,
  async look(_context, { run, step }) {
    const key = `${run} ${step}`;
    const count = (looks.get(key) ?? 0) + 1;
    looks.set(key, count);
    return count > LOOKS_BEFORE;
  },
  decide: (there) =>
    there
      ? { state: 'already', changes: [], evidence: ['it has settled'] }
      : { state: 'wouldDo', changes: [], evidence: ['it has not settled'] },
});

export const benchOperations = { settle };
