import { expect, test } from 'vitest';
import { milliseconds, span } from '../../../windows/duration.ts';

const MINUTE = 60_000;

test.each<[string, number]>([
  ['90s', 90_000],
  ['90m', 90 * MINUTE],
  ['4h', 240 * MINUTE],
  ['1h30m', 90 * MINUTE],
  ['1.5h', 90 * MINUTE],
  ['35 minutes', 35 * MINUTE],
  ['1 minute', MINUTE],
  ['2 hours 5 min', 125 * MINUTE],
  ['1d', 1440 * MINUTE],
  ['PT4H', 240 * MINUTE],
  ['PT1H30M', 90 * MINUTE],
  ['P1DT12H', 2160 * MINUTE],
])('%s is so long', (text, wanted) => {
  expect(milliseconds(text)).toBe(wanted);
});

test.each(['', '4', 'h', '0m', '-4h', '4h4', '4 fortnights', 'P1M', 'P', 'PT', 'soon', '4h later'])(
  '%j is no duration',
  (text) => {
    expect(milliseconds(text)).toBeUndefined();
  },
);

test('what procedures say is understood', () => {
  expect(span('35 minutes')).toBe(35 * MINUTE);
});
