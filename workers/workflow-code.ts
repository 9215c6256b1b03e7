import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
    sourcemap: 'inline',
    sourcesContent: false,
  });
  return { code: narrow.code, inputs };
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
