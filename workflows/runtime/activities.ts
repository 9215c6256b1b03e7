import { type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { Operations, RunActivities } from '../../activities/index.ts';
import type { TellInput } from '../../activities/notify/tell.ts';
import type {
  ApplyResult,
  CheckResult,
  Operation,
  OperationCall,
  OperationInput,
  StartResult,
  StepRef,
} from '../../activities/operation.ts';
import { NON_RETRYABLE } from '../../failures/table.ts';

type ParamsOf<O> = O extends Operation<infer P, infer _F, infer _O, infer _C> ? P : never;
type OutputOf<O> = O extends Operation<infer _P, infer _F, infer Out, infer _C> ? Out : never;
type OperationCalls = {
  readonly [Name in keyof Operations]: (
    params: ParamsOf<Operations[Name]>,
  ) => OperationCall<OutputOf<Operations[Name]>>;
};

/** Names an operation with its parameters, as data: `operations.installPackages({ host, packages })`. */
export const operations = new Proxy({} as OperationCalls, {
  get: (_target, operation: string) => (params: object) => ({ operation, params }),
});

type Verb = 'check' | 'apply' | 'start' | 'follow' | 'stop';
interface Results {
  readonly check: CheckResult;
  readonly apply: ApplyResult;
  readonly start: StartResult;
  readonly follow: ApplyResult;
  readonly stop: { readonly evidence: readonly string[] };
}

/** One attempt's limit; a dead worker is noticed by the missing heartbeat long before. */
const LIMITS: Record<Verb, string> = {
  check: '4 hours',
  apply: '4 hours',
  start: '10 minutes',
  follow: '8 hours',
  stop: '15 minutes',
};
const WORDS: Record<Verb, string> = {
  check: 'look',
  apply: 'change and verify',
  start: 'start',
  follow: 'follow to the end and verify',
  stop: 'stop',
};

/**
 * Patience with an unreachable host, in attempts: about a quarter of an hour at scale 1, long enough for a host's
 * reboot. Counted in attempts, not time, because the worker's own downtime must not use it up.
 */
export function retryPolicy(scale: number): NonNullable<ActivityOptions['retry']> {
  return {
    initialInterval: Math.max(200, 1000 * scale),
    backoffCoefficient: 1.6,
    maximumInterval: Math.max(1000, 30_000 * scale),
    maximumAttempts: 36,
    nonRetryableErrorTypes: [...NON_RETRYABLE],
  };
}

/** Runs one verb of an operation as an activity whose summary reads as the runbook does. */
export class Performer {
  private readonly activities: Record<string, (input: OperationInput) => Promise<unknown>> &
    Record<string, { executeWithOptions(options: ActivityOptions, args: [OperationInput]): Promise<unknown> }>;

  constructor(readonly scale: number) {
    this.activities = proxyActivities({
      startToCloseTimeout: '30 minutes',
      heartbeatTimeout: '10 seconds',
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
      retry: retryPolicy(scale),
    });
  }

  async perform<V extends Verb>(verb: V, call: OperationCall, step: StepRef): Promise<Results[V]> {
    const activity = this.activities[`${call.operation}.${verb}`];
    if (activity === undefined) throw new TypeError(`no operation ${call.operation}`);
    const result = await activity.executeWithOptions(
      {
        startToCloseTimeout: LIMITS[verb] as '1 minute',
        heartbeatTimeout: '10 seconds',
        summary: `${step.title}: ${WORDS[verb]}`,
      },
      [{ step, params: call.params }],
    );
    return result as Results[V];
  }
}

const bookkeeping = {
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '10 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
} as const;

/** Reads the inventory once for the whole run. */
export const { loadSite } = proxyActivities<RunActivities>({
  ...bookkeeping,
  retry: { initialInterval: 500, maximumAttempts: 5, nonRetryableErrorTypes: [...NON_RETRYABLE] },
});

/** Looks whether a step fits into the run's maintenance window. */
export const { lookAtWindow } = proxyActivities<RunActivities>({
  ...bookkeeping,
  summary: 'Look whether there is room in the maintenance window',
  retry: { initialInterval: 500, maximumInterval: '30 seconds', nonRetryableErrorTypes: [...NON_RETRYABLE] },
});

/** Asks for a run's locks; the answer comes as signal `lock`. */
export const { askForLocks, lockedRuns } = proxyActivities<RunActivities>({
  ...bookkeeping,
  retry: { initialInterval: 500, maximumInterval: '10 seconds' },
});

/** Looks which runs have closed; patient, it waits for the first one. */
export const { closedRuns } = proxyActivities<RunActivities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: 500, maximumInterval: '10 seconds' },
});

/** Writes the report into the artifact store. */
export const { writeReport } = proxyActivities<RunActivities>({
  ...bookkeeping,
  retry: { initialInterval: 500, maximumAttempts: 5 },
});

const telling = proxyActivities<Pick<RunActivities, 'tell' | 'lookAtFirings'>>({
  ...bookkeeping,
  retry: { initialInterval: 1000, maximumInterval: '1 minute', nonRetryableErrorTypes: [...NON_RETRYABLE] },
});

/** Tells one receiver, trying again until it is told or this time is over. */
export function notify(input: TellInput, summary: string, patience: string): Promise<unknown> {
  const scheduleToCloseTimeout = patience as '1 minute';
  return telling.tell.executeWithOptions({ ...bookkeeping, summary, scheduleToCloseTimeout }, [input]);
}

/** Looks how many firings of a schedule came to nothing so far. */
export const lookAtFirings = (schedule: string) => telling.lookAtFirings({ schedule });
