import { expect, inject, test } from 'vitest';
import { isWayOut } from './kinds.ts';
import { faultLoop, table } from './loop.ts';
import { allCases, around, sample } from './sample.ts';
import { toldSeed } from './seed.ts';
import { add } from './stories/add.ts';
import { cleanUp } from './stories/clean-up.ts';
import { cluster } from './stories/cluster.ts';
import { dataCenter } from './stories/data-center.ts';
import { fencing } from './stories/fencing.ts';
import { move } from './stories/move.ts';
import { network } from './stories/network.ts';
import { reboot } from './stories/reboot.ts';
import { recover } from './stories/recover.ts';
import { iscsiDomain, nfsDomain, storageDomain } from './stories/storage-domain.ts';

const MINUTES = 60_000;
const LANES = 3;
/** Of each runbook: interrupted by the world, and ended by people. */
const SAMPLED = 2;
const stories = [recover, move, reboot, cleanUp, add];
/** Of these one, which the seed chooses. */
const storage = [storageDomain, nfsDomain, iscsiDomain];
/** Of these one case each, whoever interrupts it. */
const others = [dataCenter, cluster, network, fencing];

test('whatever dies under the runbooks, and whoever ends them, all is well or told', {
  timeout: 10 * MINUTES,
}, async () => {
  const seed = toldSeed();
  const datacentre = [...others, ...around(storage, 0, 1, seed)];
  const results = await faultLoop({
    cli: inject('temporalCli'),
    lanes: LANES,
    stories: [...stories, ...datacentre],
    choose(reference) {
      // A worker that starts again after each change takes its time: that is left to "npm run faults".
      const all = allCases(reference).filter(({ kind }) => kind !== 'cancel-worker-kill');
      if (datacentre.includes(reference.story)) return sample(all, 1, seed);
      const faults = all.filter(({ kind }) => !isWayOut(kind));
      const waysOut = all.filter(({ kind }) => isWayOut(kind));
      return [...sample(faults, SAMPLED, seed), ...sample(waysOut, 1, seed)];
    },
  });
  console.log(table(results));
  expect(results).toHaveLength(stories.length * (SAMPLED + 1) + datacentre.length);
  expect(results.filter(({ problems }) => problems.length > 0)).toEqual([]);
});
