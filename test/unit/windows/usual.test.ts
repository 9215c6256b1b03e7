import { expect, test } from 'vitest';
import { usual } from '../../../windows/usual.ts';

test.each<[string, readonly number[], ReturnType<typeof usual>]>([
  ['four runs tell nothing', [1, 2, 3, 4], undefined],
  ['of five the longest counts', [5000, 1000, 9000, 3000, 2000], { ms: 9000, runs: 5 }],
  ['of twenty the second longest', [...Array(18).fill(10), 700, 90_000], { ms: 700, runs: 20 }],
  ['of a hundred the sixth longest', Array.from({ length: 100 }, (_, at) => 100 - at), { ms: 95, runs: 100 }],
])('%s', (_what, durations, expected) => {
  expect(usual(durations)).toEqual(expected);
});
