import { randomUUID } from 'node:crypto';
import type { OperationContext } from '../../activities/operation.ts';
import { engineAccess } from '../../activities/runtime/engine-access.ts';
import { hostAccess } from '../../activities/runtime/host-access.ts';
import { type EngineClient, EngineSessions } from '../../connectors/engine/index.ts';
import { resolveSecret } from '../../connectors/secrets.ts';
import type { SshPool } from '../../connectors/ssh.ts';
import { secretRef } from '../../inventory/fields.ts';
import type { LoadedInventory } from '../../inventory/load.ts';

interface Asker {
  readonly loaded: LoadedInventory;
  readonly ssh: SshPool;
  readonly signal: AbortSignal;
}

type Access = Pick<OperationContext, 'inventory' | 'inventoryDirectory' | 'signal' | 'host' | 'secret'> & {
  engine(): EngineClient;
};

/** The site as operations look at it, without a worker around it. */
export function accessOf({ loaded: { inventory, directory }, ssh, signal }: Asker): Access {
  const source = { ssh, inventory, inventoryDirectory: directory, signal, engines: new EngineSessions() };
  return {
    inventory,
    inventoryDirectory: directory,
    signal,
    host: (name) => hostAccess(source, name),
    secret: (ref, purpose) => resolveSecret(secretRef.parse(ref), directory, purpose),
    engine: () => engineAccess(source, { correlationId: randomUUID(), signal }),
  };
}
