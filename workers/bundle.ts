import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type Logger } from '@temporalio/worker';

const WORKFLOWS = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
const SDK = String(createRequire(import.meta.url)('@temporalio/worker/package.json').version);

interface CachedBundle {
  readonly code: string;
  /** SHA-256 of every file that the bundler read for it, by path; `-` for what it made up itself. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * The code of the workflows as the sandbox takes it. Bundling takes seconds, which a restarted worker does not have,
 * so the bundle is kept with the digests of all that went into it and used as long as every one of them is the same.
 */
export async function workflowBundle(
  home: string,
  logger: Logger,
  workflows = WORKFLOWS,
): Promise<{ code: string; cached: boolean }> {
  const path = join(home, 'cache', `workflows-${sha256(`${workflows} ${SDK} ${process.version}`).slice(0, 16)}.json`);
  const known = await readBundle(path);
  if (known !== undefined && (await unchanged(known))) return { code: known.code, cached: true };
  const read = new Set<string>();
  const { code } = await bundleWorkflowCode({
    workflowsPath: workflows,
    logger: quieter(logger),
    webpackConfigHook: (config) => ({ ...config, plugins: [...(config.plugins ?? []), new Inputs(read)] }),
  });
  const files: Record<string, string> = {};
  for (const file of [...read].sort()) files[file] = await digest(file);
  await keep(path, { code, files });
  return { code, cached: false };
}

/** The bundler's statistics are for those who look for its faults. */
function quieter(logger: Logger): Logger {
  return {
    log: (level, message, meta) => logger.log(level === 'INFO' ? 'DEBUG' : level, message, meta),
    trace: (message, meta) => logger.trace(message, meta),
    debug: (message, meta) => logger.debug(message, meta),
    info: (message, meta) => logger.debug(message, meta),
    warn: (message, meta) => logger.warn(message, meta),
    error: (message, meta) => logger.error(message, meta),
  };
}

interface Compiler {
  readonly hooks: { readonly done: { tap(name: string, act: (stats: Stats) => void): void } };
}
interface Stats {
  readonly compilation: { readonly fileDependencies: Iterable<string> };
}

/** Collects what webpack read, package descriptions included. */
class Inputs {
  constructor(private readonly files: Set<string>) {}

  apply(compiler: Compiler): void {
    compiler.hooks.done.tap('inputs', ({ compilation }) => {
      for (const file of compilation.fileDependencies) this.files.add(file);
    });
  }
}

async function readBundle(path: string): Promise<CachedBundle | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as CachedBundle;
  } catch {
    // Absent or unreadable: it is made anew.
    return undefined;
  }
}

async function unchanged({ code, files }: CachedBundle): Promise<boolean> {
  if (typeof code !== 'string' || Object.keys(files ?? {}).length === 0) return false;
  const same = await Promise.all(Object.entries(files).map(async ([file, sum]) => (await digest(file)) === sum));
  return same.every(Boolean);
}

async function keep(path: string, bundle: CachedBundle): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${randomUUID()}.tmp`;
  await writeFile(unfinished, JSON.stringify(bundle), { mode: 0o600 });
  await rename(unfinished, path);
}

async function digest(file: string): Promise<string> {
  try {
    return sha256(await readFile(file));
  } catch (error) {
    if (['ENOENT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return '-';
    throw error;
  }
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
