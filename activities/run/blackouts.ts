import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { OperatorError } from '../../failures/operator-error.ts';
import { loadInventory } from '../../inventory/load.ts';
import { type Blackout, BlackoutCalendar, CalendarProblem } from '../../windows/blackouts.ts';
import type { Moment } from '../../windows/zone.ts';

/** What is blocked between two moments; whole days and local times are those of the zone. */
export type Blackouts = (from: Moment, to: Moment, zone: string) => readonly Blackout[];

/**
 * The blackouts of a window and those of the inventory, read anew: what was announced after a run began counts for it.
 * Relative paths are beside the inventory.
 * @throws CalendarProblem with a sentence, without its full stop
 */
export async function readBlackouts(inventory: string, own: string | undefined): Promise<Blackouts> {
  const paths = [...(own === undefined ? [] : [own]), ...(await inventoryBlackouts(inventory))];
  const calendars = await Promise.all(paths.map((path) => readCalendar(path, dirname(inventory))));
  return (from, to, zone) =>
    calendars.flatMap((calendar) => calendar.between(from, to, zone)).sort((a, b) => a.from - b.from);
}

async function inventoryBlackouts(inventory: string): Promise<readonly string[]> {
  try {
    return (await loadInventory(inventory)).inventory.blackouts;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    throw new CalendarProblem(`the blackouts of the inventory cannot be told: ${error.message.replace(/\.$/, '')}`);
  }
}

async function readCalendar(path: string, directory: string): Promise<BlackoutCalendar> {
  try {
    return BlackoutCalendar.parse(await readFile(resolve(directory, path), 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CalendarProblem(`its blackouts ${path} cannot be told: ${why}`);
  }
}
