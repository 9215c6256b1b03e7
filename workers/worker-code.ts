import { createRequire } from 'node:module';
import { join } from 'node:path';
import { keptWhole } from '../scripts/bundle.mjs';
import type { KeptCode } from '../scripts/kept-code.mjs';

/** What the SDK runs in a thread of its own, for the workflows. */
const THREAD = createRequire(import.meta.url).resolve('@temporalio/worker/lib/workflow/workflow-worker-thread.js');

/** The code of the worker as one JavaScript file of `home`, and that of its thread for workflows as another. */
export async function workerCode(home: string): Promise<KeptCode> {
  const folder = join(home, 'cache');
  const thread = await keptWhole(THREAD, folder, { alias: { '@grpc/grpc-js': '@grpc/grpc-js/build/src/metadata.js' } });
  return keptWhole('workers/main.ts', folder, { instead: { [THREAD]: thread.path } });
}
