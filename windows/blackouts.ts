/** Blackout calendars: the times of an iCalendar file (RFC 5545) in which no maintenance is done. */
import ICAL from 'ical.js';
import { Temporal } from 'temporal-polyfill';
import { type Moment, momentOf } from './zone.ts';
import { zoneName } from './zone-name.ts';

/** One time in which nothing may begin, and its name. */
export interface Blackout {
  readonly from: Moment;
  readonly to: Moment;
  readonly what: string;
}

/** The file is no calendar, or holds something that cannot be understood: it must not pass for an empty one. */
export class CalendarProblem extends Error {}

/** More repetitions than these before the times that are asked for, and the rule is a mistake. */
const MOST_REPETITIONS = 100_000;
/** More than any zone is apart from UTC, and than "this and all future ones" are moved by. */
const MOVED_BY_MS = 7 * 86_400_000;

/** A blackout calendar, read. Every event blocks, also those shown as free: that is how all-day freezes are often kept. */
export class BlackoutCalendar {
  private constructor(
    private readonly events: readonly ICAL.Event[],
    private readonly component: ICAL.Component,
  ) {}

  /** @throws CalendarProblem with a sentence */
  static parse(text: string): BlackoutCalendar {
    try {
      const component = new ICAL.Component(ICAL.parse(text));
      if (component.name !== 'vcalendar') throw new CalendarProblem('it is no calendar (BEGIN:VCALENDAR)');
      const all = component.getAllSubcomponents('vevent');
      const uids = new Set(all.filter((event) => !isException(event)).map(uidOf));
      const events = all
        .filter((event) => !isException(event) || !uids.has(uidOf(event)))
        .filter((event) => !cancelled(event));
      return new BlackoutCalendar(events.map(readEvent), component);
    } catch (error) {
      if (error instanceof CalendarProblem) throw error;
      // A TypeError says where the library stumbled over what is nothing of the kind.
      const why = error instanceof Error && !(error instanceof TypeError) ? ` (${error.message})` : '';
      throw new CalendarProblem(`it is no iCalendar file${why}`);
    }
  }

  get size(): number {
    return this.events.length;
  }

  /** The blackouts that touch a time, by their beginning; days and times without a zone are those of the given one. */
  between(from: Moment, to: Moment, zone: string): readonly Blackout[] {
    return this.events
      .flatMap((event) => [...this.occurrences(event, from, to, this.zone ?? zone)])
      .filter((blackout) => blackout.to > from && blackout.from < to)
      .sort((a, b) => a.from - b.from);
  }

  private get zone(): string | undefined {
    const named = this.component.getFirstPropertyValue('x-wr-timezone');
    return typeof named === 'string' ? zoneName(named) : undefined;
  }

  private *occurrences(event: ICAL.Event, after: Moment, before: Moment, zone: string): Generator<Blackout> {
    if (!event.isRecurring()) {
      yield blackout(event, event.startDate, event.endDate, zone);
      return;
    }
    const own = Object.values(event.exceptions).filter(({ component }) => !cancelled(component));
    yield* own.map((exception) => blackout(exception, exception.startDate, exception.endDate, zone));
    const repetitions = event.iterator();
    for (let count = 0; count < MOST_REPETITIONS; count += 1) {
      const next = repetitions.next();
      if (!next || roughly(next) > before + MOVED_BY_MS) return;
      const { startDate, endDate, item } = event.getOccurrenceDetails(next);
      if (roughly(endDate) < after - MOVED_BY_MS) continue;
      if (!cancelled(item.component)) yield blackout(item, startDate, endDate, zone);
    }
    throw new CalendarProblem(`"${event.summary}" repeats more than ${MOST_REPETITIONS} times`);
  }
}

/** Without a look at the zone, which would make years of repetitions slow. */
const roughly = (time: ICAL.Time): Moment =>
  Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
const isException = (event: ICAL.Component): boolean => event.hasProperty('recurrence-id');
const uidOf = (event: ICAL.Component) => event.getFirstPropertyValue('uid');
const cancelled = (event: ICAL.Component): boolean => event.getFirstPropertyValue('status') === 'CANCELLED';

function readEvent(component: ICAL.Component): ICAL.Event {
  const event = new ICAL.Event(component);
  if (!event.startDate) throw new CalendarProblem(`its event "${event.summary ?? ''}" has no beginning (DTSTART)`);
  if (event.isRecurring()) event.iterator().next();
  return event;
}

/** A blackout is rather too long than too short where clocks are changed in it. */
function blackout(event: ICAL.Event, start: ICAL.Time, end: ICAL.Time, zone: string): Blackout {
  const from = moment(event, 'dtstart', start, zone, 'earlier');
  const length = end.subtractDate(start).toSeconds() * 1000;
  const to = Math.max(
    from + length,
    moment(event, event.component.hasProperty('dtend') ? 'dtend' : 'dtstart', end, zone, 'later'),
  );
  return { from, to, what: event.summary ?? 'blackout' };
}

/** UTC and the zones that the file defines are the library's; zones of the database and local times are ours. */
function moment(
  event: ICAL.Event,
  property: string,
  time: ICAL.Time,
  zone: string,
  twice: 'earlier' | 'later',
): Moment {
  const tzid = event.component.getFirstProperty(property)?.getFirstParameter('tzid');
  const named = tzid === undefined ? zone : zoneName(tzid);
  const defined = time.zone !== undefined && time.zone !== null && time.zone.tzid !== 'floating';
  if (defined && (tzid === undefined || named === undefined)) return time.toUnixTime() * 1000;
  if (named === undefined) throw new CalendarProblem(`its time zone "${tzid}" is neither defined in it nor known`);
  const { year, month, day, hour, minute, second } = time;
  return momentOf(new Temporal.PlainDateTime(year, month, day, hour, minute, second), named, twice);
}
