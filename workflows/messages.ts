/** The doors of a run: one decision, by signal or by update, and queries without arguments, as the Temporal UI can send them. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import * as z from 'zod';
import type { Plan, Report, StatusView } from './contract.ts';
import { LOCK_SIGNALS, type LockNotice, type LockParty, type LostLock } from './locks/contract.ts';

const by = z.string().min(1).describe('Who decides');

export const ApprovalDecision = z.strictObject({
  approval: z.string().min(1).describe('Id of the approval that the run shows as waiting'),
  plan: z
    .string()
    .regex(/^[0-9a-f]{8,64}$/, 'must be the first 8 characters of the plan hash shown')
    .describe('The plan being approved'),
  verdict: z.enum(['approve', 'reject']),
  typed: z
    .string()
    .optional()
    .describe('With approve: what the approval asks to be typed, such as the name of the host that it is about'),
  keep: z.boolean().optional().describe('With reject: leave what was done instead of rolling it back'),
  by,
  note: z.string().optional(),
});

export const StepDecision = z.strictObject({
  step: z.string().min(1).describe('Id of the step that the run shows as parked'),
  verb: z.enum(['retry', 'skip', 'proceed', 'postpone', 'rollback', 'abort']),
  input: z.record(z.string(), z.unknown()).optional().describe('For retry: JSON merge patch on the input'),
  reason: z.string().min(1).optional().describe('For skip and proceed: why it is right to go on'),
  by,
});

export const HoldDecision = z.strictObject({ verb: z.enum(['hold', 'resume']), by });

export type ApprovalDecision = z.infer<typeof ApprovalDecision>;
export type StepDecision = z.infer<typeof StepDecision>;
export type HoldDecision = z.infer<typeof HoldDecision>;
export type Decision = ApprovalDecision | StepDecision | HoldDecision;

export const decideSignal = defineSignal<[unknown]>('decide');
export const decideNowUpdate = defineUpdate<string, [unknown]>('decideNow');
/** Answers once the run has found its input right; fails with the sentences that say what is wrong with it. */
export const acceptedUpdate = defineUpdate<void, []>('accepted');
/** To the keeper of the locks: takes a lock from its owner, and answers who lost it. */
export type BreakWish = Omit<LostLock, 'at'>;
export const breakUpdate = defineUpdate<readonly LockParty[], [BreakWish]>('break');
/** From the keeper of the locks to a run. */
export const lockSignal = defineSignal<[LockNotice]>(LOCK_SIGNALS.notice);
export const statusQuery = defineQuery<StatusView>('status');
export const planQuery = defineQuery<Plan | string>('plan');
export const reportQuery = defineQuery<Report | string>('report');
