import { OperatorError } from '../../failures/operator-error.ts';
import type { ApplyResult, StepRef } from '../operation.ts';
import { begin } from './begin.ts';
import type { RuntimeContext } from './context.ts';
import {
  type AnyDecision,
  type AnyOperation,
  lookAndDecide,
  lookUntil,
  type Params,
  refuse,
  result,
  throwIfFailed,
} from './decide.ts';
import { renderCommand } from './render-command.ts';
import { sendImage } from './send-image.ts';

/**
 * Looks, asks the engine for what makes the sending possible, and sends. The checksum of what the storage then holds is
 * the verification: nothing else tells that each byte is there.
 */
export async function applyToImage(
  operation: AnyOperation,
  context: RuntimeContext,
  params: Params,
  step: StepRef,
  firstTry: boolean,
): Promise<ApplyResult> {
  const looked = await lookAndDecide(operation, context, params);
  let decision = await settled(operation, context, params, looked);
  if (decision.state === 'already') return result([], decision);
  begin(step, firstTry);
  const done: string[] = [];
  for (;;) {
    const [next] = decision.changes;
    if (next === undefined || 'argv' in next) throw new OperatorError('Bug', `${operation.name} sends no image`);
    if ('send' in next) {
      const evidence = await sendImage(context, next, step.sent);
      return result([...done, renderCommand(next)], { ...decision, evidence });
    }
    const line = renderCommand(next);
    context.progress(`sending ${line}`);
    await context.engine().send(next);
    done.push(line);
    const isNext = ({ state, changes }: AnyDecision) =>
      state !== 'underWay' && changes.slice(0, 1).map(renderCommand).join() !== line;
    const seen = await lookUntil(operation, context, params, isNext).catch((error: unknown) => {
      throw isUnverified(error) ? withoutConsequence(operation, params, line, error) : error;
    });
    decision = await settled(operation, context, params, seen);
  }
}

function isUnverified(error: unknown): error is OperatorError {
  return error instanceof OperatorError && error.type === 'VerificationFailed';
}

/** The engine has taken the request, and the transfer stands where it stood. */
function withoutConsequence(
  operation: AnyOperation,
  params: Params,
  line: string,
  cause: OperatorError,
): OperatorError {
  const lines = ['the engine has paused the transfer again after it was resumed', cause.message];
  const details = { lines, diagnosis: 'image-ticket-lost' };
  return new OperatorError('PreconditionFailed', `${operation.title(params)}: ${line} came to nothing`, {
    details,
    cause,
  });
}

/** Waits out what is on its way, and stops at what does not let this step go on. */
async function settled(
  operation: AnyOperation,
  context: RuntimeContext,
  params: Params,
  seen: AnyDecision,
): Promise<AnyDecision> {
  throwIfFailed(operation, params, seen);
  const decision =
    seen.state === 'underWay' ? await lookUntil(operation, context, params, ({ state }) => state !== 'underWay') : seen;
  if (decision.state === 'refused') throw refuse(operation, params, decision);
  return decision;
}
