import { Context } from '@temporalio/activity';
import { Artifacts } from '../../connectors/artifacts.ts';
import type { EngineClient } from '../../connectors/engine/index.ts';
import { resolveSecret } from '../../connectors/secrets.ts';
import { secretRef } from '../../inventory/fields.ts';
import { loadInventory } from '../../inventory/load.ts';
import type { Inventory } from '../../inventory/schema.ts';
import { resolveProfile } from '../../profiles/index.ts';
import type { OperationContext, StepRef } from '../operation.ts';
import { readOwners } from '../run/records.ts';
import { changeIds, correlationId } from './correlation-id.ts';
import { engineAccess } from './engine-access.ts';
import { type HostAccess, hostAccess } from './host-access.ts';
import { report } from './progress.ts';
import type { ActivityServices } from './services.ts';
import { wait } from './waiting.ts';

/** What the runtime works with: an operation's context whose shells and engine may also change things. */
export interface RuntimeContext extends OperationContext {
  host(name: string): HostAccess;
  engine(): EngineClient;
  readonly scale: number;
}

/** Reads the inventory, which is cached as long as the file does not change. */
export async function openContext(services: ActivityServices, step: StepRef): Promise<RuntimeContext> {
  const activity = Context.current();
  const { inventory, directory } = await loadInventory(services.inventory);
  await learnSecrets(inventory, directory);
  const scale = inventory.timing.scale;
  const signal = AbortSignal.any([activity.cancellationSignal, services.stopping]);
  const source = { ssh: services.ssh, engines: services.engines, inventory, inventoryDirectory: directory, signal };
  const engine = engineAccess(source, {
    correlationId: correlationId(step),
    ownIds: changeIds(step),
    signal,
  });
  return {
    inventory,
    inventoryDirectory: directory,
    profile: resolveProfile(inventory),
    scale,
    signal,
    host: (name) => hostAccess(source, name),
    engine: () => engine,
    secret: (ref, purpose) => resolveSecret(secretRef.parse(ref), directory, purpose),
    owners: readOwners,
    artifacts: new Artifacts(services.home, activity.info.workflowExecution?.workflowId ?? activity.info.activityId),
    pause: (seconds) => wait(seconds * scale * 1000, signal),
    progress: (line) => report({ line }),
  };
}

const learned = new WeakMap<Inventory, Promise<unknown>>();

/**
 * Resolves what may show up in a host's output, so that it is masked there: the worker that reads a log need not be
 * the one that handed the secret over. A missing one is told by the step that needs it.
 */
function learnSecrets(inventory: Inventory, directory: string): Promise<unknown> {
  let learning = learned.get(inventory);
  if (learning === undefined) {
    const refs = [inventory.engine.password, inventory.engine.rootPassword];
    learning = Promise.allSettled(refs.map((ref) => resolveSecret(ref, directory)));
    learned.set(inventory, learning);
  }
  return learning;
}
