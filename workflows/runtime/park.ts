import type { Waiting } from '../contract.ts';
import type { StepDecision } from '../messages.ts';
import type { StepFailure } from './endings.ts';
import { type MutableStep, now, type RunState } from './state.ts';
import { findingText } from './words.ts';

type Verb = Exclude<StepDecision['verb'], 'proceed' | 'postpone'>;
type ParkedDecision = StepDecision & { readonly verb: Verb };

/**
 * Parks the run at a failed step until an operator decides; nothing goes on meanwhile.
 * `undefined` when the run was cancelled instead.
 */
export async function park(
  state: RunState,
  step: MutableStep,
  failure: StepFailure,
  options: readonly Verb[],
): Promise<ParkedDecision | undefined> {
  const undoing = state.stage === 'rollingBack';
  state.waits.forget('parked', step.id);
  step.state = undoing ? 'undoFailed' : 'parked';
  const reason = [failure.message, ...failure.lines, ...(failure.findings ?? []).map(findingText)];
  const view: Waiting = {
    kind: 'parked',
    id: step.id,
    title: undoing ? `Undo of "${step.title}" failed` : `"${step.title}" failed`,
    since: now(),
    options,
    answer: { step: step.id, verb: 'retry', by: 'your name' },
    reason,
    ...(failure.diagnosis && {
      show: { Diagnosis: failure.diagnosis.title, Cause: failure.diagnosis.cause, Fix: failure.diagnosis.fix },
    }),
  };
  const wait = await state.waitFor(view, 'parked', (asked) => asked.decision !== undefined);
  const decision = wait.decision as ParkedDecision | undefined;
  if (decision !== undefined) {
    state.decisions.push({
      at: now(),
      by: decision.by,
      what: `${decision.verb}: ${step.title}`,
      ...(decision.reason && { note: decision.reason }),
    });
  }
  return decision;
}
