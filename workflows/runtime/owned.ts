import { workflowInfo } from '@temporalio/workflow';
import { type Owned, ownedWords, sameOwned } from '../../runbooks/owned-states.ts';
import type { OwnedState, Remainder } from '../contract.ts';
import type { RunState, Undo } from './state.ts';

/** Whether the run has taken this state into its ownership and not ended it yet. */
export function owns(state: RunState, owned: Owned): boolean {
  return state.undos.some((undo) => undo.owned !== undefined && sameOwned(undo.owned, owned));
}

/**
 * Ends the run's ownership: a step of the procedure has ended the state, so no way out has to. Of a state that went into a
 * final step, what else its step did stays on the list of what nothing takes back.
 */
export function release(state: RunState, owned: Owned): void {
  const at = state.undos.findIndex((undo) => undo.owned !== undefined && sameOwned(undo.owned, owned));
  const undo = state.undos[at];
  if (undo === undefined) return;
  if (undo.kept) delete undo.owned;
  else state.undos.splice(at, 1);
  state.publish('phase');
}

/** What the run owns now, for status, memo and report. */
export function ownedBy(undos: readonly Undo[]): readonly OwnedState[] {
  return undos.flatMap((undo) =>
    undo.owned === undefined
      ? []
      : [{ ...undo.owned, since: undo.since, step: undo.step.title, byHand: undo.byHand ?? undo.title }],
  );
}

/** How a report lists a state that the run had to leave. */
export function ownedRemainder({ since, step, byHand, ...owned }: OwnedState): Remainder {
  const { workflowId } = workflowInfo();
  return { what: `${ownedWords(owned)}, since ${since}, by "${step}" of run ${workflowId}`, byHand };
}
