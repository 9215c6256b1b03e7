import { CancellationScope, sleep } from '@temporalio/workflow';
import type { WindowView } from '../../activities/run/look-at-window.ts';
import type { Waiting } from '../contract.ts';
import type { StepDecision } from '../messages.ts';
import { Ending, Restart } from './endings.ts';
import { lendLocks, takeLocks } from './locks.ts';
import { type MutableStep, now, type RunState } from './state.ts';

/** Why a step is not begun, as a sentence without its full stop. */
export const doesNotFit = (step: MutableStep, need: string, { why }: WindowView): string =>
  `"${step.title}" needs ${need} and does not fit into the maintenance window: ${why}`;

/** Waits until somebody decides or the next window opens; returns where the step is to look again. */
export async function outOfRoom(
  state: RunState,
  step: MutableStep,
  need: string,
  seen: WindowView,
  atEnd: 'park' | 'continue',
): Promise<'postpone' | undefined> {
  const next = atEnd === 'continue' ? seen.next : undefined;
  const alarm = next && new Alarm(Date.parse(next.opensAt));
  step.state = next === undefined ? 'parked' : 'pending';
  step.summary =
    next === undefined ? 'waits for a decision: no room in the maintenance window' : `goes on ${next.words}`;
  state.waits.forget('window', step.id);
  const view = question(step, need, seen, next !== undefined);
  const phase = next === undefined ? 'parked' : 'waiting';
  // What waits for days and has touched nothing must not keep others from its hosts.
  const untouched = state.undos.length === 0 && state.steps.every((each) => each.state !== 'done');
  if (untouched) await lendLocks(state);
  const wait = await state.waitFor(view, phase, (asked) => asked.decision !== undefined || alarm?.rang === true);
  alarm?.cancel();
  delete step.summary;
  const decision = wait.decision as StepDecision | undefined;
  if (decision === undefined) state.leaveIfCancelled();
  const told = decision && obey(state, step, decision);
  if (untouched) await takeLocks(state);
  if (decision !== undefined) return told;
  if (next !== undefined) note(state, 'maintenance window', `goes on: ${step.title}`, next.words);
  return undefined;
}

function question(step: MutableStep, need: string, seen: WindowView, waits: boolean): Waiting {
  const { next, noNext } = seen;
  const wayOut = next && !waits ? { verb: 'postpone' } : { verb: 'proceed', reason: 'why' };
  return {
    kind: 'window',
    id: step.id,
    title: waits
      ? `"${step.title}" waits for its maintenance window`
      : `"${step.title}" does not fit into the maintenance window`,
    since: now(),
    options: ['proceed', ...(next && !waits ? ['postpone'] : []), 'retry', 'rollback', 'abort'],
    answer: { step: step.id, ...wayOut, by: 'your name' },
    reason: [doesNotFit(step, need, seen), ...(noNext === undefined ? [] : [noNext])],
    show: { ...(next && { 'Next window': next.words }) },
    ...(waits && next && { until: next.opensAt }),
  };
}

/** `retry` looks at the clock again, where it came with a changed input in a whole new pass. */
function obey(state: RunState, step: MutableStep, { verb, by, reason, input }: StepDecision): 'postpone' | undefined {
  note(state, by, `${verb}: ${step.title}`, reason);
  const why = `${by} chose so when "${step.title}" did not fit into the maintenance window`;
  if (verb === 'rollback' || verb === 'abort') throw new Ending(verb, why);
  if (input !== undefined) throw new Restart();
  if (verb === 'proceed') state.outsideWindow = by;
  return verb === 'postpone' ? verb : undefined;
}

function note(state: RunState, by: string, what: string, text: string | undefined): void {
  state.decisions.push({ at: now(), by, what, ...(text !== undefined && { note: text }) });
}

/** A durable timer that can be called off. */
class Alarm {
  rang = false;
  private readonly scope = new CancellationScope({ cancellable: true });

  constructor(at: number) {
    const pause = Math.max(1, at - Date.now());
    void this.scope
      .run(() => sleep(pause, { summary: 'until the maintenance window opens' }))
      .then(
        () => {
          this.rang = true;
        },
        () => undefined,
      );
  }

  cancel(): void {
    this.scope.cancel();
  }
}
