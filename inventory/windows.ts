/** Maintenance windows that schedules are made from, and the calendars of the times in which there is none. */
import * as z from 'zod';
import { AT_END } from '../runbooks/definition.ts';
import { Calendar, cronProblem } from '../windows/calendar.ts';
import { DURATION_FORMS, milliseconds } from '../windows/duration.ts';
import { zoneName } from '../windows/zone-name.ts';
import * as field from './fields.ts';

/** The least that Temporal takes. */
export const LEAST_CATCH_UP = '10s';

const duration = z.string().refine((text) => milliseconds(text) !== undefined, `must be ${DURATION_FORMS}`);

const cron = z
  .string()
  .superRefine((text, context) => {
    const problem = cronProblem(text);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  })
  .optional()
  .describe('When it opens: minute, hour, day of the month, month, day of the week.');

const EXAMPLE = '{ dayOfWeek: SUNDAY, hour: 2, minute: 30 }';

export const window = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'may hold letters, digits, ., - and _ only')
      .describe('Name of the window, for schedule create --window.'),
    cron,
    calendar: z
      .union([Calendar, z.array(Calendar).min(1)], {
        error: `must be a calendar such as ${EXAMPLE}, or a list of them`,
      })
      .optional()
      .describe('When it opens, as Temporal writes calendars, in place of cron.'),
    timeZone: z
      .string()
      .refine((name) => zoneName(name) !== undefined, 'must be a name of the time zone database, such as Europe/Zurich')
      .overwrite((name) => zoneName(name) ?? name)
      .describe('Whose clock that is: a name of the time zone database.'),
    length: duration.describe('How long it is open, counted from the scheduled time, such as 4h.'),
    atEnd: z
      .enum(AT_END)
      .default('park')
      .describe('What a run does whose next step no longer fits: park and ask, continue in the next window, rollback.'),
    catchUp: duration
      .refine(
        (text) => (milliseconds(text) ?? 0) >= (milliseconds(LEAST_CATCH_UP) ?? 0),
        `must be at least ${LEAST_CATCH_UP}`,
      )
      .default('10m')
      .describe('How late it may open after Temporal was away.'),
    blackouts: field.filePath.optional().describe('iCalendar file with times at which nothing begins in this window.'),
  })
  .superRefine((value, context) => {
    if ((value.cron === undefined) === (value.calendar === undefined)) {
      const message = `must say when it opens, by ${value.cron === undefined ? 'cron or calendar' : 'one of cron and calendar'}`;
      context.addIssue({ code: 'custom', path: value.cron === undefined ? [] : ['calendar'], message });
    }
  });

export const blackouts = z
  .array(field.filePath)
  .default([])
  .describe('iCalendar files with times at which nothing begins, whatever the window.');

export type InventoryWindow = z.output<typeof window>;
