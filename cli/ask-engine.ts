/** For commands that ask the engine themselves, with the account of the inventory; no run and no worker has a part in it. */
import { randomUUID } from 'node:crypto';
import { engineAccess } from '../activities/runtime/engine-access.ts';
import { type EngineClient, EngineSessions } from '../connectors/engine/index.ts';
import type { SshPool } from '../connectors/ssh.ts';
import { OperatorError } from '../failures/operator-error.ts';
import type { LoadedInventory } from '../inventory/load.ts';
import { unreachable, usage } from './failure.ts';

type Known = Pick<LoadedInventory, 'inventory' | 'directory'>;

/** The engine of the inventory; SSH is for the case that only a host has its CA. */
export function engineOf({ inventory, directory }: Known, ssh: SshPool, signal: AbortSignal): EngineClient {
  const source = { ssh, inventory, inventoryDirectory: directory, signal, engines: new EngineSessions() };
  return engineAccess(source, { correlationId: randomUUID(), signal });
}

/** What the engine and the connectors say, as the command line says no. */
export async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    throw error.type === 'EngineUnreachable' ? unreachable(error.message) : usage(error.message);
  }
}
