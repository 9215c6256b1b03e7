/**
 * runs/ knows what a run says: by query while a worker lives, from memo and history when none does.
 * This file: a history, reduced to what steps are made of.
 */
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { tsToMs } from '@temporalio/common/lib/time.js';
import type { temporal } from '@temporalio/proto';
import type { CheckResult, StepRef } from '../../activities/operation.ts';

export type HistoryEvents = readonly temporal.api.history.v1.IHistoryEvent[];

/** One activity of a run. */
export interface ActivityTrace {
  /** `<operation>.<verb>`, or the name of an activity that belongs to no step. */
  readonly name: string;
  readonly step?: StepRef;
  readonly scheduledAt: string;
  readonly endedAt?: string;
  readonly outcome: 'open' | 'completed' | 'failed' | 'cancelled';
  /** For completed ones. */
  readonly result?: unknown;
  /** For failed ones: the innermost words. */
  readonly failure?: string;
}

/** The activities of a history in the order of their scheduling. */
export function activityTraces(events: HistoryEvents): readonly ActivityTrace[] {
  const traces = new Map<string, ActivityTrace>();
  const end = (id: unknown, at: string, change: Partial<ActivityTrace>) => {
    const open = traces.get(String(id));
    if (open !== undefined) traces.set(String(id), { ...open, endedAt: at, ...change });
  };
  for (const event of events) {
    const at = new Date(tsToMs(event.eventTime)).toISOString();
    const scheduled = event.activityTaskScheduledEventAttributes;
    const completed = event.activityTaskCompletedEventAttributes;
    const failed = event.activityTaskFailedEventAttributes;
    const timedOut = event.activityTaskTimedOutEventAttributes;
    const canceled = event.activityTaskCanceledEventAttributes;
    if (scheduled) {
      const step = (decode(scheduled.input?.payloads?.[0]) as { step?: StepRef } | undefined)?.step;
      const name = scheduled.activityType?.name ?? '';
      traces.set(String(event.eventId), { name, ...(step && { step }), scheduledAt: at, outcome: 'open' });
    } else if (completed) {
      end(completed.scheduledEventId, at, { outcome: 'completed', result: decode(completed.result?.payloads?.[0]) });
    } else if (failed) {
      end(failed.scheduledEventId, at, { outcome: 'failed', failure: innermost(failed.failure) });
    } else if (timedOut) {
      end(timedOut.scheduledEventId, at, { outcome: 'failed', failure: innermost(timedOut.failure) });
    } else if (canceled) {
      end(canceled.scheduledEventId, at, { outcome: 'cancelled' });
    }
  }
  return [...traces.values()];
}

/** What an `<operation>.check` found; nothing for other activities. */
export function checkResult(trace: ActivityTrace): CheckResult | undefined {
  return trace.name.endsWith('.check') && trace.outcome === 'completed' ? (trace.result as CheckResult) : undefined;
}

function innermost(failure: temporal.api.failure.v1.IFailure | null | undefined): string {
  let inner = failure;
  while (inner?.cause) inner = inner.cause;
  return inner?.message ?? '';
}

/** A payload's value; nothing when it is missing or encrypted for others. */
export function decode(payload: Payload | null | undefined): unknown {
  if (!payload) return undefined;
  try {
    return defaultPayloadConverter.fromPayload(payload);
  } catch {
    return undefined;
  }
}
