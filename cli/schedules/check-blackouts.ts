import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Path, Problem } from '../../inventory/problem.ts';
import { problemAt } from '../../inventory/problems.ts';
import { YamlSource } from '../../inventory/yaml-source.ts';
import { CalendarProblem } from '../../windows/blackouts.ts';
import { usage } from '../failure.ts';
import { readCalendar } from './window-flags.ts';

/** Reads every calendar that an inventory names. @throws CliFailure (usage) with a line for each that cannot be used */
export async function checkBlackouts(inventory: string): Promise<void> {
  const source = new YamlSource(await readFile(inventory, 'utf8'));
  const problems = places(source).flatMap((path) => problemOf(source, path, dirname(inventory)));
  if (problems.length === 0) return;
  const lines = problems.map(({ line, sentence }) => `${inventory}:${line}: ${sentence}`);
  throw usage(lines.join('\n'), { inventory, problems });
}

/** Where paths of calendars stand. */
function places(source: YamlSource): readonly Path[] {
  const entries = (list: string) => ((source.value([list]) ?? []) as readonly unknown[]).map((_, at) => [list, at]);
  return [...entries('blackouts'), ...entries('windows').map((at) => [...at, 'blackouts'])];
}

function problemOf(source: YamlSource, path: Path, directory: string): readonly Problem[] {
  const file = source.value(path);
  if (typeof file !== 'string') return [];
  try {
    readCalendar(resolve(directory, file), (why) => new CalendarProblem(why));
    return [];
  } catch (error) {
    return [problemAt(source, path, `names ${file}, which cannot be used: ${(error as Error).message}`)];
  }
}
