import { describe, expect, test } from 'vitest';
import { BlackoutCalendar, CalendarProblem } from '../../../windows/blackouts.ts';

const ZURICH = 'Europe/Zurich';
const calendar = (...lines: readonly string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//example//freeze//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const event = (...lines: readonly string[]): readonly string[] => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'];

function blackouts(text: string, from: string, to: string, zone = ZURICH): readonly string[] {
  return BlackoutCalendar.parse(text)
    .between(Date.parse(from), Date.parse(to), zone)
    .map((found) => `${iso(found.from)} ${iso(found.to)} ${found.what}`);
}
const iso = (moment: number): string => new Date(moment).toISOString().slice(0, 16);

describe('events', () => {
  test('all day: whole days of the zone of the window, last day excluded as the standard has it', () => {
    const text = calendar(
      ...event(
        'UID:1',
        'DTSTART;VALUE=DATE:20261224',
        'DTEND;VALUE=DATE:20261227',
        'SUMMARY:Christmas',
        'TRANSP:TRANSPARENT',
      ),
    );
    expect(blackouts(text, '2026-12-01T00:00Z', '2027-01-01T00:00Z')).toEqual([
      '2026-12-23T23:00 2026-12-26T23:00 Christmas',
    ]);
    expect(blackouts(text, '2026-12-01T00:00Z', '2027-01-01T00:00Z', 'Australia/Sydney')).toEqual([
      '2026-12-23T13:00 2026-12-26T13:00 Christmas',
    ]);
  });

  test('all day without an end is that day; on the nights of a clock change it has 23 and 25 hours', () => {
    const day = (date: string) => calendar(...event('UID:1', `DTSTART;VALUE=DATE:${date}`, 'SUMMARY:freeze'));
    expect(blackouts(day('20270328'), '2027-03-01T00:00Z', '2027-04-01T00:00Z')).toEqual([
      '2027-03-27T23:00 2027-03-28T23:00 freeze',
    ]);
    expect(blackouts(day('20271031'), '2027-10-01T00:00Z', '2027-11-30T00:00Z')).toEqual([
      '2027-10-30T22:00 2027-10-31T23:00 freeze',
    ]);
  });

  test('in UTC, in a named zone, in local time', () => {
    const text = calendar(
      ...event('UID:1', 'DTSTART:20270601T200000Z', 'DTEND:20270601T210000Z', 'SUMMARY:utc'),
      ...event('UID:2', 'DTSTART;TZID=America/New_York:20270602T200000', 'DURATION:PT1H', 'SUMMARY:new york'),
      ...event('UID:3', 'DTSTART:20270603T200000', 'DTEND:20270603T210000', 'SUMMARY:local'),
    );
    expect(blackouts(text, '2027-06-01T00:00Z', '2027-06-10T00:00Z')).toEqual([
      '2027-06-01T20:00 2027-06-01T21:00 utc',
      '2027-06-03T00:00 2027-06-03T01:00 new york',
      '2027-06-03T18:00 2027-06-03T19:00 local',
    ]);
  });

  test('in the zone that the calendar says, where an event says none', () => {
    const text = calendar(
      'X-WR-TIMEZONE:Asia/Tokyo',
      ...event('UID:3', 'DTSTART:20270603T200000', 'DTEND:20270603T210000', 'SUMMARY:x'),
    );
    expect(blackouts(text, '2027-06-01T00:00Z', '2027-06-10T00:00Z')).toEqual(['2027-06-03T11:00 2027-06-03T12:00 x']);
  });

  test('in a zone that only the file defines, as Outlook writes it', () => {
    const zone = [
      'BEGIN:VTIMEZONE',
      'TZID:Somewhere Standard Time',
      'BEGIN:STANDARD',
      'DTSTART:16010101T000000',
      'TZOFFSETFROM:+0500',
      'TZOFFSETTO:+0500',
      'END:STANDARD',
      'END:VTIMEZONE',
    ];
    const text = calendar(
      ...zone,
      ...event('UID:1', 'DTSTART;TZID=Somewhere Standard Time:20270601T050000', 'DURATION:PT1H', 'SUMMARY:x'),
    );
    expect(blackouts(text, '2027-06-01T00:00Z', '2027-06-02T00:00Z')).toEqual(['2027-06-01T00:00 2027-06-01T01:00 x']);
  });

  test('cancelled ones do not count', () => {
    const text = calendar(
      ...event('UID:1', 'DTSTART:20270601T200000Z', 'DURATION:PT1H', 'STATUS:CANCELLED', 'SUMMARY:x'),
    );
    expect(blackouts(text, '2027-06-01T00:00Z', '2027-06-02T00:00Z')).toEqual([]);
  });
});

describe('repeated events', () => {
  const payroll = [
    'UID:1',
    'DTSTART;TZID=Europe/Zurich:20270128T013000',
    'DTEND;TZID=Europe/Zurich:20270128T033000',
    'SUMMARY:payroll',
  ];

  test('every month, by the clock on the wall: summer and winter', () => {
    const text = calendar(...event(...payroll, 'RRULE:FREQ=MONTHLY;BYMONTHDAY=28'));
    expect(blackouts(text, '2027-02-01T00:00Z', '2027-05-01T00:00Z')).toEqual([
      '2027-02-28T00:30 2027-02-28T02:30 payroll',
      // From 01:30 to 03:30 on the night that has no 02:00 to 03:00.
      '2027-03-28T00:30 2027-03-28T02:30 payroll',
      '2027-04-27T23:30 2027-04-28T01:30 payroll',
    ]);
  });

  test('on the night that has 02:30 twice, from the first to the last', () => {
    const text = calendar(
      ...event(
        'UID:1',
        'DTSTART;TZID=Europe/Zurich:20270101T023000',
        'DTEND;TZID=Europe/Zurich:20270101T024500',
        'RRULE:FREQ=DAILY',
        'SUMMARY:batch',
      ),
    );
    expect(blackouts(text, '2027-10-30T12:00Z', '2027-10-31T12:00Z')).toEqual([
      '2027-10-31T00:30 2027-10-31T01:45 batch',
    ]);
  });

  test('without the dates that are excepted, with one that was moved, without one that was cancelled', () => {
    const weekly = [
      'UID:w',
      'DTSTART:20270601T200000Z',
      'DURATION:PT1H',
      'RRULE:FREQ=WEEKLY;COUNT=5',
      'EXDATE:20270608T200000Z',
      'SUMMARY:weekly',
    ];
    const text = calendar(
      ...event(...weekly),
      ...event('UID:w', 'RECURRENCE-ID:20270615T200000Z', 'DTSTART:20270602T100000Z', 'DURATION:PT2H', 'SUMMARY:moved'),
      ...event(
        'UID:w',
        'RECURRENCE-ID:20270622T200000Z',
        'DTSTART:20270622T200000Z',
        'DURATION:PT1H',
        'STATUS:CANCELLED',
        'SUMMARY:off',
      ),
    );
    expect(new Set(blackouts(text, '2027-06-01T00:00Z', '2027-07-10T00:00Z'))).toEqual(
      new Set([
        '2027-06-01T20:00 2027-06-01T21:00 weekly',
        '2027-06-02T10:00 2027-06-02T12:00 moved',
        '2027-06-29T20:00 2027-06-29T21:00 weekly',
      ]),
    );
    expect(blackouts(text, '2027-06-02T00:00Z', '2027-06-03T00:00Z')).toEqual([
      '2027-06-02T10:00 2027-06-02T12:00 moved',
    ]);
  });

  test('for ever, looked at years later; whole weekends every week', () => {
    const text = calendar(
      ...event(
        'UID:1',
        'DTSTART;VALUE=DATE:20100102',
        'DTEND;VALUE=DATE:20100104',
        'RRULE:FREQ=WEEKLY',
        'SUMMARY:weekend',
      ),
    );
    expect(blackouts(text, '2027-06-04T00:00Z', '2027-06-07T00:00Z')).toEqual([
      '2027-06-04T22:00 2027-06-06T22:00 weekend',
    ]);
  });
});

test.each<[string, string, RegExp]>([
  ['no calendar', 'hello', /^it is no iCalendar file \(/],
  ['nothing', '', /^it is no calendar/],
  ['a part of one', 'BEGIN:VEVENT\nDTSTART:20270101T000000Z\nEND:VEVENT', /^it is no calendar \(BEGIN:VCALENDAR\)/],
  ['a date that is none', calendar(...event('DTSTART:yesterday')), /^it is no iCalendar file/],
  ['an event without beginning', calendar(...event('UID:1', 'SUMMARY:freeze')), /^its event "freeze" has no beginning/],
  ['a rule that is none', calendar(...event('DTSTART:20270101T000000Z', 'RRULE:FREQ=NEVER')), /invalid frequency/],
])('%s is refused', (_what, text, sentence) => {
  expect(() => BlackoutCalendar.parse(text)).toThrow(CalendarProblem);
  expect(() => BlackoutCalendar.parse(text)).toThrow(sentence);
});

test('a zone that nobody knows is refused when the times are asked for', () => {
  const text = calendar(...event('DTSTART;TZID=Mars/Olympus:20270101T000000', 'DURATION:PT1H', 'SUMMARY:x'));
  expect(() => blackouts(text, '2027-01-01T00:00Z', '2027-01-02T00:00Z')).toThrow(
    'its time zone "Mars/Olympus" is neither',
  );
});
