import { readFile } from 'node:fs/promises';
import { OperatorError } from '../../failures/operator-error.ts';
import { setField } from '../../inventory/edit.ts';
import { type LoadedInventory, loadInventory, parseInventory } from '../../inventory/load.ts';
import type { Path } from '../../inventory/problem.ts';
import { replaceFile } from '../../inventory/save.ts';
import { usage } from '../failure.ts';

/** The inventory. @throws CliFailure (usage) with a line for each of its problems */
export async function readInventory(path: string): Promise<LoadedInventory> {
  return inWords(() => loadInventory(path), { inventory: path });
}

/** Sets one field of the file; the result has been read as an inventory before it replaces the former. */
export async function pin(path: string, field: Path, value: unknown): Promise<void> {
  await inWords(async () => {
    const before = await readFile(path, 'utf8');
    const after = setField(before, field, value);
    parseInventory(after, path);
    await replaceFile(path, before, after);
  });
}

/** What connectors and the inventory say, as the command line says no. */
export async function inWords<T>(work: () => Promise<T>, fields: Readonly<Record<string, unknown>> = {}): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    throw usage(error.message, { ...fields, ...error.details });
  }
}
