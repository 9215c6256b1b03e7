/** The clocks of a time zone: its local time, and when it puts its clocks forward or back. */
import { Temporal } from 'temporal-polyfill';

/** A moment in milliseconds since 1970, as everywhere in this folder. */
export type Moment = number;

/** `Sun 2027-03-28 01:00 CET`. */
export function localTime(moment: Moment, zone: string): string {
  const { date, time } = parts(moment, zone);
  return `${date} ${time}`;
}

/** `Sun 2027-03-28 01:00 – 06:00 CEST`; the day of the end where it is another one. */
export function localSpan(from: Moment, to: Moment, zone: string): string {
  const [start, end] = [parts(from, zone), parts(to, zone)];
  return start.date === end.date
    ? `${start.date} ${start.clock} – ${end.time}`
    : `${start.date} ${start.clock} – ${end.date} ${end.time}`;
}

function parts(moment: Moment, zone: string): { date: string; clock: string; time: string } {
  const local = wallClock(moment, zone);
  const day = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][local.dayOfWeek - 1];
  const named = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'short' })
    .formatToParts(moment)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const clock = local.toPlainTime().toString({ smallestUnit: local.second === 0 ? 'minute' : 'second' });
  return { date: `${day} ${local.toPlainDate().toString()}`, clock, time: `${clock} ${named ?? zone}` };
}

/** What a clock on the wall of that zone shows. */
export function wallClock(moment: Moment, zone: string): Temporal.PlainDateTime {
  return at(moment, zone).toPlainDateTime();
}

/** The moment of a local time. Where a clock shows it twice, the first or last; where it skips it, as if it had gone on. */
export function momentOf(local: Temporal.PlainDateTime, zone: string, twice: 'earlier' | 'later'): Moment {
  const ambiguous = local.toZonedDateTime(zone, { disambiguation: twice });
  const skipped = !ambiguous.toPlainDateTime().equals(local);
  return (skipped ? local.toZonedDateTime(zone) : ambiguous).epochMilliseconds;
}

/** When clocks are changed, and by how much: positive forward. */
export interface ClockChange {
  readonly at: Moment;
  readonly byMinutes: number;
}

/** The clock changes of a zone after one moment and before another. */
export function clockChanges(zone: string, after: Moment, before: Moment): readonly ClockChange[] {
  const changes: ClockChange[] = [];
  let next = at(after, zone).getTimeZoneTransition('next');
  while (next !== null && next.epochMilliseconds < before) {
    const offset = (moment: Moment) => at(moment, zone).offsetNanoseconds / 60e9;
    const byMinutes = offset(next.epochMilliseconds) - offset(next.epochMilliseconds - 1);
    // A zone may change its name or its law without touching its clocks.
    if (byMinutes !== 0) changes.push({ at: next.epochMilliseconds, byMinutes });
    next = next.getTimeZoneTransition('next');
  }
  return changes;
}

function at(moment: Moment, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(moment).toZonedDateTimeISO(zone);
}
