/** Reads `datacenter.yaml`: all its problems at once, each with its line, or the inventory with its digest. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { OperatorError } from '../failures/operator-error.ts';
import { findDuplicates } from './duplicates.ts';
import type { Problem } from './problem.ts';
import { explain } from './problems.ts';
import { findBrokenReferences } from './references.ts';
import { type Inventory, inventorySchema } from './schema.ts';
import { YamlSource } from './yaml-source.ts';

export interface LoadedInventory {
  readonly inventory: Inventory;
  /** SHA-256 over the inventory with its defaults: comments and the order of keys do not change it. */
  readonly digest: string;
  /** The folder to which its paths are relative. */
  readonly directory: string;
}

interface Cached {
  readonly version: string;
  readonly loaded: LoadedInventory;
}

const cache = new Map<string, Cached>();

/** Reads the file again only when its time or size changed; throws `InvalidInventory` with one line per problem. */
export async function loadInventory(path: string): Promise<LoadedInventory> {
  const file = resolve(path);
  try {
    const { mtimeMs, size, ino } = await stat(file);
    const version = `${mtimeMs} ${size} ${ino}`;
    const cached = cache.get(file);
    if (cached?.version === version) return cached.loaded;
    const loaded = { ...parseInventory(await readFile(file, 'utf8'), file), directory: dirname(file) };
    cache.set(file, { version, loaded });
    return loaded;
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new OperatorError('InvalidInventory', `Cannot read the inventory ${file}: ${why}.`, { cause: error });
  }
}

/** Checks the text of an inventory; `name` stands in front of each problem. */
export function parseInventory(text: string, name: string): Pick<LoadedInventory, 'inventory' | 'digest'> {
  const source = new YamlSource(text);
  if (source.problems.length > 0) throw invalid(name, source.problems);
  const parsed = inventorySchema.safeParse(source.data);
  const issues = parsed.success ? [] : explain(parsed.error.issues, source);
  const problems = [...issues, ...findDuplicates(source), ...findBrokenReferences(source)].sort(
    (a, b) => a.line - b.line,
  );
  if (!parsed.success || problems.length > 0) throw invalid(name, problems);
  return { inventory: parsed.data, digest: createHash('sha256').update(canonical(parsed.data)).digest('hex') };
}

function invalid(name: string, problems: readonly Problem[]): OperatorError {
  const lines = problems.map(({ line, sentence }) => `${name}:${line}: ${sentence}`);
  return new OperatorError('InvalidInventory', lines.join('\n'), {
    details: { problems: problems.map(({ line, path, sentence }) => ({ line, path, sentence })) },
  });
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
