import { join } from 'node:path';
import { keptWhole } from '../scripts/bundle.mjs';
import type { KeptCode } from '../scripts/kept-code.mjs';

/** The code of the worker as one JavaScript file of `home`. */
export function workerCode(home: string): Promise<KeptCode> {
  return keptWhole('workers/main.ts', join(home, 'cache'));
}
