/**
 * What a runbook is, as data: title, purpose, risk, input schema, example.
 * One file per procedure stands beside this one; nothing here knows Temporal.
 */
import { z } from 'zod';

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
  readonly example: Readonly<Record<string, unknown>>;
  /** In words, for people: "35 minutes". */
  readonly typicalDuration: string;
  /** Where the procedure comes from. */
  readonly source: string;
}

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
};

export interface CommonInput {
  readonly ticket?: string | undefined;
  readonly mode?: 'run' | 'plan' | undefined;
  readonly plan?: string | undefined;
  readonly standingApproval?: { readonly by: string; readonly note?: string | undefined } | undefined;
}
