import { expect, inject, test } from 'vitest';
import { faultLoop, table } from './loop.ts';
import { allCases, around, ofEach } from './sample.ts';
import { toldSeed } from './seed.ts';
import { buildDomain } from './stories/build.ts';
import { createVm } from './stories/create-vm.ts';
import { failover } from './stories/failover.ts';
import { snapshot } from './stories/snapshot.ts';
import { upload } from './stories/upload.ts';

const MINUTES = 60_000;
const LANES = 3;
/** Each strikes one of the stories; the seed says which. */
const KINDS = ['worker-kill', 'cancel', 'host-reboot', 'rollback', 'engine-503', 'terminate', 'engine-409'] as const;
/** How many of them each story has. */
const shares = [
  { story: createVm, from: 0, count: 2 },
  { story: snapshot, from: 2, count: 1 },
  { story: failover, from: 3, count: 1 },
  { story: upload, from: 4, count: 2 },
  { story: buildDomain, from: 6, count: 1 },
];

test('whatever dies under images, VMs and a build, and whoever ends them, all is well or told', {
  timeout: 20 * MINUTES,
}, async () => {
  const seed = toldSeed();
  const results = await faultLoop({
    cli: inject('temporalCli'),
    lanes: LANES,
    stories: shares.map(({ story }) => story),
    choose(reference) {
      const { from, count } = shares.find(({ story }) => story === reference.story) ?? { from: 0, count: 0 };
      return ofEach(around(KINDS, from, count, seed), allCases(reference), seed);
    },
  });
  console.log(table(results));
  expect(results.map(({ kind }) => kind).sort()).toEqual([...KINDS].sort());
  expect(results.filter(({ problems }) => problems.length > 0)).toEqual([]);
});
