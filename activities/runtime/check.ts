import type { CheckResult } from '../operation.ts';
import type { RuntimeContext } from './context.ts';
import { type AnyOperation, lookAndDecide, type Params } from './decide.ts';
import { renderCommand } from './render-command.ts';

/** Reads only: whether the wished state is there, else what would bring it about. */
export async function check(operation: AnyOperation, context: RuntimeContext, params: Params): Promise<CheckResult> {
  context.progress(`looking: ${operation.title(params)}`);
  const { state, changes, evidence, output, findings, undo, leaves } = await lookAndDecide(operation, context, params);
  return {
    state,
    commands: changes.map(renderCommand),
    evidence,
    ...(output !== undefined && { output }),
    ...(findings && { findings }),
    ...(undo && { undo }),
    ...(leaves && { leaves }),
    ...(operation.followed === true && { followed: true as const }),
  };
}
