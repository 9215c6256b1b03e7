import { spell } from '../../reports/duration.ts';
import type { MaintenanceWindow } from '../../runbooks/definition.ts';
import { type Blackout, CalendarProblem } from '../../windows/blackouts.ts';
import { milliseconds } from '../../windows/duration.ts';
import { room, type Slot, slots } from '../../windows/room.ts';
import { localSpan, localTime } from '../../windows/zone.ts';
import type { ActivityServices } from '../runtime/services.ts';
import { readBlackouts } from './blackouts.ts';

export interface WindowQuestion {
  readonly window: MaintenanceWindow;
  /** When the run's own window opens or has opened. */
  readonly opensAt: string;
  /** Id of the schedule that started the run: it has more windows. */
  readonly schedule?: string;
  /** What has to fit, in milliseconds of the real clock. */
  readonly needs: number;
}

export interface WindowView {
  readonly fits: boolean;
  /** While it fits: the latest time to begin. */
  readonly beginBefore?: string;
  /** How the window stands, as the rest of a sentence: "it closes at …". */
  readonly why: string;
  /** The run's own window has not opened yet. */
  readonly early?: true;
  /** Where it fits next. */
  readonly next?: { readonly opensAt: string; readonly words: string };
  /** Why it fits nowhere, as a sentence. */
  readonly noNext?: string;
}

/** How far ahead room is looked for. */
const HORIZON_MS = 366 * 86_400_000;

/** Looks at the clock, the schedule and the blackouts as they are now. */
export async function lookAtWindow(
  services: Pick<ActivityServices, 'schedules' | 'inventory'>,
  question: WindowQuestion,
): Promise<WindowView> {
  const { window, needs } = question;
  const schedule = question.schedule === undefined ? undefined : await services.schedules.state(question.schedule);
  const zone = window.timeZone ?? schedule?.timeZone ?? 'UTC';
  const length = milliseconds(window.length) ?? 0;
  const own = Date.parse(question.opensAt);
  const now = Date.now();
  try {
    const blocked = await readBlackouts(services.inventory, window.blackouts);
    const more =
      schedule === undefined || schedule.paused || question.schedule === undefined ? undefined : question.schedule;
    const openings = [own];
    const pages = more === undefined ? [[]] : services.schedules.times(more, now - length, now + HORIZON_MS);
    let view: WindowView | undefined;
    for await (const page of pages) {
      openings.push(...page);
      const until = Math.max(...openings) + length;
      const blackouts = blocked(Math.min(now, ...openings), until, zone);
      const all = slots(openings, length, blackouts);
      const { fits, open, next } = room(all, now, needs);
      const why = standing({ all, open, own, blackouts, now, zone });
      if (fits && open) return { fits, why, beginBefore: new Date(open.to - needs).toISOString() };
      const early = now < own && next !== undefined && next.from < own + length;
      view = { fits: false, why, ...(early && { early }), ...(next && { next: opening(next, zone) }) };
      if (next !== undefined) return view;
    }
    return { fits: false, why: view?.why ?? 'it is closed', noNext: noNext(question, schedule, needs) };
  } catch (error) {
    if (!(error instanceof CalendarProblem)) throw error;
    return { fits: false, why: error.message, noNext: 'As long as they cannot be told, it counts as closed.' };
  }
}

interface Standing {
  readonly all: readonly Slot[];
  readonly open: Slot | undefined;
  readonly own: number;
  readonly blackouts: readonly Blackout[];
  readonly now: number;
  readonly zone: string;
}

function standing({ all, open, own, blackouts, now, zone }: Standing): string {
  if (open !== undefined) {
    const blackout = blackouts.find(({ from }) => from === open.to);
    return `it closes at ${localTime(open.to, zone)}, in ${spell(open.to - now)}${blackout ? `, for the blackout "${blackout.what}"` : ''}`;
  }
  const blackout = blackouts.find(({ from, to }) => from <= now && now < to);
  if (blackout !== undefined)
    return `it is closed for the blackout "${blackout.what}" until ${localTime(blackout.to, zone)}`;
  if (now < own) return `it opens at ${localTime(own, zone)}`;
  const closed = all.filter(({ to }) => to <= now).at(-1);
  return closed === undefined ? 'it is closed' : `it closed at ${localTime(closed.to, zone)}`;
}

function opening({ from, to }: Slot, zone: string): NonNullable<WindowView['next']> {
  return { opensAt: new Date(from).toISOString(), words: localSpan(from, to, zone) };
}

function noNext(
  { schedule: id, window }: WindowQuestion,
  schedule: { paused: boolean; note?: string } | undefined,
  needs: number,
): string {
  if (id === undefined) return 'No schedule started this run, so it has no other window.';
  if (schedule === undefined) return `The schedule ${id} is gone, so there is no next window.`;
  if (schedule.paused) {
    return `The schedule ${id} is paused${schedule.note ? ` (${schedule.note})` : ''}, so there is no next window.`;
  }
  return `No window of the schedule ${id} within a year has room for ${spell(needs)} (they last ${window.length}).`;
}
