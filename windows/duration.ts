/**
 * windows/ holds maintenance windows as arithmetic: durations, time zones, blackout calendars, when there is room.
 * Pure functions that know no server. The sandbox of the workflows imports this file and zone-name.ts only.
 */

/** How durations are written in procedures: "35 minutes". */
export type DurationWords = `${number} ${'second' | 'seconds' | 'minute' | 'minutes' | 'hour' | 'hours'}`;

/** What is allowed, for sentences that refuse something else. */
export const DURATION_FORMS = 'a duration such as 4h, 90m, 1h30m, "35 minutes" or PT4H';

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^s(ec(onds?)?)?$/, 1000],
  [/^m(in(utes?)?)?$/, 60_000],
  [/^h((ou)?rs?)?$/, 3_600_000],
  [/^d(ays?)?$/, 86_400_000],
];

const PART = /(\d+(?:\.\d+)?)\s*([a-z]+)\s*/gy;

/** The milliseconds of a duration; nothing for what is none, or none that is longer than zero. */
export function milliseconds(text: string): number | undefined {
  // ISO 8601 (`PT4H30M`, `P1DT12H`) differs by its letters alone; its months and years are no fixed time.
  const iso = /^P(?:(\d+D))?(?:T((?:\d+(?:\.\d+)?[HMS])+))?$/i.exec(text.trim());
  const rest = (iso === null ? text.trim() : `${iso[1] ?? ''}${iso[2] ?? ''}`).toLowerCase();
  let sum = 0;
  let read = 0;
  for (const part of rest.matchAll(PART)) {
    const unit = UNITS.find(([name]) => name.test(part[2] ?? ''));
    if (unit === undefined) return undefined;
    sum += Number(part[1]) * unit[1];
    read += part[0].length;
  }
  return read === rest.length && sum > 0 ? Math.round(sum) : undefined;
}

/** The milliseconds of a duration whose form the compiler has checked. */
export function span(words: DurationWords): number {
  return milliseconds(words) ?? 0;
}
