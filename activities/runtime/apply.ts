import { OperatorError } from '../../failures/operator-error.ts';
import type { ApplyResult, HostChange, StepRef } from '../operation.ts';
import { applyToEngine } from './apply-to-engine.ts';
import { applyToImage } from './apply-to-image.ts';
import { begin } from './begin.ts';
import type { RuntimeContext } from './context.ts';
import {
  type AnyOperation,
  hostOf,
  lookAndDecide,
  type Params,
  refuse,
  result,
  throwIfFailed,
  verify,
} from './decide.ts';
import { awaitPredecessor, runLocked } from './locked-change.ts';
import { hostChanges, renderCommand } from './render-command.ts';
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
  if (operation.on === 'engine') return applyToEngine(operation, context, params, step, firstTry);
  if (operation.on === 'image') return applyToImage(operation, context, params, step, firstTry);
  const host = hostOf(context, params);
  const lock = lockPath(step);
  if (!firstTry) await awaitPredecessor(host, lock);
  const decision = await lookAndDecide(operation, context, params);
  if (decision.state === 'refused') throw refuse(operation, params, decision);
  if (decision.state === 'already') return result([], decision);
  throwIfFailed(operation, params, decision);

  begin(step, firstTry);
  const changes = hostChanges(decision.changes);
  const commands = changes.map(renderCommand);
  const failure = await change(context, params, lock, changes);
  if (failure === undefined) return result(commands, await verify(operation, context, params));
  if (!(failure instanceof OperatorError) || failure.type !== 'CommandFailed') throw failure;
  const after = await lookAndDecide(operation, context, params);
  // Somebody has changed what the command was to meet: that says more than how it failed.
  if (after.state === 'refused')
    throw refuse(operation, params, { ...after, evidence: [...after.evidence, failure.message] });
  if (after.state !== 'already') throw failure;
  return result(commands, { ...after, evidence: [...after.evidence, `without consequence: ${failure.message}`] });
}

/** Runs the changes in turn up to the first failure; after it, only what takes something back, such as a secret. */
async function change(
  context: RuntimeContext,
  params: Params,
  lock: string,
  changes: readonly HostChange[],
): Promise<unknown> {
  const host = hostOf(context, params);
  let failure: unknown;
  for (const each of changes) {
    if (failure !== undefined && each.always !== true) continue;
    context.progress(`running ${renderCommand(each)}`);
    try {
      if (each.always !== true) context.signal.throwIfAborted();
      await runLocked(host, lock, each);
    } catch (error) {
      failure ??= error;
    }
  }
  return failure;
}
