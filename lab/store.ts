/** The lab's directory on the real disk: keys, CA, secrets, ports. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LabStore } from './types.ts';

export function openStore(dir: string): LabStore {
  mkdirSync(dir, { recursive: true });
  const store: LabStore = {
    dir,
    read: (path) => (existsSync(join(dir, path)) ? readFileSync(join(dir, path), 'utf8') : undefined),
    write: (path, text, mode = 0o644) => {
      mkdirSync(dirname(join(dir, path)), { recursive: true, mode: 0o700 });
      writeFileSync(join(dir, path), text, { mode });
      chmodSync(join(dir, path), mode);
    },
    keep: async (path, make, mode = 0o600) => {
      const known = store.read(path);
      if (known !== undefined) return known;
      const text = await make();
      store.write(path, text, mode);
      return text;
    },
  };
  return store;
}
