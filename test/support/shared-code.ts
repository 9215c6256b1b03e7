/** Code of workers and workflows is kept by the content of its sources, so all tests may use the same. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** A home that nobody removes, for its code only. */
export const CODE_HOME = join(tmpdir(), `ovirt-runbooks-code-${userInfo().username}`);

/** Makes a home of a test that finds its code there. */
export function shareCode(home: string): void {
  const kept = join(CODE_HOME, 'cache');
  mkdirSync(kept, { recursive: true, mode: 0o700 });
  mkdirSync(home, { recursive: true });
  symlinkSync(kept, join(home, 'cache'));
}
