/**
 * An entry of the project with all of our own that it imports as one JavaScript file, which is kept: a process that runs it
 * needs no compiler for TypeScript, which would take it a second and more memory than the code itself. Packages stay where they are.
 */
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { keptCode, nameFor } from './kept-code.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * @param {string} entry such as `workers/main.ts`
 * @param {string} folder where it is kept
 */
export function keptBundle(entry, folder) {
  const name = `${basename(join(entry, '..'))}-${nameFor(ROOT, process.version)}.mjs`;
  return keptCode(join(folder, name), () => bundle(entry));
}

async function bundle(entry) {
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    entryPoints: [join(ROOT, entry)],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: `node${process.versions.node}`,
    plugins: [PACKAGES, PLACES],
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild has made nothing of ${entry}`);
  const sources = Object.keys(metafile.inputs).map((path) => join(ROOT, path));
  return { code: file.text, inputs: [fileURLToPath(import.meta.url), join(ROOT, 'package-lock.json'), ...sources] };
}

/** Names of packages become their addresses: from where the file is kept they would not be found. */
const PACKAGES = {
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

/** What looks for files beside its source finds them there. */
const PLACES = {
  name: 'places',
  setup({ onLoad }) {
    onLoad({ filter: /\.m?[tj]s$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replaceAll(/import\.meta\.url/g, JSON.stringify(pathToFileURL(path).href));
      const [lost] = /import\.meta\.\w+/.exec(contents) ?? [];
      if (lost !== undefined) throw new Error(`${path}: ${lost} means another place in a bundle; use import.meta.url`);
      return { contents, loader: path.endsWith('ts') ? 'ts' : 'js' };
    });
  },
};
