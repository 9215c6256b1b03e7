/**
 * schedules/ knows maintenance windows as Temporal's schedules: made from flags, read back, shown.
 * This file: the window that flags describe, checked before anything is sent.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { didYouMean } from '../../inventory/nearest.ts';
import type { AtEnd, MaintenanceWindow } from '../../runbooks/definition.ts';
import { BlackoutCalendar } from '../../windows/blackouts.ts';
import { DURATION_FORMS, milliseconds } from '../../windows/duration.ts';
import { zoneName } from '../../windows/zone-name.ts';
import { messageOf, usage } from '../failure.ts';

export interface WindowFlags {
  readonly length?: string;
  readonly atEnd?: AtEnd;
  readonly blackouts?: string;
  readonly timeZone?: string;
  readonly windowOpens?: string;
}

/** The window for which a single run is to wait; nothing without `--window-opens`. @throws CliFailure (usage) */
export function givenWindow(flags: WindowFlags): MaintenanceWindow | undefined {
  const { windowOpens, length } = flags;
  if (windowOpens === undefined) {
    const other = (['length', 'atEnd', 'blackouts', 'timeZone'] as const).find((name) => flags[name] !== undefined);
    if (other === undefined) return undefined;
    throw usage(`--${other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} goes with --window-opens.`);
  }
  if (length === undefined) throw usage('--window-opens needs --length: how long the window is open, such as 4h.');
  const window = windowOf(flags);
  const closes = Date.parse(windowOpens) + (milliseconds(length) ?? 0);
  if (closes > Date.now()) return window;
  throw usage(`--window-opens: the window has closed already, at ${new Date(closes).toISOString()}.`);
}

/** @throws CliFailure (usage) with a sentence that names the flag */
export function windowOf({ length, atEnd, blackouts, timeZone, windowOpens }: WindowFlags): MaintenanceWindow {
  const opens = windowOpens === undefined ? undefined : openingTime(windowOpens);
  return {
    length: duration('--length', length ?? ''),
    ...(opens !== undefined && { opens }),
    ...(atEnd !== undefined && { atEnd }),
    ...(blackouts !== undefined && { blackouts: calendarPath(blackouts) }),
    ...(timeZone !== undefined && { timeZone: knownZone(timeZone) }),
  };
}

/** The duration as it was typed. */
export function duration(flag: string, text: string): string {
  if (milliseconds(text) === undefined) throw usage(`${flag}: must be ${DURATION_FORMS}; it is "${text}".`);
  return text;
}

export function knownZone(name: string): string {
  const zone = zoneName(name);
  if (zone !== undefined) return zone;
  throw usage(
    `--time-zone: must be a name of the time zone database, such as Europe/Zurich or UTC; it is "${name}".${didYouMean(name, Intl.supportedValuesOf('timeZone'))}`,
  );
}

function openingTime(text: string): string {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))) {
    return text;
  }
  throw usage(`--window-opens: must be a time with its zone, such as 2027-03-28T22:00:00+02:00; it is "${text}".`);
}

/** The worker reads the file by this path, so it stays a reference; what is in it is checked here. */
function calendarPath(file: string): string {
  const path = resolve(file);
  readCalendar(path, (why) => usage(`--blackouts: ${file} cannot be used: ${why}.`));
  return path;
}

/** @throws whatever `refuse` makes of the reason why there is no calendar */
export function readCalendar(path: string, refuse: (why: string) => Error): BlackoutCalendar {
  try {
    return BlackoutCalendar.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw refuse(messageOf(error));
  }
}
