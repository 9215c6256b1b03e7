import type { CalendarSpec, ScheduleSpec } from '@temporalio/client';
import type * as z from 'zod';
import { Calendar, cronProblem } from '../../windows/calendar.ts';
import { usage } from '../failure.ts';
import { readJson } from '../input.ts';

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
  const wrong = cronProblem(expression);
  if (wrong !== undefined) throw usage(`--cron: ${wrong}; it is "${expression}".`);
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
