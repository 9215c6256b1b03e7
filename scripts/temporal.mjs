/** Finds the Temporal CLI, whose dev server a stack runs on, or brings it here. Without dependencies: used before `npm ci`. */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withFileLock } from './file-lock.mjs';
import { userCache } from './user-cache.mjs';

/** Tags after 1.5.1 carry `replace` lines in go.mod, so `go install` refuses them. */
export const CLI_VERSION = '1.5.1';
const DOWNLOAD_SECONDS = 60;
const BUILD_SECONDS = 1200;

export class TemporalMissing extends Error {}

/** Where a CLI that we brought is kept: `~/.cache/ovirt-runbooks/temporal-1.5.1`, or under XDG_CACHE_HOME. */
export function cacheDirectory(env = process.env) {
  return join(userCache(env), `temporal-${CLI_VERSION}`);
}

/**
 * The CLI that is on this machine, without bringing anything: TEMPORAL_CLI, PATH, our cache.
 * @throws TemporalMissing when TEMPORAL_CLI names something that cannot be run
 */
export function findTemporal(env = process.env) {
  if (env.TEMPORAL_CLI) {
    if (runs(env.TEMPORAL_CLI)) return env.TEMPORAL_CLI;
    throw new TemporalMissing(`TEMPORAL_CLI names ${env.TEMPORAL_CLI}, which cannot be run: correct it, or unset it.`);
  }
  const onPath = (env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, 'temporal'));
  return [...onPath, join(cacheDirectory(env), 'temporal')].find((path) => executable(path) && runs(path));
}

/**
 * The CLI, brought into the cache if this machine has none: downloaded as the SDK does, else built with Go.
 * @param {{ env?: NodeJS.ProcessEnv, log?: (line: string) => void }} [options]
 * @throws TemporalMissing with the ways out
 */
export async function obtainTemporal({ env = process.env, log = () => undefined } = {}) {
  const found = findTemporal(env);
  if (found) return found;
  const cache = cacheDirectory(env);
  mkdirSync(cache, { recursive: true });
  return withFileLock(
    join(cache, 'lock'),
    async () => {
      const meanwhile = findTemporal(env);
      if (meanwhile) return meanwhile;
      const reasons = [];
      for (const bring of [download, build]) {
        const draft = mkdtempSync(join(cache, 'draft-'));
        try {
          const brought = await bring(draft, env, log);
          if (!runs(brought)) throw new Error('what was brought does not run on this machine');
          renameSync(brought, join(cache, 'temporal'));
          log(`Temporal CLI: kept in ${cache}`);
          return join(cache, 'temporal');
        } catch (error) {
          reasons.push(`${bring.name}: ${error.message}`);
          log(`Temporal CLI: ${reasons.at(-1)}`);
        } finally {
          rmSync(draft, { recursive: true, force: true });
        }
      }
      throw new TemporalMissing(
        `No Temporal server can be started (${reasons.join('; ')}): install the Temporal CLI so that "temporal" is on PATH (https://docs.temporal.io/cli), or set TEMPORAL_CLI to it, or set TEMPORAL_ADDRESS to a server that runs already, or install Go.`,
      );
    },
    { waiting: (pid) => log(`Temporal CLI: process ${pid} is bringing it, waiting`) },
  );
}

/** The SDK's own download, which also verifies what fits the platform; it starts the server once and stops it. */
async function download(draft, env, log) {
  log(`Temporal CLI: downloading ${CLI_VERSION} as the SDK does (at most ${DOWNLOAD_SECONDS} s)`);
  const script = `
    const { Runtime } = await import('@temporalio/worker');
    const runtime = Runtime.instance({});
    const exe = { type: 'cached-download', downloadDir: ${JSON.stringify(draft)}, version: 'v${CLI_VERSION}', ttl: 86400000, sdkName: 'sdk-typescript', sdkVersion: '1.24.0' };
    const log = { format: 'pretty', level: 'error' };
    const server = await runtime.createEphemeralServer({ type: 'dev-server', exe, namespace: 'default', ip: '127.0.0.1', port: null, uiPort: null, dbFilename: null, ui: false, log, extraArgs: [] });
    await runtime.shutdownEphemeralServer(server);
    process.exit(0);`;
  await execute(process.execPath, ['--input-type=module', '-e', script], { env, seconds: DOWNLOAD_SECONDS });
  const file = readdirSync(draft).find((name) => executable(join(draft, name)));
  if (!file) throw new Error('the download left no program');
  return join(draft, file);
}

async function build(draft, env, log) {
  const program = `github.com/temporalio/cli/cmd/temporal@v${CLI_VERSION}`;
  if (spawnSync('go', ['version'], { env, stdio: 'ignore' }).status !== 0) throw new Error('Go is not installed');
  log(`Temporal CLI: building it with "go install ${program}" (about 3 minutes)`);
  const began = Date.now();
  const ticker = setInterval(() => log(`Temporal CLI: building, ${Math.round((Date.now() - began) / 1000)} s`), 20_000);
  try {
    // -buildvcs=false: a module from the proxy has no working copy to ask.
    const settings = { ...env, GOBIN: draft, GOFLAGS: '-mod=mod -buildvcs=false' };
    await execute('go', ['install', program], { env: settings, seconds: BUILD_SECONDS });
  } finally {
    clearInterval(ticker);
  }
  return join(draft, 'temporal');
}

/** Runs a program quietly; its last line of stderr is the reason when it fails. */
function execute(program, args, { env, seconds }) {
  return new Promise((resolve, reject) => {
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    const child = spawn(program, args, {
      env,
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: seconds * 1000,
      killSignal: 'SIGKILL',
    });
    let words = '';
    child.stderr.on('data', (chunk) => {
      words = (words + chunk).slice(-4000);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(undefined);
      const lines = words
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean);
      const told = lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? `exit code ${code}`;
      reject(new Error(signal ? `gave up after ${seconds} s` : told.replace(/^\[?Error: /, '').slice(0, 160)));
    });
  });
}

function runs(path) {
  return spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 20_000 }).status === 0;
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
