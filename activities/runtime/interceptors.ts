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
  let served: ReturnType<typeof attributes> = {};
  const inbound: ActivityInboundCallsInterceptor = {
    async execute(input, next) {
      served = attributes(context.info.activityType, input.args[0]);
      const begun = performance.now();
      const beat = () => context.heartbeat(redactResult(progressOf(context)));
      const timer = setInterval(beat, HEARTBEAT_MS);
      try {
        const result = await next(input);
        tellEnd(context, performance.now() - begun);
        return result;
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
      getLogAttributes: (input, next) => next({ ...input, ...served }),
    },
  };
}

/** By which a line in the log is found: the step of the run, what is done for it, and on which host. */
function attributes(activityType: string, argument: unknown): Readonly<Record<string, unknown>> {
  const { step, params } = (argument ?? {}) as Partial<OperationInput>;
  if (step === undefined) return {};
  const [, operation, verb] = /^(.*)\.([^.]+)$/.exec(activityType) ?? [];
  const { host } = (params ?? {}) as { host?: string };
  const { id: stepId, attempt: stepAttempt, pass } = step;
  return { stepId, stepAttempt, pass, operation, verb, ...(host !== undefined && { host }) };
}

/** What only looks is told to those who ask for details. Failures are told by the SDK, as warnings. */
function tellEnd({ log, info }: Context, milliseconds: number): void {
  const durationMs = Math.round(milliseconds);
  const looked = info.activityType.endsWith('.check');
  log[looked ? 'debug' : 'info'](`${info.activityType} ended`, { durationMs });
}

/** A cancelled activity ends as cancelled; only what it found out for good before that is told instead. */
function asFailure(context: Context, error: unknown): unknown {
  const known = error instanceof OperatorError && !error.retryable;
  if (context.cancellationSignal.aborted && !known) return context.cancellationSignal.reason;
  return toApplicationFailure(error);
}
