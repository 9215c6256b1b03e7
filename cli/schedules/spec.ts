import type { CalendarSpec, ScheduleSpec } from '@temporalio/client';
import { z } from 'zod';
import { usage } from '../failure.ts';
import { readJson } from '../input.ts';

const MONTHS = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const;
const DAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

/** A value, a range, several of them, or `*`. */
function field<Value extends z.ZodType<string | number>>(value: Value, allowed: string) {
  const range = z.strictObject({ start: value, end: value.optional(), step: z.int().min(1).optional() });
  const one = z.union([value, range]);
  const error = `must be ${allowed}, {"start", "end", "step"}, a list of them, or "*"`;
  return z.union([z.literal('*'), one, z.array(one).min(1)], { error }).optional();
}
const numbers = (low: number, high: number) =>
  field(z.int().min(low).max(high), `a whole number from ${low} to ${high}`);
const names = <Names extends readonly [string, ...string[]]>(all: Names) =>
  field(z.enum(all), `one of ${all.join(', ')}`);

/** Temporal's calendar, as its documentation has it: all fields must match; second, minute and hour are 0 if not given. */
const Calendar = z.strictObject({
  second: numbers(0, 59),
  minute: numbers(0, 59),
  hour: numbers(0, 23),
  dayOfMonth: numbers(1, 31),
  month: names(MONTHS),
  year: numbers(2000, 2100),
  dayOfWeek: names(DAYS),
  comment: z.string().optional(),
});

const EXAMPLE = '{"dayOfWeek":"SUNDAY","hour":2,"minute":30}';

export interface TimesFlags {
  readonly cron?: string;
  readonly calendar?: string;
}

/** The times at which windows open; what was typed is kept as their comment. @throws CliFailure (usage) */
export function openingTimes({ cron, calendar }: TimesFlags, timezone: string): ScheduleSpec {
  if ((cron === undefined) === (calendar === undefined)) {
    throw usage('give either --cron or --calendar: they say when the window opens.');
  }
  if (calendar !== undefined) return { calendars: calendars(calendar), timezone };
  const expression = cron?.trim() ?? '';
  if (/^(CRON_)?TZ=/i.test(expression)) throw usage('--cron: must not name a zone; that is what --time-zone is for.');
  return { cronExpressions: [expression.includes('#') ? expression : `${expression} # ${expression}`], timezone };
}

function calendars(text: string): CalendarSpec[] {
  const given = readJson('--calendar', text);
  return (Array.isArray(given) ? given : [given]).map((calendar: unknown) => {
    const parsed = Calendar.safeParse(calendar);
    if (!parsed.success) throw usage(`--calendar: ${problem(parsed.error.issues[0])}. Example: ${EXAMPLE}.`);
    return { comment: JSON.stringify(calendar), ...parsed.data } as CalendarSpec;
  });
}

function problem(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'unrecognized_keys') {
    const known = issue.path.length === 0 ? Object.keys(Calendar.shape) : ['start', 'end', 'step'];
    return `${[...issue.path, ...issue.keys].map(String).join('.')}: unknown field. Known: ${known.join(', ')}`;
  }
  return issue?.path.length
    ? `${issue.path.map(String).join('.')}: ${issue.message}`
    : 'must be an object or a list of them';
}
