/** How a worker's process is run: with little memory, for it may stand beside others on a small machine. */
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { workerCode } from './worker-code.ts';
import { workflowCode } from './workflow-code.ts';

export interface WorkerProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** To be added to the environment. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A worker waits most of its time, so its heaps are kept small at the cost of more, and shorter, collections.
 * docs/performance.md has what each of these brings.
 */
const V8 = [
  '--optimize-for-size',
  '--initial-heap-size=8',
  // Percent by which a heap may grow before it is collected.
  '--heap-growing-percent=10',
  // MiB of what has just been made, for each thread.
  '--max-semi-space-size=1',
  // No machine code beside the bytecode: what takes time here is done by others, by Node.js itself, or not at all.
  '--no-opt',
  '--no-sparkplug',
  // Collections after which the bytecode of what has not been called since is dropped.
  '--bytecode-old-age=2',
  // What a stack trace needs is noted at once: to find it later, all of the code would be parsed again.
  '--no-enable-lazy-source-positions',
];

/** The flags for the V8 that is here: Node.js does not start with one that its V8 has no more. */
export function workerFlags(): readonly string[] {
  const options = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  return V8.filter((flag) => options.includes(`  --${flag.replace(/^--(no-)?|=.*$/g, '')} `));
}

/** glibc keeps what is freed, for each thread; here it gives it back. Elsewhere these mean nothing. */
export const WORKER_ENV = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '131072',
};

/** Makes what is missing of the code in `home` and says how the worker is run, which then only reads it. */
export async function prepareWorker(home: string): Promise<WorkerProgram> {
  const kept = resolve(home);
  const [worker, workflows] = await Promise.all([workerCode(kept), workflowCode(kept)]);
  return { command: process.execPath, args: [...workerFlags(), worker.path, workflows.path], env: WORKER_ENV };
}
