import type { SshPool } from '../../connectors/ssh.ts';
import type { LoadedInventory } from '../../inventory/load.ts';
import type { InventoryHost } from '../../inventory/schema.ts';
import type { Profile } from '../../profiles/profile.ts';

/** What the doctor needs to look at a host. */
export interface HostQuestion {
  readonly host: InventoryHost;
  readonly loaded: LoadedInventory;
  readonly profile: Profile;
  readonly ssh: SshPool;
  readonly signal: AbortSignal;
}
