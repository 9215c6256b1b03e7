import type { Owned } from '../../runbooks/owned-states.ts';

/** A state that should not last, as it stands in the datacentre now. */
export interface StandingState {
  readonly owned: Owned;
  /** Since when, as far as the datacentre tells: `since 2026-11-23 22:00:01 (agent.log of host1)`. */
  readonly since?: string;
  /** For how many hours at least; absent: nothing tells. */
  readonly hours?: number;
  readonly byHand: string;
  /** Somebody may be at it right now, so nobody's word on it is missed. */
  readonly atWork?: boolean;
}
