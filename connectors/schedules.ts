import { type Client, ScheduleNotFoundError } from '@temporalio/client';
import { msNumberToTs, tsToMs } from '@temporalio/common/lib/time.js';

/** What a run has to know of the schedule that started it. */
export interface ScheduleState {
  readonly paused: boolean;
  readonly note?: string;
  readonly timeZone: string;
}

/** So many times Temporal names at most in one answer. */
const PAGE = 1000;

/** Temporal's schedules, as far as running runs ask about them. */
export class Schedules {
  constructor(private readonly client: Client) {}

  /** Nothing when there is no schedule of this id any more. */
  async state(id: string): Promise<ScheduleState | undefined> {
    try {
      const { state, spec } = await this.client.schedule.getHandle(id).describe();
      return { paused: state.paused, ...(state.note && { note: state.note }), timeZone: spec.timezone || 'UTC' };
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return undefined;
      throw error;
    }
  }

  /** How many of its firings came to nothing because a run still went on, and when the next is due. */
  async firings(id: string): Promise<{ passedOver: number; next?: string } | undefined> {
    try {
      const { info } = await this.client.schedule.getHandle(id).describe();
      const [next] = info.nextActionTimes;
      return { passedOver: info.numActionsSkippedOverlap, ...(next && { next: next.toISOString() }) };
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return undefined;
      throw error;
    }
  }

  /** When it is to start a run, in milliseconds: from one moment to another, page by page. */
  async *times(id: string, from: number, to: number): AsyncGenerator<readonly number[]> {
    let next = from;
    while (next < to) {
      const { startTime } = await this.client.workflowService.listScheduleMatchingTimes({
        namespace: this.client.options.namespace,
        scheduleId: id,
        startTime: msNumberToTs(next),
        endTime: msNumberToTs(to),
      });
      const times = (startTime ?? []).map((time) => tsToMs(time));
      yield times;
      if (times.length < PAGE) return;
      next = times.at(-1) ?? to;
    }
  }
}
