/** What must be there before anything of this project can be imported: a new enough Node, and its packages. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withFileLock } from './file-lock.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NEEDED = [20, 19];

/** Ends the process with a sentence on a Node that is too old. */
export function requireNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  console.error(
    `This needs Node ${NEEDED.join('.')} or newer; this is ${version}. Install a newer one from https://nodejs.org.`,
  );
  process.exit(3);
}

/** Runs `npm ci` when the lockfile is newer than what is installed; of several at once one installs, the others wait. */
export async function installPackages(log = console.error) {
  if (!outdated()) return;
  // Outside of the checkout, because `npm ci` empties node_modules and git should not see it.
  const lock = join(tmpdir(), `ovirt-runbooks-${createHash('sha256').update(ROOT).digest('hex').slice(0, 12)}.lock`);
  await withFileLock(
    lock,
    () => {
      if (!outdated()) return;
      log('Installing packages (npm ci) …');
      const [npm, ...args] = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
      const run = spawnSync(npm, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
        cwd: ROOT,
        stdio: ['ignore', 2, 2],
      });
      if (run.status === 0) return;
      log(
        `npm ci failed${run.error ? ` (${run.error.message})` : ''}: see its output above; it needs the network, or a registry that npm is configured for.`,
      );
      process.exit(3);
    },
    { waiting: (pid) => log(`Process ${pid} is installing packages: waiting for it.`) },
  );
}

function outdated() {
  const wished = changed(join(ROOT, 'package-lock.json'));
  const installed = changed(join(ROOT, 'node_modules', '.package-lock.json'));
  return installed === undefined || (wished !== undefined && wished > installed);
}

function changed(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
