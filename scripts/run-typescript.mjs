/** Runs an entry of the project in a Node process of its own that understands TypeScript, and ends as it ends. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/**
 * @param {string} entry
 * @param {readonly string[]} [args]
 */
export function runTypeScript(entry, args = process.argv.slice(2)) {
  const child = spawn(process.execPath, ['--import', 'tsx', entry, ...args], { cwd: PROJECT, stdio: 'inherit' });
  // The child gets the terminal's Ctrl-C itself and ends what it started.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
}
