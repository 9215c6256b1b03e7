/** Code that takes seconds to make, which a restarted worker does not have. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface MadeCode {
  readonly code: string;
  /** Every file that was read for it. */
  readonly inputs: Iterable<string>;
}

export interface KeptCode {
  /** Absolute. */
  readonly path: string;
  /** It was there and is still right. */
  readonly cached: boolean;
}

/** SHA-256 of the code and of all that went into it, by path; `-` for what a bundler made up itself. */
type Digests = Readonly<Record<string, string>>;

/**
 * Leaves code at `path` as `make` makes it now. It is kept with the digests of all that went into it, and made anew only when
 * one of them differs.
 */
export async function keptCode(path: string, make: () => Promise<MadeCode>): Promise<KeptCode> {
  const record = `${path}.json`;
  if (await unchanged(await readDigests(record))) return { path, cached: true };
  const { code, inputs } = await make();
  const digests: Record<string, string> = { [path]: sha256(code) };
  for (const file of [...inputs].sort()) digests[file] = await digest(file);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await write(path, code);
  await write(record, JSON.stringify(digests));
  return { path, cached: false };
}

/** Short enough for the name of a file. */
export function nameFor(...what: readonly string[]): string {
  return sha256(what.join(' ')).slice(0, 16);
}

async function readDigests(record: string): Promise<Digests> {
  try {
    return (JSON.parse(await readFile(record, 'utf8')) ?? {}) as Digests;
  } catch {
    // Absent or unreadable: the code is made anew.
    return {};
  }
}

async function unchanged(digests: Digests): Promise<boolean> {
  const entries = Object.entries(digests);
  const same = await Promise.all(entries.map(async ([file, sum]) => (await digest(file)) === sum));
  return entries.length > 0 && same.every(Boolean);
}

/** Whole or not at all, also for another worker that reads meanwhile. */
async function write(path: string, content: string): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.tmp`;
  await writeFile(unfinished, content, { mode: 0o600 });
  await rename(unfinished, path);
}

async function digest(file: string): Promise<string> {
  try {
    return sha256(await readFile(file));
  } catch (error) {
    if (['ENOENT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return '-';
    throw error;
  }
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
