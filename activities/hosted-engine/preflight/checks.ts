import type { Inventory, InventoryHost } from '../../../inventory/schema.ts';
import type { Profile } from '../../../profiles/profile.ts';
import type { Finding } from '../../operation.ts';
import type { ResolvedWish } from '../wish.ts';
import type { HostFacts } from './facts.ts';

/** What each area judges by. */
export interface CheckInput {
  readonly facts: HostFacts;
  readonly wish: ResolvedWish;
  readonly inventory: Inventory;
  readonly host: InventoryHost;
  readonly profile: Profile;
  /** The wished engine runs on this host already, so what it uses is not missing. */
  readonly deployed: boolean;
}

/** Collects findings and what was seen. */
export class Verdict {
  readonly findings: Finding[] = [];
  readonly evidence: string[] = [];

  seen(line: string): void {
    this.evidence.push(line);
  }

  /** Notes a finding when the world is not as wished. */
  demand(holds: boolean, what: string, fix: string): boolean {
    if (!holds) this.findings.push({ what, fix });
    return holds;
  }
}
