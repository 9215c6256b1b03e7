/** `npm test [-- vitest arguments]`: installs what is missing, runs the tests, and closes with a line that counts them. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages, ROOT, requireNode } from './install.mjs';
import { obtainTemporal, TemporalMissing } from './temporal.mjs';

requireNode();
await installPackages();
const cli = await temporal();
const folder = mkdtempSync(join(tmpdir(), 'ovirt-runbooks-test-'));
const result = join(folder, 'counts.json');
try {
  process.exitCode = await vitest(process.argv.slice(2));
  closingLine(process.exitCode);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Tests start and kill servers of their own, so a running one (TEMPORAL_ADDRESS) is no substitute for the CLI. */
async function temporal() {
  try {
    return await obtainTemporal({ log: console.error });
  } catch (error) {
    if (!(error instanceof TemporalMissing)) throw error;
    console.error(error.message);
    process.exit(3);
  }
}

function vitest(args) {
  const reporters = args.some((arg) => arg.startsWith('--reporter')) ? [] : ['--reporter=default'];
  const counting = `--reporter=${join(ROOT, 'scripts/count-reporter.mjs')}`;
  const child = spawn(
    process.execPath,
    [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...reporters, counting, ...args],
    {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, TEMPORAL_CLI: cli, TEST_COUNTS: result },
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** `N passed, N failed[, N skipped]`, alone on the last line. */
function closingLine(exitCode) {
  let counts;
  try {
    counts = JSON.parse(readFileSync(result, 'utf8'));
  } catch {
    if (exitCode !== 0) console.error('vitest ended without a result.');
    return;
  }
  const { passed, skipped } = counts;
  // What fails a run without failing a test, such as that no test matched, is a failure too.
  const failed = exitCode !== 0 ? Math.max(1, counts.failed) : counts.failed;
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
}
