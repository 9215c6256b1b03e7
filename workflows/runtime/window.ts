/**
 * Maintenance windows: no step begins to change anything unless it and its undo fit before the window closes.
 * Where they do not, the run stops at this safe point and asks, waits for the next window, or rolls back.
 * Rollbacks, and steps while the run owns what must not be left, are never held up.
 */
import { ActivityFailure, ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import type { CheckResult } from '../../activities/operation.ts';
import { spell } from '../../reports/duration.ts';
import type { AtEnd, MaintenanceWindow } from '../../runbooks/definition.ts';
import { milliseconds } from '../../windows/duration.ts';
import type { PlanStep } from '../contract.ts';
import { lookAtWindow } from './activities.ts';
import { Ending } from './endings.ts';
import { doesNotFit, outOfRoom } from './out-of-room.ts';
import type { StepOptions } from './run.ts';
import type { MutableStep, RunState } from './state.ts';

/** What a step counts for whose procedure says nothing. */
const UNDECLARED = '1 minute';

/**
 * What the step finds, once there is room to act on it. While the run waited for a window the world went on, so the
 * step looks again after it.
 */
export async function roomFor(
  state: RunState,
  step: MutableStep,
  options: StepOptions,
  look: () => Promise<CheckResult>,
): Promise<CheckResult> {
  let postponed = false;
  for (;;) {
    const found = await look();
    const { window } = state.input;
    state.beginBefore = undefined;
    if (window === undefined || found.state !== 'wouldDo' || unheld(state)) return found;
    const need = needOf(state, step, found, options);
    const seen = await lookAtWindow({ window, needs: need.ms, ...opening(window) });
    if (seen.fits) {
      state.beginBefore = seen.beginBefore;
      return found;
    }
    const atEnd: AtEnd = postponed || seen.early ? 'continue' : (window.atEnd ?? 'park');
    if (atEnd === 'rollback') throw new Ending('rollback', `${doesNotFit(step, need.words, seen)}: rolled back`);
    postponed = (await outOfRoom(state, step, need.words, seen, atEnd)) === 'postpone' || postponed;
    await state.boundary();
    state.begin(step);
  }
}

function unheld(state: RunState): boolean {
  return state.outsideWindow !== undefined || state.undos.some((undo) => undo.owned !== undefined);
}

/** A step that found its time over before it had changed anything looks again. */
export async function inTime<T>(state: RunState, step: MutableStep, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const undos = state.undos.length;
    try {
      return await work();
    } catch (error) {
      const closed = windowClosed(error);
      if (closed === undefined) throw error;
      // Certainly nothing has begun: then there is nothing to take back either.
      if (closed.nothingBegun) {
        state.undos.splice(undos);
        state.leaves.delete(step.id);
      }
    } finally {
      state.beginBefore = undefined;
    }
  }
}

function windowClosed(error: unknown): { nothingBegun?: true } | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure) || cause.type !== 'WindowClosed') return undefined;
  return (cause.details?.[0] ?? {}) as { nothingBegun?: true };
}

/** When the run's own window opens, and which schedule has more of them. */
function opening(window: MaintenanceWindow): { opensAt: string; schedule?: string } {
  const { searchAttributes, startTime } = workflowInfo();
  const [scheduled] = searchAttributes.TemporalScheduledStartTime ?? [];
  const [schedule] = searchAttributes.TemporalScheduledById ?? [];
  const opens = window.opens ?? (scheduled instanceof Date ? scheduled : startTime);
  return {
    opensAt: new Date(opens).toISOString(),
    ...(typeof schedule === 'string' && { schedule }),
  };
}

/**
 * The step with its undo. One that takes over what must not be left counts for all steps up to the one that ends it,
 * because no window's end may part them.
 */
function needOf(state: RunState, step: MutableStep, found: CheckResult, options: StepOptions) {
  const stretch =
    state.plan?.steps.filter((planned) => planned.stretch === step.id && planned.state !== 'already') ?? [];
  const single: Need = { typicalDuration: options.typical, undo: found.undo?.title, undoDuration: options.undoTypical };
  const parts: readonly Need[] = options.owns !== undefined && stretch.length > 0 ? stretch : [single];
  const scale = state.site.timingScale;
  const work = sum(parts.map(({ approval, typicalDuration }) => (approval === undefined ? span(typicalDuration) : 0)));
  const undo = sum(
    parts.map((part) => (part.undo === undefined ? 0 : span(part.undoDuration ?? part.typicalDuration))),
  );
  const words = `about ${spell(work * scale)}${undo > 0 ? ` and ${spell(undo * scale)} for its undo` : ''}`;
  return { ms: Math.ceil((work + undo) * scale), words };
}

type Need = { readonly [Key in 'typicalDuration' | 'undo' | 'undoDuration' | 'approval']?: PlanStep[Key] | undefined };

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const span = (words: string | undefined): number => milliseconds(words ?? '') ?? milliseconds(UNDECLARED) ?? 0;
