import type { CheckResult, StepRef } from '../operation.ts';
import type { RuntimeContext } from './context.ts';
import { type AnyDecision, type AnyOperation, lookAndDecide, lookUntil, type Params } from './decide.ts';
import { renderCommand } from './render-command.ts';

/**
 * Reads only: whether the wished state is there, else what would bring it about. A run waits for what others have begun:
 * only the state that comes of it tells what is to be done, and what would take that back.
 * @throws VerificationFailed when the settling time is over before that
 */
export async function check(
  operation: AnyOperation,
  context: RuntimeContext,
  params: Params,
  { pass }: Pick<StepRef, 'pass'>,
): Promise<CheckResult> {
  context.progress(`looking: ${operation.title(params)}`);
  const first = await lookAndDecide(operation, context, params);
  const decision =
    pass === 'run' && isUnsettled(first)
      ? await lookUntil(operation, context, params, (seen) => !isUnsettled(seen))
      : first;
  const { state, changes, evidence, awaits, output, findings, undo, leaves } = decision;
  return {
    state: state === 'underWay' ? 'wouldDo' : state,
    commands: changes.map(renderCommand),
    evidence: [...evidence, ...(awaits === undefined ? [] : [awaits])],
    ...(output !== undefined && { output }),
    ...(findings && { findings }),
    ...(undo && { undo }),
    ...(leaves && { leaves }),
    ...(operation.followed === true && { followed: true as const }),
    ...(operation.on !== undefined && { interruptible: true as const }),
  };
}

/** Something is under way of which nobody can tell yet what it leads to. */
function isUnsettled({ state, undo, failed }: AnyDecision): boolean {
  return state === 'underWay' && undo === undefined && failed === undefined;
}
