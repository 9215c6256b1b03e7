/** Code that takes seconds to make, which a restarted process does not have. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Leaves code at `path` as `make` makes it now. It is kept with the digests of all that went into it, and made anew only when
 * one of them differs.
 * @param {string} path
 * @param {() => Promise<import('./kept-code.d.mts').MadeCode>} make
 */
export async function keptCode(path, make) {
  const record = `${path}.json`;
  if (await unchanged(await readDigests(record))) return { path, cached: true };
  const { code, inputs } = await make();
  const digests = { [path]: sha256(code) };
  for (const file of [...inputs].sort()) digests[file] = await digest(file);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await write(path, code);
  await write(record, JSON.stringify(digests));
  return { path, cached: false };
}

/** Short enough for the name of a file. */
export function nameFor(...what) {
  return sha256(what.join(' ')).slice(0, 16);
}

/** SHA-256 of the code and of all that went into it, by path; `-` for what a bundler made up itself. */
async function readDigests(record) {
  try {
    return JSON.parse(await readFile(record, 'utf8')) ?? {};
  } catch {
    // Absent or unreadable: the code is made anew.
    return {};
  }
}

async function unchanged(digests) {
  const entries = Object.entries(digests);
  const same = await Promise.all(entries.map(async ([file, sum]) => (await digest(file)) === sum));
  return entries.length > 0 && same.every(Boolean);
}

/** Whole or not at all, also for another process that reads meanwhile. */
async function write(path, content) {
  const unfinished = `${path}.${randomUUID()}.tmp`;
  await writeFile(unfinished, content, { mode: 0o600 });
  await rename(unfinished, path);
}

async function digest(file) {
  try {
    return sha256(await readFile(file));
  } catch (error) {
    if (['ENOENT', 'EISDIR'].includes(error.code)) return '-';
    throw error;
  }
}

function sha256(content) {
  return createHash('sha256').update(content).digest('hex');
}
