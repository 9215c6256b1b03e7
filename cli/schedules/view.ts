import { dirname, resolve } from 'node:path';
import type { ScheduleDescription, ScheduleExecutionActionResult } from '@temporalio/client';
import { loadInventory } from '../../inventory/load.ts';
import { spell } from '../../reports/duration.ts';
import { type CommonInput, MaintenanceWindow } from '../../runbooks/definition.ts';
import { runbooks } from '../../runbooks/index.ts';
import { type Blackout, type BlackoutCalendar, CalendarProblem } from '../../windows/blackouts.ts';
import { clockNotes, type OpeningTimes, type Range } from '../../windows/clock-notes.ts';
import { milliseconds } from '../../windows/duration.ts';
import { localSpan, localTime } from '../../windows/zone.ts';
import type { Waiting } from '../../workflows/contract.ts';
import { messageOf } from '../failure.ts';
import { findRun, recordOf } from '../runs/read.ts';
import { links } from '../settings.ts';
import type { Session } from '../temporal.ts';
import { readCalendar } from './window-flags.ts';

/** A window to come: from when to when, and that in the zone of the schedule. */
export interface OpeningView {
  readonly opensAt: string;
  readonly closesAt?: string;
  readonly local: string;
  /** The blackouts in it, by name. */
  readonly blackouts?: readonly string[];
}

export interface RunningView {
  readonly id: string;
  readonly phase: string;
  readonly waiting?: Waiting;
}

/** The JSON of a schedule. */
export interface ScheduleView {
  readonly id: string;
  readonly runbook: string;
  readonly input: unknown;
  /** When it opens, in the words of whoever made it. */
  readonly times: readonly string[];
  readonly timeZone: string;
  readonly length?: string;
  readonly atEnd?: string;
  readonly blackouts?: string;
  /** Those of the inventory, which count for every window. */
  readonly inventoryBlackouts?: readonly string[];
  readonly catchUp: string;
  readonly paused: boolean;
  readonly note?: string;
  readonly next: readonly OpeningView[];
  readonly running: readonly RunningView[];
  /** The last runs, newest last. */
  readonly recent: readonly {
    readonly id: string;
    readonly runId: string;
    readonly scheduledAt: string;
    readonly startedAt: string;
  }[];
  readonly firings: {
    readonly taken: number;
    /** Dropped because a run of this schedule was still going on. */
    readonly passedOver: number;
    /** Came too late, because the server was away for longer than `catchUp`. */
    readonly missed: number;
  };
  readonly warnings: readonly string[];
  readonly ui?: string;
}

const NEXT = 5;
const DAY_MS = 86_400_000;
const YEAR_MS = 366 * DAY_MS;

/** Everything that is known of a schedule, with what its operators should know beforehand. */
export async function viewSchedule(
  session: Session,
  description: ScheduleDescription,
  now = Date.now(),
): Promise<ScheduleView> {
  const { scheduleId: id, spec, action, policies, state, info } = description;
  const [input = {}] = (action.args ?? []) as [CommonInput?];
  const parsed = MaintenanceWindow.safeParse(input.window);
  const window = parsed.success ? parsed.data : undefined;
  const length = window && milliseconds(window.length);
  const timeZone = spec.timezone || 'UTC';
  const calendar = await blackoutsOf(session, window, window?.timeZone ?? timeZone);
  const ui = links.schedule(session.settings, id);
  return {
    id,
    runbook: action.workflowType,
    input,
    times: timesOf(description),
    timeZone,
    ...(window && { length: window.length, atEnd: window.atEnd ?? 'park' }),
    ...(window?.blackouts && { blackouts: window.blackouts }),
    ...(calendar.shared.length > 0 && { inventoryBlackouts: calendar.shared }),
    catchUp: spell(policies.catchupWindow),
    paused: state.paused,
    ...(state.note && { note: state.note }),
    next: info.nextActionTimes
      .slice(0, NEXT)
      .map((at) => openingView(at.getTime(), length, timeZone, calendar.between)),
    running: await Promise.all(info.runningActions.map((run) => running(session, run))),
    recent: info.recentActions.map(({ scheduledAt, takenAt, action: { workflow } }) => ({
      id: workflow.workflowId,
      runId: workflow.firstExecutionRunId,
      scheduledAt: scheduledAt.toISOString(),
      startedAt: takenAt.toISOString(),
    })),
    firings: {
      taken: info.numActionsTaken,
      passedOver: info.numActionsSkippedOverlap,
      missed: info.numActionsMissedCatchupWindow,
    },
    warnings: [
      ...calendar.warnings,
      ...lengthWarnings(action.workflowType, input, length),
      ...policyWarnings(policies),
      ...clockNotes(openingTimesOf(description), timeZone, length ?? 0, now, now + YEAR_MS).map(({ text }) => text),
    ],
    ...(ui && { ui }),
  };
}

type Between = (from: number, to: number) => readonly Blackout[];

interface Blackouts {
  readonly between: Between;
  readonly shared: readonly string[];
  readonly warnings: readonly string[];
}

/** As far as they can be read here, where the worker may be elsewhere. */
async function blackoutsOf(session: Session, window: MaintenanceWindow | undefined, zone: string): Promise<Blackouts> {
  const { inventory } = session.settings;
  const shared = await loadInventory(inventory).then(
    (loaded) => loaded.inventory.blackouts,
    () => [],
  );
  const calendars: BlackoutCalendar[] = [];
  const warnings: string[] = [];
  for (const path of [...(window?.blackouts === undefined ? [] : [window.blackouts]), ...shared]) {
    try {
      calendars.push(readCalendar(resolve(dirname(inventory), path), (why) => new CalendarProblem(why)));
    } catch (error) {
      warnings.push(
        `the blackouts ${path} cannot be read here (${messageOf(error)}); where the worker cannot either, the window counts as closed`,
      );
    }
  }
  return { between: (from, to) => calendars.flatMap((each) => each.between(from, to, zone)), shared, warnings };
}

function openingView(at: number, length: number | undefined, zone: string, between: Between): OpeningView {
  const opensAt = new Date(at).toISOString();
  if (length === undefined) return { opensAt, local: localTime(at, zone) };
  const blackouts = [...new Set(between(at, at + length).map(({ what }) => what))];
  return {
    opensAt,
    closesAt: new Date(at + length).toISOString(),
    local: localSpan(at, at + length, zone),
    ...(blackouts.length > 0 && { blackouts }),
  };
}

/** Why its firings are passed over: what it started goes on, and may wait for somebody. */
async function running(session: Session, { workflow }: ScheduleExecutionActionResult): Promise<RunningView> {
  const { phase, waiting } = recordOf(await findRun(session, workflow.workflowId));
  return { id: workflow.workflowId, phase, ...(waiting && { waiting }) };
}

function lengthWarnings(name: string, input: CommonInput, length: number | undefined): readonly string[] {
  const runbook = Object.hasOwn(runbooks, name) ? runbooks[name] : undefined;
  if (length === undefined) {
    return [
      'the input has no window: the schedule starts the runbook, and nothing ends it when the maintenance is over',
    ];
  }
  if (runbook === undefined || input.mode === 'plan') return [];
  const typical = milliseconds(runbook.typicalDuration) ?? 0;
  if (typical <= length) return [];
  return [
    `${name} typically takes ${runbook.typicalDuration}, and the window lasts ${spell(length)}: its last steps may not fit`,
  ];
}

/** The Temporal UI makes schedules with the defaults of the server. */
function policyWarnings({
  overlap,
  pauseOnFailure,
  catchupWindow,
}: ScheduleDescription['policies']): readonly string[] {
  return [
    ...(overlap === 'SKIP' ? [] : [`a firing while a run goes on is not passed over (overlap ${overlap})`]),
    ...(pauseOnFailure ? [] : ['it goes on after a run that failed (pause on failure is off)']),
    ...(catchupWindow > DAY_MS
      ? [`a firing may come ${Math.floor(catchupWindow / DAY_MS)} days late, and then finds its window closed`]
      : []),
  ];
}

/** Temporal keeps what was typed as a comment; a schedule that was made elsewhere is told field by field. */
function timesOf({ spec }: ScheduleDescription): readonly string[] {
  const calendars = (spec.calendars ?? []).map(({ comment, ...fields }) => comment || JSON.stringify(fields));
  return [...calendars, ...(spec.intervals ?? []).map(({ every }) => `every ${spell(Number(every))}`)];
}

function openingTimesOf({ raw }: ScheduleDescription): readonly OpeningTimes[] {
  const range = ({
    start,
    end,
    step,
  }: {
    start?: number | null;
    end?: number | null;
    step?: number | null;
  }): Range => ({
    start: start ?? 0,
    end: Math.max(start ?? 0, end ?? 0),
    step: step || 1,
  });
  return (raw.schedule?.spec?.structuredCalendar ?? []).map((calendar) => ({
    minute: (calendar.minute ?? []).map(range),
    hour: (calendar.hour ?? []).map(range),
    dayOfMonth: (calendar.dayOfMonth ?? []).map(range),
    month: (calendar.month ?? []).map(range),
    year: (calendar.year ?? []).map(range),
    dayOfWeek: (calendar.dayOfWeek ?? []).map(range),
  }));
}
