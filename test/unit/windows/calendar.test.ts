import { describe, expect, test } from 'vitest';
import { cronProblem } from '../../../windows/calendar.ts';

describe('a cron expression', () => {
  test.each([
    '30 2 * * SUN',
    '*/15 0-6 1,15 jan-mar 1-5',
    '0 3 1 1 * 2030',
    '*/20 * * * * * *',
    '0 0 * * 7 # Sundays',
    '@daily',
    '@every 1h',
    '0 2 ? * Monday',
  ])('"%s" is one that Temporal takes', (text) => {
    expect(cronProblem(text)).toBeUndefined();
  });

  test.each<[string, RegExp]>([
    ['', /^must be minute, hour, day of the month, month, day of the week/],
    ['30 2 * *', /^must be minute, hour/],
    ['60 2 * * *', /from 0 to 59, .* as its minute$/],
    ['0 24 * * *', /as its hour$/],
    ['0 2 0 * *', /from 1 to 31, .* as its day of the month$/],
    ['0 2 * FOO *', /from 1 to 12, or names such as JAN, .* as its month$/],
    ['0 2 * * 5-1', /as its day of the week$/],
    ['*/0 2 * * *', /as its minute$/],
    ['0 2 * * * 1999', /as its year$/],
    ['61 0 2 * * * *', /as its second$/],
    ['TZ=UTC 0 2 * * *', /^must not name a zone/],
  ])('"%s" is not', (text, sentence) => {
    expect(cronProblem(text)).toMatch(sentence);
  });
});
