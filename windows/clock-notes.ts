/** What clock changes do to windows that open by the clock on the wall: some do not open, some twice, some close at another time. */
import { spell } from '../reports/duration.ts';
import { type ClockChange, clockChanges, localSpan, localTime, type Moment, wallClock } from './zone.ts';

export interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Local times at which a window opens, as Temporal keeps them: all fields must match; no years means all. */
export interface OpeningTimes {
  readonly minute: readonly Range[];
  readonly hour: readonly Range[];
  readonly dayOfMonth: readonly Range[];
  /** 1 to 12. */
  readonly month: readonly Range[];
  readonly year: readonly Range[];
  /** 0 is Sunday. */
  readonly dayOfWeek: readonly Range[];
}

type WallClock = ReturnType<typeof wallClock>;

/** True when a window opens in this minute of the clock on the wall. */
export function opensAt(times: OpeningTimes, wall: WallClock): boolean {
  return (
    within(times.minute, wall.minute) &&
    within(times.hour, wall.hour) &&
    within(times.dayOfMonth, wall.day) &&
    within(times.month, wall.month) &&
    (times.year.length === 0 || within(times.year, wall.year)) &&
    within(times.dayOfWeek, wall.dayOfWeek % 7)
  );
}

function within(ranges: readonly Range[], value: number): boolean {
  return ranges.some(({ start, end, step }) => value >= start && value <= end && (value - start) % step === 0);
}

export interface ClockNote {
  readonly kind: 'skipped' | 'twice' | 'shifted';
  /** When the clocks are changed. */
  readonly at: Moment;
  readonly text: string;
}

const MINUTE = 60_000;

/** A note for each way in which a clock change between two moments touches windows of this length. */
export function clockNotes(
  times: readonly OpeningTimes[],
  zone: string,
  length: number,
  after: Moment,
  before: Moment,
): readonly ClockNote[] {
  const opens = (wall: WallClock) => times.some((each) => opensAt(each, wall));
  return clockChanges(zone, after, before).flatMap((change) => {
    const missing = change.byMinutes > 0 ? skipped(change, zone, opens) : [];
    return [
      ...missing,
      ...(change.byMinutes < 0 ? twice(change, zone, opens) : []),
      ...shifted(change, zone, length, opens),
    ];
  });
}

type Opens = (wall: WallClock) => boolean;

function skipped({ at, byMinutes }: ClockChange, zone: string, opens: Opens): readonly ClockNote[] {
  const before = wallClock(at - MINUTE, zone);
  for (let minute = 1; minute <= byMinutes; minute += 1) {
    const wall = before.add({ minutes: minute });
    if (!opens(wall)) continue;
    const text = `${localTime(at, zone)}: the clocks go forward by ${spell(byMinutes * MINUTE)}, so there is no ${clock(wall)} on that day and no window opens then`;
    return [{ kind: 'skipped', at, text }];
  }
  return [];
}

function twice({ at, byMinutes }: ClockChange, zone: string, opens: Opens): readonly ClockNote[] {
  for (let minute = 0; minute < -byMinutes; minute += 1) {
    const wall = wallClock(at + minute * MINUTE, zone);
    if (!opens(wall)) continue;
    const text = `${localTime(at, zone)}: the clocks go back by ${spell(-byMinutes * MINUTE)}, so it is ${clock(wall)} twice and the window opens twice`;
    return [{ kind: 'twice', at, text }];
  }
  return [];
}

function shifted({ at, byMinutes }: ClockChange, zone: string, length: number, opens: Opens): readonly ClockNote[] {
  for (let from = at - MINUTE; from > at - length; from -= MINUTE) {
    if (!opens(wallClock(from, zone))) continue;
    const way = byMinutes > 0 ? 'forward' : 'back';
    const text = `${localSpan(from, from + length, zone)}: the clocks go ${way} in this window; it lasts ${spell(length)} as always and closes ${spell(Math.abs(byMinutes) * MINUTE)} ${byMinutes > 0 ? 'later' : 'earlier'} by the clock`;
    return [{ kind: 'shifted', at, text }];
  }
  return [];
}

const clock = (wall: WallClock): string => wall.toPlainTime().toString({ smallestUnit: 'minute' });
