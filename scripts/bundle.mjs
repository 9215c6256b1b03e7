/**
 * An entry of the project as one JavaScript file, which is kept: a process that runs it needs no compiler for TypeScript,
 * which would take it a second and more memory than the code itself.
 */
import { readFile } from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { keptCode, nameFor } from './kept-code.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const IN_PACKAGE = /[\\/]node_modules[\\/]/;

/**
 * All of our own that the entry imports; packages stay where they are, and are read only when they are needed.
 * @param {string} entry such as `cli/main.ts`
 * @param {string} folder where it is kept
 */
export function keptBundle(entry, folder) {
  return kept(entry, folder, `${nameFor(ROOT, process.version)}.mjs`, {
    format: 'esm',
    plugins: [PACKAGES_BESIDE, places()],
  });
}

/**
 * Packages too, as short as they can be made: what a process that serves for long holds of their text, and of a module for
 * each of their files, is a tenth of its memory.
 * @param {string} entry such as `workers/main.ts`
 * @param {string} folder where it is kept
 * @param {import('./bundle.d.mts').Otherwise} [otherwise]
 */
export function keptWhole(entry, folder, otherwise = {}) {
  const { instead, alias } = otherwise;
  const name = nameFor(ROOT, process.version, JSON.stringify(otherwise));
  return kept(entry, folder, `${name}.cjs`, {
    format: 'cjs',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    // Lines that a stack trace can point to.
    lineLimit: 200,
    alias,
    plugins: [BINARIES, NO_BUNDLER, places(instead, short)],
  });
}

/**
 * Packages too: what ends soon takes most of its time to find them, file by file. What is imported later stays where it is.
 * @param {string} entry such as `cli/main.ts`
 * @param {string} folder where it is kept
 */
export function keptCommand(entry, folder) {
  return kept(entry, folder, `${nameFor(ROOT, process.version)}.cjs`, {
    format: 'cjs',
    plugins: [BINARIES, LATER_BESIDE, places()],
  });
}

function kept(entry, folder, name, form) {
  return keptCode(join(folder, `${basename(dirname(entry))}-${name}`), () => bundle(entry, form));
}

async function bundle(entry, form) {
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    entryPoints: [resolve(ROOT, entry)],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: `node${process.versions.node}`,
    ...form,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild has made nothing of ${entry}`);
  // The lock file stands for all packages.
  const own = Object.keys(metafile.inputs).filter((path) => !IN_PACKAGE.test(`/${path}`));
  const sources = own.map((path) => join(ROOT, path));
  return { code: file.text, inputs: [fileURLToPath(import.meta.url), join(ROOT, 'package-lock.json'), ...sources] };
}

/** Names of packages become their addresses: from where the file is kept they would not be found. */
const PACKAGES_BESIDE = beside('packages-beside', (kind) => kind !== 'entry-point');
const LATER_BESIDE = beside('later-beside', (kind) => kind === 'dynamic-import');

function beside(name, applies) {
  return {
    name,
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^[^./]/ }, async ({ path, kind, resolveDir, pluginData }) => {
        if (!applies(kind) || pluginData === name || isBuiltin(path)) return undefined;
        const found = await resolve(path, { kind, resolveDir, pluginData: name });
        if (found.errors.length > 0) return found;
        return { path: pathToFileURL(found.path).href, external: true };
      });
    },
  };
}

/** Those of ssh2 are mostly not built, and it does without. Temporal's Rust core is asked for by its place. */
const BINARIES = {
  name: 'binaries',
  setup({ onResolve }) {
    onResolve({ filter: /\.node$/ }, ({ path, importer }) => {
      try {
        return { path: createRequire(importer).resolve(path), external: true };
      } catch {
        return { path, external: true };
      }
    });
  },
};

/** The SDK's worker brings its bundler of workflows and loads it at once; here they come bundled. */
const NO_BUNDLER = {
  name: 'no-bundler',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(webpack|memfs|unionfs)$/ }, ({ path }) => ({ path, namespace: 'none' }));
    onLoad({ filter: /./, namespace: 'none' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** What looks for files beside its source finds them there, or what stands for them; code of packages is `made` into what is kept. */
function places(instead = {}, made = (text) => text) {
  return {
    name: 'places',
    setup({ onLoad }) {
      onLoad({ filter: /\.[cm]?[tj]s$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const contents = placed(path, IN_PACKAGE.test(path) ? await made(text) : text, instead);
        return { contents, loader: path.endsWith('ts') ? 'ts' : 'js' };
      });
    },
  };
}

/** Names within packages are of use to nobody here; in our own code a stack trace tells them. */
async function short(text) {
  const { transform } = await import('esbuild');
  return (await transform(late(text), { minify: true, legalComments: 'none' })).code;
}

/** Lists for messages that are mostly never written: to make the first one reads 6 MB of the languages that Node.js knows. */
function late(text) {
  return text.replaceAll(/\bnew Intl\.ListFormat\([^()]*\)/g, (made) => `{ format: (words) => ${made}.format(words) }`);
}

/** The same code, which takes its place from here and not from where it will stand. */
function placed(path, text, instead) {
  const contents = text
    .replaceAll(/\bimport\.meta\.url\b/g, JSON.stringify(pathToFileURL(path).href))
    .replaceAll(/\b__filename\b/g, JSON.stringify(path))
    .replaceAll(/\b__dirname\b/g, JSON.stringify(dirname(path)))
    .replaceAll(/\brequire\.resolve\((['"])([^'"]+)\1\)/g, (_, __, to) => {
      const place = createRequire(path).resolve(to);
      return JSON.stringify(instead[place] ?? place);
    });
  const [lost] = /\bimport\.meta\.\w+/.exec(contents) ?? [];
  if (lost !== undefined) throw new Error(`${path}: ${lost} means another place in a bundle; use import.meta.url`);
  return contents;
}
