import { type Owned, sameOwned } from '../../runbooks/owned-states.ts';
import type { EndState, Remainder } from '../contract.ts';
import { stepFailure } from './endings.ts';
import { ask } from './gate.ts';
import { ownedBy, ownedRemainder } from './owned.ts';
import { park } from './park.ts';
import type { RunState, Undo } from './state.ts';

/**
 * Undoes what the run did, newest first; each undo looks, changes and verifies, and can park like a step.
 * What is kept or could not be undone stays registered.
 * @returns true when every one of these undos was verified.
 */
export async function rollBack(state: RunState, undos: readonly Undo[] = state.undos): Promise<boolean> {
  state.enterStage('rollingBack');
  let whole = true;
  for (const undo of [...undos].reverse()) {
    if (undo.kept) {
      whole = false;
      continue;
    }
    const outcome = await undoOne(state, undo);
    if (outcome === 'undone') {
      state.undos.splice(state.undos.indexOf(undo), 1);
      if (undo.owned !== undefined) state.publish('phase');
    } else {
      whole = false;
      undo.kept = outcome === 'kept';
    }
    if (outcome === 'abort') break;
  }
  tellOfChildren(state);
  return whole;
}

/** A child whose steps were taken back is no longer done. */
function tellOfChildren({ children, steps }: RunState): void {
  for (const { step } of children) {
    const below = steps.filter(({ id }) => id.startsWith(`${step.id}/`)).map(({ state }) => state);
    if (step.state !== 'done' || !below.includes('undone')) continue;
    step.state = 'undone';
    step.summary = `taken back, as far as its steps can be; it was: ${step.summary ?? 'done'}`;
  }
}

/**
 * Ends what must not outlast the run, where its effects are to stay.
 * @returns true when there was nothing of the kind, or its end was verified.
 */
export async function endOwned(state: RunState): Promise<boolean> {
  const owned = state.undos.filter((undo) => undo.owned !== undefined);
  return owned.length === 0 || rollBack(state, owned);
}

/**
 * A step that nothing takes back begins: what led to it stays too, but for what must not outlast the run, unless the step
 * itself `takes` it on.
 */
export function keepAll(undos: Undo[], final: Pick<Undo, 'step' | 'since' | 'title'>, takes?: Owned): void {
  if (undos.some(({ step }) => step === final.step)) return;
  for (const undo of undos) {
    undo.kept = undo.owned === undefined || (takes !== undefined && sameOwned(undo.owned, takes));
  }
  undos.push({ ...final, kept: true });
}

async function undoOne(state: RunState, undo: Undo): Promise<'undone' | 'kept' | 'abort'> {
  const { step, call, changedAs } = undo;
  if (call === undefined) return 'kept';
  const title = `Undo: ${undo.title}`;
  step.attempts = 0;
  const tried = new Set<string>();
  for (;;) {
    step.attempts += 1;
    step.state = 'undoing';
    state.publish('progress');
    try {
      const ref = { ...state.ref(step, 'undo'), title, ...(changedAs && { changedAs }) };
      const found = await state.performer.perform('check', call, ref);
      note(state, step.id, found.leaves);
      if (found.state === 'already') {
        state.finish(step, { state: 'undone', summary: 'nothing was left to undo' });
        return 'undone';
      }
      if (step.attempts === 1 && undo.approval !== undefined) {
        const vote = await ask(state, {
          id: `undo-${step.id}`,
          title: undo.approval,
          show: {
            'Will be run': found.commands.join('\n'),
            'On a reject': 'it is kept as it is, and the report lists it',
          },
        });
        if (vote?.verdict !== 'approve') {
          state.finish(step, { state: 'failed', summary: `kept for inspection, said ${vote?.by ?? 'nobody'}` });
          return 'kept';
        }
      }
      if (found.followed) await state.performer.perform('start', call, ref);
      const result = await state.performer.perform(found.followed ? 'follow' : 'apply', call, ref);
      note(state, step.id, result.leaves);
      state.finish(step, {
        state: 'undone',
        summary: result.evidence[0] ?? 'undone and verified',
        evidence: result.evidence,
      });
      return 'undone';
    } catch (error) {
      const failure = stepFailure(error);
      const { fixBy = '' } = failure;
      if (undo.againAfter?.includes(fixBy) && !tried.has(fixBy)) {
        tried.add(fixBy);
        continue;
      }
      state.finish(step, { state: 'undoFailed', summary: failure.message, evidence: failure.lines });
      const decision = await park(state, step, failure, ['retry', 'skip', 'abort']);
      if (decision?.verb === 'skip') return 'kept';
      if (decision?.verb === 'abort') return 'abort';
    }
  }
}

/** What an undo leaves; the last word is that of the look that verified it. */
function note(state: RunState, stepId: string, leaves: Remainder | undefined): void {
  if (leaves !== undefined) state.leaves.set(`undo-${stepId}`, leaves);
}

function remainder(undo: Undo): Remainder {
  const [owned] = ownedBy([undo]);
  if (owned !== undefined) return ownedRemainder(owned);
  if (undo.call === undefined)
    return { what: `"${undo.step.title}" has been begun, and nothing takes it back`, byHand: undo.title };
  return { what: `"${undo.step.title}" is still in effect`, byHand: undo.byHand ?? undo.title };
}

/** Lists what these undos would have taken back, newest first, as what remains. */
export function leaveAsIs(state: RunState, undos: readonly Undo[] = state.undos): void {
  state.remains.push(...[...undos].reverse().map(remainder));
}

/** What each way out comes to, once the rollback has said whether it was whole. */
export function endStateOf(
  way: 'rollback' | 'abort' | 'reject' | 'keep' | 'cancel' | 'fail',
  whole: boolean,
): EndState {
  if (!whole && way !== 'abort' && way !== 'keep') return 'partlyRolledBack';
  switch (way) {
    case 'rollback':
      return 'rolledBack';
    case 'abort':
      return 'aborted';
    case 'reject':
    case 'keep':
      return 'rejected';
    case 'cancel':
      return 'cancelled';
    case 'fail':
      return 'failed';
  }
}
