import { Context } from '@temporalio/activity';
import type { SentImage } from '../operation.ts';

/** What a heartbeat carries: shown in the Temporal UI, and handed to the next attempt of the activity. */
export interface Progress {
  /** What is being waited for, in plain words; or the newest line of an output, unless it only names the stage. */
  readonly line?: string | undefined;
  readonly stage?: string;
  readonly unit?: string;
  /** Up to which byte of the unit's log has been read. */
  readonly cursor?: number;
  readonly image?: SentImage & {
    /** Tries in a row that the daemon refused, because it knows no ticket. */
    readonly refused?: number;
  };
  /** The changes have begun. */
  readonly begun?: true;
}

const newest = new WeakMap<Context, Progress>();

/** Seen with the next heartbeat, at most two seconds later. */
export function report(progress: Progress): void {
  const context = Context.current();
  newest.set(context, { ...progressOf(context), ...progress });
}

/** What the last attempt left, until this one says something. */
export function progressOf(context: Context): Progress {
  return newest.get(context) ?? (context.info.heartbeatDetails as Progress | undefined) ?? {};
}
