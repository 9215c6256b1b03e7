/** A vitest reporter that leaves the counts of a run in the file that TEST_COUNTS names. */
import { writeFileSync } from 'node:fs';

export default class CountReporter {
  onTestRunEnd(modules, errors) {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) counts[test.result().state] += 1;
      // A file that cannot be loaded, or whose hooks break, fails without any test that does.
      if (!module.ok() && [...module.children.allTests('failed')].length === 0) counts.failed += 1;
    }
    if (process.env.TEST_COUNTS) writeFileSync(process.env.TEST_COUNTS, JSON.stringify(counts));
  }
}
