import { sameOwned } from '../../runbooks/owned-states.ts';
import { Verdict } from '../hosted-engine/preflight/checks.ts';
import { operation } from '../operation.ts';
import type { Owners } from '../run/records.ts';
import { firstOf, lookPatiently } from '../runtime/look-patiently.ts';
import type { StandingState } from './standing-state.ts';
import { describeState, lookForStates, type Sighting } from './standing-states.ts';

export interface OrphanParams {
  /** Any host of the inventory: all of them are asked. */
  readonly host: string;
  /** Maintenance that no run has set may last so many hours before it is a finding. */
  readonly tolerateHours: number;
}

export interface OrphanFacts extends Sighting {
  /** Read before the hosts were and again after: a run may begin or end meanwhile. */
  readonly owners: readonly Owners[];
}

/** A state that a run has just begun or ended shows up to twenty seconds later, the runs' own words within a few. */
const PATIENCE = { seconds: 60, every: 20 };

/** Finds maintenance, stopped VMs, open transfers and disabled firewalls that no open run cares for any more; changes nothing. */
export const findOrphanedStates = operation<OrphanParams, OrphanFacts>({
  name: 'findOrphanedStates',
  title: () => 'Find states that nobody owns any more',
  look(context, params) {
    const look = async () => {
      const before = await context.owners();
      const sighting = await lookForStates(context, before);
      return { ...sighting, owners: [before, await context.owners()] };
    };
    return lookPatiently(context, PATIENCE, look, (facts) =>
      firstOf('looking again, in case it passes', judge(facts, params).findings),
    );
  },
  decide(facts, params) {
    const { findings, evidence } = judge(facts, params);
    if (findings.length > 0) return { state: 'refused', changes: [], evidence, findings };
    return { state: 'already', changes: [], evidence: ['nothing is left behind', ...evidence] };
  },
});

function judge({ states, unseen, owners }: OrphanFacts, { tolerateHours }: OrphanParams): Verdict {
  const verdict = new Verdict();
  for (const { what, fix } of unseen) verdict.demand(false, what, fix);
  for (const state of states) judgeState(state, owners, tolerateHours, verdict);
  return verdict;
}

function judgeState(state: StandingState, owners: readonly Owners[], tolerateHours: number, verdict: Verdict): void {
  const words = describeState(state);
  const find = (which: 'open' | 'closed') =>
    owners.flatMap((read) => read[which]).find(({ owned }) => sameOwned(owned, state.owned));
  const owner = find('open');
  if (owner !== undefined) {
    verdict.seen(`${words}: run ${owner.id} (${owner.runbook}) owns it since ${owner.owned.since}`);
    return;
  }
  const last = find('closed');
  if (last !== undefined) {
    const { owned, id, runbook, ended = 'ended' } = last;
    verdict.demand(
      false,
      `${words}; "${owned.step}" of run ${id} (${runbook}) brought it about at ${owned.since}, and that run is no more: ${ended}`,
      `When nobody needs it any more: ${owned.byHand}`,
    );
    return;
  }
  const nobody = `${words}; no run has brought it about, so a person or another program has`;
  if (state.atWork === true) {
    verdict.seen(`${nobody}, and may be at it now`);
    return;
  }
  const maintenance = state.owned.kind !== 'disabledFirewall';
  if (maintenance && state.hours !== undefined && state.hours < tolerateHours) {
    verdict.seen(`${nobody}; it is a finding after ${tolerateHours} hours`);
    return;
  }
  verdict.demand(false, nobody, `When nobody needs it any more: ${state.byHand}`);
}
