/** How far bytes have come, in a line of progress. */
import { spell } from '../../reports/duration.ts';

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `973 MiB`, `1.5 GiB`. */
export function sizeWords(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${UNITS[unit]}`;
}

/** The rate is that of the last seconds, so that it tells what is, not what was before a pause. */
const WINDOW_MS = 10_000;

export class Meter {
  readonly #marks: { readonly at: number; readonly bytes: number }[] = [];

  constructor(
    private readonly doing: string,
    private readonly total: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** `sending c7.iso: 512 MiB of 1 GiB (50 %), 210 MiB/s, 3 s left`. */
  at(bytes: number): string {
    const at = this.now();
    const newest = this.#marks.at(-1);
    // A mark each tenth of a second is plenty, and keeps the list short.
    if (newest === undefined || at - newest.at >= 100) this.#marks.push({ at, bytes });
    while ((this.#marks[0]?.at ?? at) < at - WINDOW_MS && this.#marks.length > 2) this.#marks.shift();
    const percent = this.total === 0 ? 100 : Math.floor((bytes / this.total) * 100);
    const done = `${this.doing}: ${sizeWords(bytes)} of ${sizeWords(this.total)} (${percent} %)`;
    const rate = this.#rate(at, bytes);
    if (rate === undefined) return done;
    return `${done}, ${sizeWords(rate)}/s, ${spell(((this.total - bytes) / rate) * 1000)} left`;
  }

  /** Bytes a second. */
  #rate(at: number, bytes: number): number | undefined {
    const [first] = this.#marks;
    if (first === undefined || at - first.at < 1000 || bytes <= first.bytes) return undefined;
    return ((bytes - first.bytes) / (at - first.at)) * 1000;
  }
}
