/** How long something usually takes, by how long it took before. */

export interface Usual {
  /** All but one of twenty runs were done by then. */
  readonly ms: number;
  /** By so many runs. */
  readonly runs: number;
}

/** Fewer runs than that tell nothing about the next one. */
const ENOUGH_RUNS = 5;

/** The 95th percentile by the nearest rank, which is the longest of fewer than twenty; nothing by too few runs. */
export function usual(durations: readonly number[]): Usual | undefined {
  if (durations.length < ENOUGH_RUNS) return undefined;
  const sorted = [...durations].sort((a, b) => a - b);
  const ms = sorted[Math.ceil(sorted.length * 0.95) - 1];
  return ms === undefined ? undefined : { ms, runs: durations.length };
}
