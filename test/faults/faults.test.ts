import { expect, inject, test } from 'vitest';
import type { CaseResult } from './case.ts';
import { faultLoop, table } from './loop.ts';
import { questions } from './points.ts';
import { allCases, around, sample, shard, spread, together } from './sample.ts';
import { toldSeed } from './seed.ts';
import { deploy } from './stories/deploy.ts';

const MINUTES = 60_000;
/** With the two files beside it no more datacentres than two cores can serve in time. */
const LANES = 4;
/** Runs that share the kills at the boundaries. */
const KILL_RUNS = 10;
/** Of the other kinds. */
const SAMPLED = 10;

test('whatever dies, the deployment ends as if nothing had happened, or says truthfully that it did not', {
  timeout: 10 * MINUTES,
}, async () => {
  const seed = toldSeed();
  let boundaries = 0;
  const results: CaseResult[] = await faultLoop({
    cli: inject('temporalCli'),
    lanes: LANES,
    stories: [deploy],
    choose(reference) {
      // The changes between an activity's first and last command are left to "npm run faults".
      const points = reference.points.filter(({ which }) => which !== 'inner');
      boundaries = points.length;
      const others = allCases({ ...reference, points }).filter(({ kind }) => kind !== 'worker-kill');
      return [...spread('worker-kill', points, KILL_RUNS), ...sample(others, SAMPLED, seed)];
    },
  });
  console.log(table(results));

  const kills = results.filter(({ kind }) => kind === 'worker-kill');
  expect(boundaries).toBeGreaterThan(60);
  expect(kills.reduce((sum, { blows }) => sum + blows, 0)).toBe(boundaries);
  expect(results).toHaveLength(KILL_RUNS + 3 + SAMPLED);
  expect(results.filter(({ problems }) => problems.length > 0)).toEqual([]);
});

test('a seed chooses the same sample again, shards share everything between them', () => {
  const items = Array.from({ length: 100 }, (_, index) => index);
  expect(sample(items, 10, 7)).toEqual(sample(items, 10, 7));
  expect(sample(items, 10, 7)).not.toEqual(sample(items, 10, 8));
  expect(around(['a', 'b', 'c'], 2, 2, 8)).toEqual(['b', 'c']);
  expect([1, 2, 3].flatMap((index) => shard(items, index, 3)).sort((a, b) => a - b)).toEqual(items);
});

test('blows of one run are far apart, and only those after which it goes on', () => {
  const [asked] = questions(['agree'], 'host1');
  if (asked === undefined) throw new Error('no question');
  const points = [
    ...Array.from({ length: 4 }, (_, changes) => ({ ...asked, side: 'before' as const, changes })),
    asked,
  ];
  const cases = (['worker-kill', 'host-reboot', 'cancel'] as const).flatMap((kind) =>
    points.map((point) => ({ kind, points: [point] })),
  );
  const runs = together(cases, 2).map(({ kind, points: struck }) => [
    kind,
    struck.map((point) => points.indexOf(point)),
  ]);
  expect(runs.filter(([kind]) => kind === 'worker-kill')).toEqual([
    ['worker-kill', [0, 2]],
    ['worker-kill', [1, 3]],
    ['worker-kill', [4]],
  ]);
  expect(runs.map(([, struck]) => struck?.length).slice(3)).toEqual(Array.from({ length: 10 }, () => 1));
});
