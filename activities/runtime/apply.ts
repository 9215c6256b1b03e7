import { OperatorError } from '../../failures/operator-error.ts';
import type { ApplyResult, StepRef } from '../operation.ts';
import type { RuntimeContext } from './context.ts';
import { type AnyOperation, lookAndDecide, type Params, refuse, verify } from './decide.ts';
import { awaitPredecessor, runLocked } from './locked-change.ts';
import { renderCommand } from './render-command.ts';
import { lockPath } from './unit-name.ts';

/**
 * Looks, changes, and looks until the wished state is there; leaves that state, or a failure that says what is missing.
 * `firstTry` is false when an earlier try may have left a command running on the host.
 */
export async function apply(
  operation: AnyOperation,
  context: RuntimeContext,
  params: Params,
  step: StepRef,
  firstTry: boolean,
): Promise<ApplyResult> {
  const host = context.host(params.host);
  const lock = lockPath(step);
  if (!firstTry) await awaitPredecessor(host, lock);
  const decision = await lookAndDecide(operation, context, params);
  if (decision.state === 'refused') throw refuse(operation, params, decision);
  if (decision.state === 'already') return result([], decision);

  const commands = decision.changes.map(renderCommand);
  let failure: OperatorError | undefined;
  for (const change of decision.changes) {
    // What must run in any case still does: it takes back a secret or a lock.
    if (failure !== undefined && change.always !== true) continue;
    context.progress(`running ${renderCommand(change)}`);
    try {
      await runLocked(host, lock, change);
    } catch (error) {
      if (!(error instanceof OperatorError) || error.type !== 'CommandFailed') throw error;
      failure ??= error;
    }
  }
  if (failure === undefined) return result(commands, await verify(operation, context, params));
  const after = await lookAndDecide(operation, context, params);
  if (after.state !== 'already') throw failure;
  return result(commands, { ...after, evidence: [...after.evidence, `without consequence: ${failure.message}`] });
}

function result(commands: readonly string[], decision: { evidence: readonly string[]; output?: unknown }): ApplyResult {
  const { evidence, output } = decision;
  return { commands, evidence, ...(output !== undefined && { output }) };
}
