import { describe, expect, test } from 'vitest';
import { type ClockNote, clockNotes, type OpeningTimes } from '../../../windows/clock-notes.ts';
import { clockChanges, localSpan, localTime } from '../../../windows/zone.ts';
import { zoneName } from '../../../windows/zone-name.ts';

const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(text);

describe('names of zones', () => {
  test.each<[string, string | undefined]>([
    ['Europe/Zurich', 'Europe/Zurich'],
    ['europe/zurich', 'Europe/Zurich'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['UTC', 'UTC'],
    ['Etc/UTC', 'Etc/UTC'],
    ['Europe/Zuerich', undefined],
    ['+02:00', undefined],
    ['', undefined],
  ])('%j', (name, known) => {
    expect(zoneName(name)).toBe(known);
  });
});

describe('both nights on which clocks are changed', () => {
  test('Europe/Zurich: forward in March, back in October', () => {
    expect(clockChanges('Europe/Zurich', at('2027-01-01T00:00Z'), at('2028-01-01T00:00Z'))).toEqual([
      { at: at('2027-03-28T01:00:00Z'), byMinutes: 60 },
      { at: at('2027-10-31T01:00:00Z'), byMinutes: -60 },
    ]);
  });

  test('Australia/Sydney: back in April, forward in October', () => {
    expect(clockChanges('Australia/Sydney', at('2027-01-01T00:00Z'), at('2028-01-01T00:00Z'))).toEqual([
      { at: at('2027-04-03T16:00:00Z'), byMinutes: -60 },
      { at: at('2027-10-02T16:00:00Z'), byMinutes: 60 },
    ]);
  });

  test('Australia/Lord_Howe: by half an hour; Asia/Tokyo: not at all', () => {
    const changes = clockChanges('Australia/Lord_Howe', at('2027-01-01T00:00Z'), at('2028-01-01T00:00Z'));
    expect(changes.map(({ byMinutes }) => byMinutes)).toEqual([-30, 30]);
    expect(clockChanges('Asia/Tokyo', at('2027-01-01T00:00Z'), at('2028-01-01T00:00Z'))).toEqual([]);
  });

  test('a window that lasts four hours closes at another time by the clock, never earlier or later in truth', () => {
    const opens = at('2027-03-28T01:00:00+01:00');
    expect(localSpan(opens, opens + 4 * HOUR, 'Europe/Zurich')).toBe('Sun 2027-03-28 01:00 – 06:00 CEST');
    const autumn = at('2027-10-31T01:00:00+02:00');
    expect(localSpan(autumn, autumn + 4 * HOUR, 'Europe/Zurich')).toBe('Sun 2027-10-31 01:00 – 04:00 CET');
    const plain = at('2027-06-06T23:00:00+02:00');
    expect(localSpan(plain, plain + 4 * HOUR, 'Europe/Zurich')).toBe(
      'Sun 2027-06-06 23:00 – Mon 2027-06-07 03:00 CEST',
    );
    expect(localTime(at('2027-10-02T16:00:00Z'), 'Australia/Sydney')).toMatch(/^Sun 2027-10-03 03:00 /);
  });
});

describe('notes on clock changes', () => {
  const any = (start: number, end: number) => [{ start, end, step: 1 }];
  const one = (value: number) => any(value, value);
  const weekly = (hour: number, minute: number, dayOfWeek = 0): OpeningTimes => ({
    minute: one(minute),
    hour: one(hour),
    dayOfMonth: any(1, 31),
    month: any(1, 12),
    year: [],
    dayOfWeek: one(dayOfWeek),
  });
  const notes = (times: OpeningTimes, zone = 'Europe/Zurich', length = 4 * HOUR): readonly ClockNote[] =>
    clockNotes([times], zone, length, at('2027-01-01T00:00Z'), at('2028-01-01T00:00Z'));

  test('Sundays 02:30 in Zurich: no window in March, two in October', () => {
    expect(notes(weekly(2, 30)).map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'skipped: Sun 2027-03-28 03:00 CEST: the clocks go forward by 1 h, so there is no 02:30 on that day and no window opens then',
      'twice: Sun 2027-10-31 02:00 CET: the clocks go back by 1 h, so it is 02:30 twice and the window opens twice',
      'shifted: Sun 2027-10-31 02:30 – 05:30 CET: the clocks go back in this window; it lasts 4 h as always and closes 1 h earlier by the clock',
    ]);
  });

  test('Sundays 01:00 in Zurich: open on both nights, closing at another time by the clock', () => {
    expect(notes(weekly(1, 0)).map(({ text }) => text)).toEqual([
      'Sun 2027-03-28 01:00 – 06:00 CEST: the clocks go forward in this window; it lasts 4 h as always and closes 1 h later by the clock',
      'Sun 2027-10-31 01:00 – 04:00 CET: the clocks go back in this window; it lasts 4 h as always and closes 1 h earlier by the clock',
    ]);
  });

  test('Sundays 02:15 in Sydney: the other way round in the year', () => {
    expect(notes(weekly(2, 15), 'Australia/Sydney').map(({ kind, at }) => [kind, new Date(at).toISOString()])).toEqual([
      ['twice', '2027-04-03T16:00:00.000Z'],
      ['shifted', '2027-04-03T16:00:00.000Z'],
      ['skipped', '2027-10-02T16:00:00.000Z'],
    ]);
  });

  test('Saturdays 23:00 for five hours reach into the night; for three they end before the change', () => {
    expect(notes(weekly(23, 0, 6), 'Europe/Zurich', 5 * HOUR).map(({ kind }) => kind)).toEqual(['shifted', 'shifted']);
    expect(notes(weekly(23, 0, 6), 'Europe/Zurich', 3 * HOUR)).toEqual([]);
  });

  test('Sundays 03:30, and zones without a clock change, have none', () => {
    expect(notes(weekly(3, 30))).toEqual([]);
    expect(notes(weekly(2, 30), 'UTC')).toEqual([]);
  });

  test('only days that match count', () => {
    expect(notes({ ...weekly(2, 30), month: any(4, 9) })).toEqual([]);
    expect(notes({ ...weekly(2, 30), year: one(2026) })).toEqual([]);
    expect(notes({ ...weekly(2, 30), minute: [{ start: 0, end: 59, step: 15 }] }).map(({ kind }) => kind)).toContain(
      'skipped',
    );
    expect(
      notes({ ...weekly(2, 30), minute: [{ start: 31, end: 59, step: 60 }] }).map(({ text }) => text)[0],
    ).toContain('no 02:31');
  });
});
