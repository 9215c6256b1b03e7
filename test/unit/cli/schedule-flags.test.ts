import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkId } from '../../../cli/schedules/create.ts';
import { openingTimes } from '../../../cli/schedules/spec.ts';
import { givenWindow, windowOf } from '../../../cli/schedules/window-flags.ts';

const folder = mkdtempSync(join(tmpdir(), 'ovirt-runbooks-flags-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('when a window opens', () => {
  test('a cron expression keeps its own words as its comment', () => {
    expect(openingTimes({ cron: ' 30 2 * * SUN ' }, 'Europe/Zurich')).toEqual({
      cronExpressions: ['30 2 * * SUN # 30 2 * * SUN'],
      timezone: 'Europe/Zurich',
    });
    expect(openingTimes({ cron: '30 2 * * SUN # every Sunday' }, 'UTC').cronExpressions).toEqual([
      '30 2 * * SUN # every Sunday',
    ]);
  });

  test('a calendar, or a list of them, from a file too', () => {
    const sunday = { dayOfWeek: 'SUNDAY', hour: 2, minute: [0, { start: 30, end: 50, step: 10 }] };
    const comment = JSON.stringify(sunday);
    expect(openingTimes({ calendar: JSON.stringify(sunday) }, 'UTC').calendars).toEqual([{ ...sunday, comment }]);
    const path = file('calendar.json', JSON.stringify([sunday, { hour: 3, comment: 'daily' }]));
    expect(openingTimes({ calendar: `@${path}` }, 'UTC').calendars).toEqual([
      { ...sunday, comment },
      { hour: 3, comment: 'daily' },
    ]);
  });

  test.each<[{ cron?: string; calendar?: string }, RegExp]>([
    [{}, /^give either --cron or --calendar/],
    [{ cron: '0 1 * * *', calendar: '{}' }, /^give either --cron or --calendar/],
    [{ cron: 'CRON_TZ=UTC 0 1 * * *' }, /^--cron: must not name a zone; that is what the time zone is for/],
    [
      { cron: '61 2 * * *' },
      /^--cron: must have numbers from 0 to 59, \*, ranges \(1-5\) or steps .* as its minute; it is "61/,
    ],
    [{ calendar: '{"hour":' }, /^--calendar: .* is not JSON/],
    [{ calendar: '7' }, /^--calendar: must be an object or a list of them/],
    [{ calendar: '{"dayOfWeek":"SUNDY"}' }, /^--calendar: dayOfWeek: must be one of SUNDAY, MONDAY, .* or "\*"/],
    [{ calendar: '{"hour":"two"}' }, /^--calendar: hour: must be a whole number from 0 to 23, /],
    [{ calendar: '{"hor":2}' }, /^--calendar: hor: unknown field\. Known: second, minute, hour, /],
    [{ calendar: '{"hour":{"start":2,"stop":3}}' }, /^--calendar: hour\.stop: unknown field\. Known: start, end, step/],
  ])('%j is refused', (flags, sentence) => {
    expect(() => openingTimes(flags, 'UTC')).toThrow(sentence);
  });
});

describe('the window', () => {
  const calendar = file('freeze.ics', 'BEGIN:VCALENDAR\nEND:VCALENDAR\n');

  test('is what the flags say, zone spelt as the database does', () => {
    const window = { length: '4h', atEnd: 'continue', blackouts: calendar, timeZone: 'Europe/Zurich' };
    expect(windowOf({ ...window, atEnd: 'continue', timeZone: 'europe/zurich' })).toEqual(window);
  });

  test.each<[object, RegExp]>([
    [{ length: '4' }, /^--length: must be a duration such as 4h, 90m, .* it is "4"\./],
    [{}, /^--length: must be a duration/],
    [{ length: '4h', timeZone: 'Europe/Zuerich' }, /^--time-zone: .* Did you mean "Europe\/Zurich"\?/],
    [{ length: '4h', blackouts: join(folder, 'absent.ics') }, /^--blackouts: .*absent\.ics cannot be used: ENOENT/],
    [{ length: '4h', blackouts: file('wrong.ics', 'x') }, /^--blackouts: .* cannot be used: it is no iCalendar file/],
  ])('%j is refused', (flags, sentence) => {
    expect(() => windowOf(flags)).toThrow(sentence);
  });

  test('of a single run opens at a time with a zone, and has not closed', () => {
    expect(givenWindow({})).toBeUndefined();
    const opens = new Date(Date.now() + 3_600_000).toISOString();
    expect(givenWindow({ windowOpens: opens, length: '2h' })).toEqual({ opens, length: '2h' });
    const before = new Date(Date.now() - 3_600_000).toISOString();
    expect(givenWindow({ windowOpens: before, length: '2h' })).toEqual({ opens: before, length: '2h' });
  });

  test.each<[object, RegExp]>([
    [{ length: '2h' }, /^--length goes with --window-opens\.$/],
    [{ timeZone: 'UTC' }, /^--time-zone goes with --window-opens\.$/],
    [{ windowOpens: '2030-01-01T00:00:00Z' }, /^--window-opens needs --length/],
    [{ windowOpens: 'tonight', length: '2h' }, /^--window-opens: must be a time with its zone, .* it is "tonight"\.$/],
    [{ windowOpens: '2030-01-01T22:00:00', length: '2h' }, /^--window-opens: must be a time with its zone/],
    [{ windowOpens: '2030-13-01T22:00:00Z', length: '2h' }, /^--window-opens: must be a time with its zone/],
    [{ windowOpens: '2020-01-01T22:00:00Z', length: '2h' }, /has closed already, at 2020-01-02T00:00:00\.000Z\.$/],
  ])('%j is refused for a single run', (flags, sentence) => {
    expect(() => givenWindow(flags)).toThrow(sentence);
  });
});

test('the id of a schedule is one that fits into commands and links', () => {
  expect(checkId('host2-reboot.v2')).toBe('host2-reboot.v2');
  expect(() => checkId('runbook/x')).toThrow('must not begin with "runbook/"');
  for (const id of ['', 'a b', '-x', 'x'.repeat(101)]) expect(() => checkId(id)).toThrow('may hold letters, digits');
});
