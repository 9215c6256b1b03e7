import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withFileLock } from '../../../scripts/file-lock.mjs';

const lock = () => join(mkdtempSync(join(tmpdir(), 'lock-')), 'lock');

test('holders come one after the other, and the lock is gone afterwards', async () => {
  const path = lock();
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await Promise.all([1, 2, 3].map(() => withFileLock(path, work)));
  expect(most).toBe(1);
  expect(existsSync(path)).toBe(false);
});

test('the lock is given back when the work fails', async () => {
  const path = lock();
  await expect(withFileLock(path, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(existsSync(path)).toBe(false);
});

test('a dead holder holds nothing', async () => {
  const path = lock();
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(path, `${pid}\n`);
  await expect(withFileLock(path, () => 'mine')).resolves.toBe('mine');
});
