/** How far another machine's clock is off from ours, by asking it for the time. */

/** All in seconds since the epoch: when we asked, what it said, when we had the answer. */
export interface ClockSample {
  readonly asked: number;
  readonly remote: number;
  readonly answered: number;
}

export interface ClockOffset {
  /** Positive: the other clock is ahead. */
  readonly seconds: number;
  /** The true offset lies within this much of it, because nobody knows when on the way the clock was read. */
  readonly within: number;
}

/** The sample with the fastest answer tells most. */
export function clockOffset(samples: readonly ClockSample[]): ClockOffset | undefined {
  const [best] = [...samples].sort((a, b) => a.answered - a.asked - (b.answered - b.asked));
  if (best === undefined) return undefined;
  const { asked, remote, answered } = best;
  return { seconds: remote - (asked + answered) / 2, within: (answered - asked) / 2 };
}

/** True when the clock is off by more than `limit` wherever in its uncertainty the truth lies. */
export function isOff({ seconds, within }: ClockOffset, limit: number): boolean {
  return Math.abs(seconds) - within > limit;
}

export function clockText({ seconds, within }: ClockOffset): string {
  const size = Math.abs(seconds);
  const digits = size < 10 ? 2 : 0;
  const direction = seconds < 0 ? 'behind' : 'ahead';
  return `${size.toFixed(digits)} s ${direction} (± ${within.toFixed(2)} s)`;
}
