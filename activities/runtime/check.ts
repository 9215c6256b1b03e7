import type { CheckResult } from '../operation.ts';
import type { RuntimeContext } from './context.ts';
import { type AnyOperation, lookAndDecide, type Params } from './decide.ts';
import { renderCommand } from './render-command.ts';

/** Reads only: whether the wished state is there, else what would bring it about. */
export async function check(operation: AnyOperation, context: RuntimeContext, params: Params): Promise<CheckResult> {
  context.progress(`looking: ${operation.title(params)}`);
  const decision = await lookAndDecide(operation, context, params);
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
