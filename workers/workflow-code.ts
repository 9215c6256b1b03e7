import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';
import { type KeptCode, keptCode, type MadeCode, nameFor } from '../scripts/kept-code.mjs';

const WORKFLOWS = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
const SDK = String(createRequire(import.meta.url)('@temporalio/worker/package.json').version);

/** The code of the workflows as the sandbox takes it, in a file of `home`. */
export function workflowCode(home: string, workflows = WORKFLOWS): Promise<KeptCode> {
  const path = join(home, 'cache', `workflows-${nameFor(workflows, SDK, process.version)}.js`);
  return keptCode(path, () => make(workflows));
}

async function make(workflows: string): Promise<MadeCode> {
  // Both bundlers are large, and mostly the code is there.
  const [sdk, { transform }] = await Promise.all([import('@temporalio/worker'), import('esbuild')]);
  const inputs = new Set([fileURLToPath(import.meta.url)]);
  const { code } = await sdk.bundleWorkflowCode({
    workflowsPath: workflows,
    // Its statistics are for those who look for its faults.
    logger: new sdk.DefaultLogger('WARN'),
    webpackConfigHook: (config) => ({
      ...config,
      // Stack traces need lines; the text of the sources would be three fifths of what a worker holds of its workflows.
      devtool: 'inline-nosources-cheap-module-source-map',
      plugins: [...(config.plugins ?? []), new Inputs(inputs)],
    }),
  });
  // One character beyond Latin-1 makes V8 hold two bytes for each, three times over; esbuild writes them as escapes.
  const narrow = await transform(code, {
    minifyWhitespace: true,
    legalComments: 'none',
    sourcemap: 'external',
    sourcesContent: false,
  });
  const map = Buffer.from(byLine(narrow.map)).toString('base64');
  return { code: `${narrow.code}//# sourceMappingURL=data:application/json;base64,${map}\n`, inputs };
}

/**
 * The same source map with one position for each line of the sources, which is all that webpack tells: a thread holds the map
 * several times over.
 */
function byLine(json: string): string {
  const map = JSON.parse(json) as { mappings: string };
  const lines = decode(map.mappings).map((segments) => {
    let last = '';
    return segments.flatMap(([column, source, line]): SourceMapSegment[] => {
      const at = `${source}:${line}`;
      if (at === last) return [];
      last = at;
      return [source === undefined || line === undefined ? [column] : [column, source, line, 0]];
    });
  });
  return JSON.stringify({ ...map, names: [], mappings: encode(lines) });
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
