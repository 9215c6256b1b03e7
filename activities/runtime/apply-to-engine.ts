import { OperatorError } from '../../failures/operator-error.ts';
import type { ApplyResult, EngineRequest, StepRef } from '../operation.ts';
import { begin } from './begin.ts';
import type { RuntimeContext } from './context.ts';
import {
  type AnyDecision,
  type AnyOperation,
  diagnosed,
  lookAndDecide,
  lookUntil,
  type Params,
  refuse,
  result,
  throwIfFailed,
} from './decide.ts';
import { engineRequests, renderCommand } from './render-command.ts';
import { pollInterval, wait } from './waiting.ts';

/**
 * Looks, sends the requests, and looks until the wished state is there: "complete" is the engine's word for "accepted".
 * The engine has no locks of ours and no idempotency keys; what keeps a request from being sent twice is the look before.
 */
export async function applyToEngine(
  operation: AnyOperation,
  context: RuntimeContext,
  params: Params,
  step: StepRef,
  firstTry: boolean,
): Promise<ApplyResult> {
  let decision = await lookAndDecide(operation, context, params);
  if (!firstTry && decision.state === 'wouldDo') {
    await awaitOwnWork(context);
    decision = await lookAndDecide(operation, context, params);
  }
  // Begun by an earlier try or by others: it may lead to what is wished, or end in a state to begin from.
  if (decision.state === 'underWay') {
    decision = await lookUntil(operation, context, params, ({ state }) => state !== 'underWay');
  }
  if (decision.state === 'refused') throw refuse(operation, params, decision);
  if (decision.state === 'already') return result([], decision);
  throwIfFailed(operation, params, decision);

  begin(step, firstTry);
  const sent: string[] = [];
  const refusals: string[] = [];
  while (decision.state !== 'already') {
    const requests = engineRequests(decision.changes).slice(0, operation.inTurns === true ? 1 : undefined);
    sent.push(...requests.map(renderCommand));
    const refused = await send(context, requests);
    if (refused !== undefined) {
      await lookBehind(operation, context, params, refused, decision);
      refusals.push(`without consequence: ${refused.message}`);
    }
    decision = await lookUntil(operation, context, params, (seen) => isOver(operation, seen, sent));
  }
  return result(sent, { ...decision, evidence: [...decision.evidence, ...refusals] });
}

/** Done, or at the next one of several turns. A state that lags behind asks for what was sent: that is waited for. */
function isOver(operation: AnyOperation, { state, changes }: AnyDecision, sent: readonly string[]): boolean {
  if (state === 'already') return true;
  const [next] = changes;
  return operation.inTurns === true && state === 'wouldDo' && next !== undefined && !sent.includes(renderCommand(next));
}

/** Sends in turn, up to the first refusal. */
async function send(context: RuntimeContext, requests: readonly EngineRequest[]): Promise<OperatorError | undefined> {
  for (const request of requests) {
    context.signal.throwIfAborted();
    context.progress(`sending ${renderCommand(request)}`);
    try {
      await context.engine().send(request);
    } catch (error) {
      if (error instanceof OperatorError && error.type === 'PreconditionFailed') return error;
      throw error;
    }
  }
  return undefined;
}

/** A refusal may say that somebody was faster, or that the request came through and failed later: the state decides. */
async function lookBehind(
  operation: AnyOperation,
  context: RuntimeContext,
  params: Params,
  refused: OperatorError,
  before: AnyDecision,
): Promise<void> {
  const after = await lookAndDecide(operation, context, params);
  throwIfFailed(operation, params, after, [refused.message]);
  const next = (decision: AnyDecision) => decision.changes.slice(0, 1).map(renderCommand).join();
  const moved = operation.inTurns === true && next(after) !== next(before);
  if (after.state === 'refused' || (after.state === 'wouldDo' && !moved)) throw diagnosed(refused);
}

/** How long a request may be in the engine before its job can be seen, in seconds. */
const QUEUE_SECONDS = 3;

/**
 * Returns when nothing of an earlier try is at work in the engine: its request may have arrived, and what it brings
 * about may not be seen yet.
 */
async function awaitOwnWork(context: RuntimeContext): Promise<void> {
  const engine = context.engine();
  await context.pause(QUEUE_SECONDS);
  for (;;) {
    const running = (await engine.jobs()).filter(({ status }) => status === 'started');
    if (running.length === 0) return;
    context.progress(`an earlier request of this step is at work in the engine: ${running[0]?.description}`);
    await wait(pollInterval(context.scale, 100, 1000), context.signal);
  }
}
