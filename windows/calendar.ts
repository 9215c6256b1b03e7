/** When windows open: Temporal's calendars and cron expressions, checked before Temporal sees them. */
import * as z from 'zod';

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
  const range = z.strictObject({
    start: value.describe('First value of a range.'),
    end: value.optional().describe('Last value of the range; default: the first.'),
    step: z.int().min(1).optional().describe('Distance from one value of the range to the next; default: 1.'),
  });
  const one = z.union([value, range]);
  const error = `must be ${allowed}, {"start", "end", "step"}, a list of them, or "*"`;
  return z.union([z.literal('*'), one, z.array(one).min(1)], { error }).optional();
}
const numbers = (low: number, high: number) => {
  const allowed = `a whole number from ${low} to ${high}`;
  return field(z.int().min(low, `must be ${allowed}`).max(high, `must be ${allowed}`), allowed);
};
const names = <Names extends readonly [string, ...string[]]>(all: Names) =>
  field(z.enum(all), `one of ${all.join(', ')}`);

/** Temporal's calendar, as its documentation has it: all fields must match; second, minute and hour are 0 if not given. */
export const Calendar = z.strictObject({
  second: numbers(0, 59).describe('Seconds; default: 0.'),
  minute: numbers(0, 59).describe('Minutes; default: 0.'),
  hour: numbers(0, 23).describe('Hours; default: 0.'),
  dayOfMonth: numbers(1, 31).describe('Days of the month; default: all.'),
  month: names(MONTHS).describe('Months by their English names; default: all.'),
  year: numbers(2000, 2100).describe('Years; default: all.'),
  dayOfWeek: names(DAYS).describe('Days of the week by their English names; default: all.'),
  comment: z.string().optional().describe('What these times are, in words.'),
});
export type Calendar = z.output<typeof Calendar>;

interface CronField {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** In place of numbers, from the lowest value on; three letters do. */
  readonly words?: readonly string[];
}

const MINUTE = { name: 'minute', low: 0, high: 59 };
const FIVE: readonly CronField[] = [
  MINUTE,
  { name: 'hour', low: 0, high: 23 },
  { name: 'day of the month', low: 1, high: 31 },
  { name: 'month', low: 1, high: 12, words: MONTHS },
  { name: 'day of the week', low: 0, high: 7, words: DAYS },
];
const YEAR = { name: 'year', low: 2000, high: 2100 };
/** Temporal takes five fields, six with a year behind them, seven with seconds before them too. */
const FORMS: Readonly<Record<number, readonly CronField[]>> = {
  5: FIVE,
  6: [...FIVE, YEAR],
  7: [{ ...MINUTE, name: 'second' }, ...FIVE, YEAR],
};

/** Why an expression is none that Temporal takes, as the rest of a sentence; nothing for a good one. */
export function cronProblem(expression: string): string | undefined {
  const text = expression.replace(/#.*$/, '').trim();
  if (/^(CRON_)?TZ=/i.test(text)) return 'must not name a zone; that is what the time zone is for';
  if (/^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every\s+\S+)$/i.test(text)) return undefined;
  const parts = text.split(/\s+/);
  const form = FORMS[parts.length];
  if (form === undefined || text === '') {
    return 'must be minute, hour, day of the month, month, day of the week, such as "30 2 * * SUN"; a year may follow them, and then seconds may stand before them';
  }
  const wrong = form.find((known, at) => !(parts[at] ?? '').split(',').every((part) => fits(part, known)));
  if (wrong === undefined) return undefined;
  const words = wrong.words === undefined ? '' : `, or names such as ${wrong.words[0]?.slice(0, 3)}`;
  return `must have numbers from ${wrong.low} to ${wrong.high}${words}, *, ranges (1-5) or steps (*/2) as its ${wrong.name}`;
}

/** `*`, a value or a range, with or without a step. */
function fits(part: string, { low, high, words }: CronField): boolean {
  const [, from = '', to, step] = /^([^-/]+)(?:-([^-/]+))?(?:\/(\d+))?$/.exec(part) ?? [];
  if (step !== undefined && Number(step) < 1) return false;
  if (from === '*' || from === '?') return to === undefined;
  const value = (text: string): number => {
    if (/^\d+$/.test(text)) return Number(text);
    const at = text.length < 3 ? -1 : (words ?? []).findIndex((word) => word.startsWith(text.toUpperCase()));
    return at < 0 ? Number.NaN : low + at;
  };
  const [first, last] = [value(from), value(to ?? from)];
  return first >= low && last <= high && first <= last;
}
