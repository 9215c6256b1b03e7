import type { Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor, ActivityInterceptors } from '@temporalio/worker';
import { toApplicationFailure } from '../../connectors/map-failure.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { OperationInput } from '../operation.ts';
import { progressOf } from './progress.ts';
import { redactResult } from './redact-result.ts';

/** A fifth of the heartbeat time-out; also how soon an activity hears that it is cancelled. */
export const HEARTBEAT_MS = 2000;

/** What every activity has in common: it heartbeats, fails in the operator's terms, and logs which step it serves. */
export function activityInterceptors(context: Context): ActivityInterceptors {
  let step: OperationInput['step'] | undefined;
  const inbound: ActivityInboundCallsInterceptor = {
    async execute(input, next) {
      step = (input.args[0] as Partial<OperationInput> | undefined)?.step;
      const beat = () => context.heartbeat(redactResult(progressOf(context)));
      const timer = setInterval(beat, HEARTBEAT_MS);
      try {
        return await next(input);
      } catch (error) {
        // The newest cursor reaches the next attempt with the failure.
        beat();
        throw asFailure(context, error);
      } finally {
        clearInterval(timer);
      }
    },
  };
  return {
    inbound,
    outbound: {
      getLogAttributes: (input, next) =>
        next({ ...input, ...(step && { stepId: step.id, stepAttempt: step.attempt, pass: step.pass }) }),
    },
  };
}

/** A cancelled activity ends as cancelled; only what it found out for good before that is told instead. */
function asFailure(context: Context, error: unknown): unknown {
  const known = error instanceof OperatorError && !error.retryable;
  if (context.cancellationSignal.aborted && !known) return context.cancellationSignal.reason;
  return toApplicationFailure(error);
}
