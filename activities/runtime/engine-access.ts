import { type EngineCall, EngineClient, type EngineSessions } from '../../connectors/engine/index.ts';
import { engineCa } from '../../connectors/engine-ca.ts';
import { resolveSecret } from '../../connectors/secrets.ts';
import { type HostSource, hostAccess } from './host-access.ts';
import { readHostCa } from './host-ca.ts';

export interface EngineSource extends HostSource {
  readonly engines: EngineSessions;
}

/** The engine of the inventory, for one step. The session behind it is shared by all of this worker's activities. */
export function engineAccess(source: EngineSource, call: EngineCall): EngineClient {
  const { inventory, inventoryDirectory: directory } = source;
  const { url, user, password, ca, fingerprint } = inventory.engine;
  const key = JSON.stringify([directory, url, user, password, ca ?? fingerprint ?? '']);
  const session = source.engines.of(key, {
    url,
    user,
    password: () => resolveSecret(password, directory, 'engine.password'),
    ca: async () => (await engineCa(inventory.engine, directory)) ?? (await hostCopy(source)),
  });
  return new EngineClient(session, call);
}

/** Where the inventory names no CA: the copy that a host got from its engine, over the pinned SSH connection. */
export async function hostCopy(source: HostSource): Promise<string | undefined> {
  // The session outlives the step that opens it.
  const lasting = { ...source, signal: AbortSignal.timeout(60_000) };
  for (const { name } of source.inventory.hosts.filter(({ role }) => role === 'hostedEngine')) {
    const copy = await readHostCa(hostAccess(lasting, name)).catch(() => undefined);
    if (copy !== undefined) return copy;
  }
  return undefined;
}
