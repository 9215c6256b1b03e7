/**
 * What a runbook is, as data: title, purpose, risk, input schema, example.
 * One file per procedure stands beside this one; nothing here knows Temporal.
 */
import * as z from 'zod';
import { DURATION_FORMS, type DurationWords, milliseconds } from '../windows/duration.ts';
import { zoneName } from '../windows/zone-name.ts';
import type { SiteNames } from './site-names.ts';

export const RISKS = ['readOnly', 'low', 'disruptive', 'destructive'] as const;
export type Risk = (typeof RISKS)[number];

export interface RunbookDefinition<Input = unknown> {
  /** The workflow type, as started from the Temporal UI. */
  readonly name: string;
  readonly title: string;
  readonly purpose: string;
  readonly risk: Risk;
  readonly input: z.ZodType<Input>;
  /** Input fields that say what the run is about: a retry may not change them. */
  readonly identity: readonly string[];
  /** What the run locks from before its first change to its end, children's needs included; absent: nothing. */
  locks?(input: Input, site: SiteNames): readonly string[];
  /** A sentence for each name in the input that the inventory does not have: such a run ends before it looks at anything. */
  unknownNames?(input: Input, site: SiteNames): readonly string[];
  readonly example: Readonly<Record<string, unknown>>;
  /** In words, for people and for maintenance windows: "35 minutes". */
  readonly typicalDuration: DurationWords;
  /** Where the procedure comes from. */
  readonly source: string;
}

/** What a run does at its safe point when the rest no longer fits into its window. */
export const AT_END = ['park', 'continue', 'rollback'] as const;
export type AtEnd = (typeof AT_END)[number];

/** When a run may change anything. */
export const MaintenanceWindow = z.strictObject({
  length: z
    .string()
    .refine((text) => milliseconds(text) !== undefined, `must be ${DURATION_FORMS}`)
    .describe('How long it is open, counted from its opening: 4h, 90m, PT4H'),
  opens: z.iso
    .datetime({ offset: true, error: 'must be a time with its zone, such as 2027-03-28T22:00:00+02:00' })
    .optional()
    .describe('When it opens; default: the time for which a schedule started the run, else the start of the run'),
  atEnd: z
    .enum(AT_END)
    .optional()
    .describe(
      'What the run does when the next step no longer fits: "park" and ask (default), "continue" in the next window of its schedule, "rollback"',
    ),
  blackouts: z
    .string()
    .min(1)
    .optional()
    .describe('iCalendar file with times at which nothing begins: a path on the machine of the worker, read each time'),
  timeZone: z
    .string()
    .refine((name) => zoneName(name) === name, 'must be a name of the time zone database, such as Europe/Zurich')
    .optional()
    .describe('Zone of what is said about times and of whole days in the blackouts; default: that of the schedule'),
});
export type MaintenanceWindow = z.infer<typeof MaintenanceWindow>;

/** Fields that every runbook takes beside its own. */
export const commonInput = {
  ticket: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Change ticket this run belongs to; shown as search attribute ChangeTicket'),
  mode: z
    .enum(['run', 'plan'])
    .optional()
    .describe('"plan" ends after the plan pass and touches nothing; default "run"'),
  plan: z
    .string()
    .regex(/^[0-9a-f]{8,64}$/, 'must be the hash of a plan, at least its first 8 characters')
    .optional()
    .describe('Refuse to run any other plan than the one with this hash'),
  standingApproval: z
    .strictObject({
      by: z.string().min(1).describe('Who approves'),
      note: z.string().optional().describe('Why'),
    })
    .optional()
    .describe('Answers gates and fixes that the runbook declares automatic; never an unknown parked step'),
  window: MaintenanceWindow.optional().describe('Maintenance window: outside of it no step begins to change anything'),
};

export interface CommonInput {
  readonly ticket?: string | undefined;
  readonly mode?: 'run' | 'plan' | undefined;
  readonly plan?: string | undefined;
  readonly standingApproval?: { readonly by: string; readonly note?: string | undefined } | undefined;
  readonly window?: MaintenanceWindow | undefined;
}
