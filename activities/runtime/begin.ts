import { Context } from '@temporalio/activity';
import { OperatorError } from '../../failures/operator-error.ts';
import type { StepRef } from '../operation.ts';
import { progressOf, report } from './progress.ts';

/**
 * The last look at the clock before the first change: a worker that was away meanwhile must not begin in broad daylight
 * what the maintenance window had room for at night. What has begun goes on to its end.
 * @throws WindowClosed, with `nothingBegun` where this is certain
 */
export function begin(step: StepRef, firstTry: boolean): void {
  const { beginBefore } = step;
  if (beginBefore === undefined) return;
  if (progressOf(Context.current()).begun !== true && Date.now() > Date.parse(beginBefore)) {
    throw new OperatorError(
      'WindowClosed',
      `"${step.title}" was not begun: it fitted into the maintenance window until ${beginBefore}, and that is over`,
      { details: { beginBefore, ...(firstTry && { nothingBegun: true }) } },
    );
  }
  report({ begun: true });
}
