import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import { type KeptCode, keptCode, type MadeCode, nameFor } from './kept-code.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ENTRY = join(ROOT, 'workers/main.ts');

/**
 * The code of the worker as one JavaScript file of `home`: a process that serves needs no compiler for TypeScript in it, which
 * would hold more memory than the worker's own code. Packages stay where they are.
 */
export function workerCode(home: string): Promise<KeptCode> {
  return keptCode(join(home, 'cache', `worker-${nameFor(ROOT, process.version)}.mjs`), make);
}

async function make(): Promise<MadeCode> {
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    entryPoints: [ENTRY],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: `node${process.versions.node}`,
    plugins: [PACKAGES],
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild has made nothing of ${ENTRY}`);
  const sources = Object.keys(metafile.inputs).map((path) => join(ROOT, path));
  return { code: file.text, inputs: [fileURLToPath(import.meta.url), join(ROOT, 'package-lock.json'), ...sources] };
}

/** Names of packages become their addresses: from `home` they would not be found. */
const PACKAGES: Plugin = {
  name: 'packages',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (kind === 'entry-point' || pluginData === PACKAGES || isBuiltin(path)) return undefined;
      const found = await resolve(path, { kind, resolveDir, pluginData: PACKAGES });
      if (found.errors.length > 0) return found;
      return { path: pathToFileURL(found.path).href, external: true };
    });
  },
};
