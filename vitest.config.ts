import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The long files first: one that begins when the others are through is waited for by all. */
const LONG_FIRST = [
  'test/faults/faults.',
  'test/e2e/build-datacenter',
  'test/e2e/cli.',
  'test/e2e/schedules',
  // Not beside the other loop: each of both keeps several datacentres busy.
  'test/faults/',
  // Waits for Python and its packages, most of its time.
  'lab/engine/api/sdk/',
  'test/e2e/',
  'test/workflow/',
];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const path = relative(import.meta.dirname, moduleId);
      const found = LONG_FIRST.findIndex((start) => path.startsWith(start));
      return found === -1 ? LONG_FIRST.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    // A file with a stack waits about a quarter of its time; one more than there are cores leaves none of them idle.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongFirst },
    // For a machine on which other things run too: a file takes twice as long beside another one.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'world',
          include: ['test/{faults,e2e,workflow,replay}/**/*.test.ts'],
          globalSetup: ['test/support/temporal-server.ts'],
        },
      },
      { extends: true, test: { name: 'activity', include: ['test/activity/**/*.test.ts'] } },
      // Nothing here outlives a test, so the files share what they import.
      { extends: true, test: { name: 'lab', include: ['lab/**/*.test.ts'], isolate: false } },
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: false } },
    ],
  },
});
