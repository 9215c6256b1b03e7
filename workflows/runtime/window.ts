/**
 * Maintenance windows: no step begins to change anything unless it and its undo fit before the window closes.
 * Where they do not, the run stops at this safe point and asks, waits for the next window, or rolls back.
 * Rollbacks, and steps while the run owns what must not be left, are never held up.
 */
import { ActivityFailure, ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import type { CheckResult } from '../../activities/operation.ts';
import type { WindowView } from '../../activities/run/look-at-window.ts';
import { spell } from '../../reports/duration.ts';
import type { AtEnd, MaintenanceWindow } from '../../runbooks/definition.ts';
import { milliseconds } from '../../windows/duration.ts';
import type { PlanStep } from '../contract.ts';
import { lookAtWindow } from './activities.ts';
import { Ending } from './endings.ts';
import { family } from './family.ts';
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
    const single = {
      typicalDuration: options.typical,
      usual: state.site.usual?.[step.id],
      undo: found.undo?.title,
      undoDuration: options.undoTypical,
    };
    const need = needOf(state, step.id, single, options.owns !== undefined);
    const seen = await lookAtWindow({ window, needs: need.ms, ...opening(window) });
    if (seen.fits) {
      state.beginBefore = seen.beginBefore;
      return found;
    }
    postponed = (await stopFor(state, step, need, seen, postponed)) || postponed;
    await state.boundary();
    state.begin(step);
  }
}

/**
 * Stands before a run takes its locks and asks anybody: where there is no room for its first change it stops there, as
 * when a schedule fires into a blackout. One whose window is still to open goes on, to be asked for its approvals by day.
 * @returns true when it had to wait: the datacentre may be another one since
 */
export async function closedWindow(state: RunState): Promise<boolean> {
  let waited = false;
  for (let postponed = false; ; ) {
    const { window } = state.input;
    const first = state.plan?.steps.find((planned) => planned.state === 'wouldDo' && planned.approval === undefined);
    if (window === undefined || first === undefined || unheld(state)) return waited;
    const need = needOf(state, first.id, first, first.stretch === first.id);
    const seen = await lookAtWindow({ window, needs: need.ms, ...opening(window) });
    if (seen.fits || seen.early) return waited;
    const step = state.enter(first.id, first.title);
    postponed = (await stopFor(state, step, need, seen, postponed)) || postponed;
    step.state = 'pending';
    waited = true;
  }
}

/** Asks, waits for the next window, or takes back; true when somebody has chosen the next window. */
async function stopFor(
  state: RunState,
  step: MutableStep,
  { words }: { readonly words: string },
  seen: WindowView,
  postponed: boolean,
): Promise<boolean> {
  const atEnd: AtEnd = postponed || seen.early ? 'continue' : (state.input.window?.atEnd ?? 'park');
  if (atEnd === 'rollback') throw new Ending('rollback', `${doesNotFit(step, words, seen)}: rolled back`);
  return (await outOfRoom(state, step, words, seen, atEnd)) === 'postpone';
}

export function unheld(state: RunState): boolean {
  if (family()?.unheld) return true;
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
export function opening(window: MaintenanceWindow): { opensAt: string; schedule?: string } {
  const { searchAttributes, startTime } = workflowInfo();
  const { opensAt, schedule: parents } = family() ?? {};
  if (opensAt !== undefined) return { opensAt, ...(parents !== undefined && { schedule: parents }) };
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
function needOf(state: RunState, id: string, single: Need, takesOver: boolean): { ms: number; words: string } {
  const stretch = state.plan?.steps.filter((planned) => planned.stretch === id && planned.state !== 'already') ?? [];
  const parts: readonly Need[] = takesOver && stretch.length > 0 ? stretch : [single];
  const scale = state.site.timingScale;
  const takes = ({ usual, typicalDuration }: Need) => usual?.ms ?? span(typicalDuration) * scale;
  const takesBack = (part: Need) => (part.undoDuration === undefined ? takes(part) : span(part.undoDuration) * scale);
  const acting = parts.filter(({ approval }) => approval === undefined);
  const work = sum(acting.map(takes));
  const undo = sum(acting.filter((part) => part.undo !== undefined).map(takesBack));
  const words = `about ${spell(work)} (${known(acting)})${undo > 0 ? ` and ${spell(undo)} for its undo` : ''}`;
  return { ms: Math.ceil(work + undo), words };
}

/** Where the duration comes from. */
function known(parts: readonly Need[]): string {
  const usual = parts.flatMap((part) => part.usual ?? []);
  if (usual.length === 0) return parts.some(declares) ? 'declared' : 'by default';
  if (parts.length === 1) return `usual in ${usual[0]?.runs} runs`;
  return `usual for ${usual.length} of ${parts.length} steps, else declared`;
}

const declares = ({ typicalDuration }: Need): boolean => milliseconds(typicalDuration ?? '') !== undefined;

type Need = {
  readonly [Key in 'typicalDuration' | 'usual' | 'undo' | 'undoDuration' | 'approval']?: PlanStep[Key] | undefined;
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const span = (words: string | undefined): number => milliseconds(words ?? '') ?? milliseconds(UNDECLARED) ?? 0;
