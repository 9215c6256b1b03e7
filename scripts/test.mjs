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
const result = join(folder, 'result.json');
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
  const child = spawn(
    process.execPath,
    [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      ...reporters,
      '--reporter=json',
      `--outputFile.json=${result}`,
      ...args,
    ],
    { cwd: ROOT, stdio: 'inherit', env: { ...process.env, TEMPORAL_CLI: cli } },
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** `N passed, N failed[, N skipped]`: a file that could not be loaded counts as one failure. */
function closingLine(exitCode) {
  let counts;
  try {
    counts = JSON.parse(readFileSync(result, 'utf8'));
  } catch {
    if (exitCode !== 0) console.error('vitest ended without a result.');
    return;
  }
  const broken = counts.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed'),
  );
  const failed = counts.numFailedTests + broken.length;
  const skipped = counts.numPendingTests + (counts.numTodoTests ?? 0);
  // An error outside of any test, such as an unhandled rejection, fails the run too.
  const outside = exitCode !== 0 && failed === 0 ? 1 : 0;
  console.log(
    `\n${counts.numPassedTests} passed, ${failed + outside} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  );
}
