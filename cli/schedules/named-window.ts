import { didYouMean } from '../../inventory/nearest.ts';
import type { InventoryWindow } from '../../inventory/windows.ts';
import type { MaintenanceWindow } from '../../runbooks/definition.ts';
import { usage } from '../failure.ts';
import { readInventory } from '../trust/file.ts';
import type { TimesFlags } from './spec.ts';

/** What a window of the inventory says, in the shape of the flags that may say it otherwise. */
export interface NamedWindow extends TimesFlags {
  readonly timeZone?: string;
  readonly length?: string;
  readonly catchUp?: string;
  /** What the input of each run takes over. */
  readonly window?: Pick<MaintenanceWindow, 'atEnd' | 'blackouts'>;
}

/** Nothing without a name. @throws CliFailure (usage) when the inventory has no such window */
export async function namedWindow(name: string | undefined, path: string): Promise<NamedWindow> {
  if (name === undefined) return {};
  const { windows } = (await readInventory(path)).inventory;
  const found = windows.find((window) => window.name === name);
  if (found !== undefined) return asFlags(found);
  const known = windows.map((window) => window.name);
  const described = known.length === 0 ? 'it describes none' : `described are ${known.join(', ')}`;
  throw usage(`--window: ${path} describes no window "${name}"; ${described}.${didYouMean(name, known)}`, { known });
}

/** Paths of blackouts stay as they are: the worker reads them beside its inventory. */
function asFlags({ cron, calendar, timeZone, length, catchUp, atEnd, blackouts }: InventoryWindow): NamedWindow {
  return {
    ...(cron !== undefined && { cron }),
    ...(calendar !== undefined && { calendar: JSON.stringify(calendar) }),
    timeZone,
    length,
    catchUp,
    window: { atEnd, ...(blackouts !== undefined && { blackouts }) },
  };
}
