import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Change, Decision, Operation, OperationContext } from '../../activities/operation.ts';
import { engineAccess } from '../../activities/runtime/engine-access.ts';
import { type HostAccess, hostAccess } from '../../activities/runtime/host-access.ts';
import { Artifacts } from '../../connectors/artifacts.ts';
import { type EngineClient, EngineSessions } from '../../connectors/engine/index.ts';
import { resolveSecret } from '../../connectors/secrets.ts';
import { SshPool } from '../../connectors/ssh.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import { secretRef } from '../../inventory/fields.ts';
import { loadInventory } from '../../inventory/load.ts';
import { startLab } from '../../lab/lab.ts';
import { resolveProfile } from '../../profiles/index.ts';
import { LabControl } from '../support/lab-control.ts';

/** A lab in this process with operations carried out over real SSH, without Temporal and without units. */
export interface OperationsLab {
  readonly control: LabControl;
  readonly context: OperationContext;
  shell(host: string): HostAccess;
  /** As one step's requests carry its correlation id. */
  engine(correlationId?: string): EngineClient;
  decide<P extends object, F, O, C extends Change>(
    operation: Operation<P, F, O, C>,
    params: P,
  ): Promise<Decision<O, C>>;
  /** Runs the changes of a decision in order, as the runtime does; answers what they printed. */
  carryOut(host: string, decision: Decision<unknown>): Promise<string>;
  /** Looks until the operation is done; fails with what is still missing. */
  settle<P extends object, F, O, C extends Change>(
    operation: Operation<P, F, O, C>,
    params: P,
  ): Promise<Decision<O, C>>;
  reset(): Promise<void>;
  close(): Promise<void>;
}

const LOOKS = 10;
const POLL_MS = 50;
const SETTLE_MS = 60_000;

export async function startOperationsLab(options: { speed: number; preset?: string }): Promise<OperationsLab> {
  const dir = await mkdtemp(join(tmpdir(), 'ovirt-runbooks-operations-'));
  const lab = await startLab({ hosts: 2, dir, ...options });
  const control = new LabControl(lab.control);
  const { inventory, directory } = await loadInventory(lab.inventory);
  const ssh = new SshPool();
  const { signal } = new AbortController();
  const source = { ssh, engines: new EngineSessions(), inventory, inventoryDirectory: directory, signal };
  const shell = (name: string) => hostAccess(source, name);
  const engine = (correlationId: string = randomUUID()) => engineAccess(source, { correlationId, signal });
  const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const context: OperationContext = {
    inventory,
    inventoryDirectory: directory,
    profile: resolveProfile(inventory),
    host: shell,
    engine: () => engine('00000000-0000-8000-8000-000000000000'),
    secret: (ref, purpose) => resolveSecret(secretRef.parse(ref), directory, purpose),
    owners: async () => ({ open: [], closed: [] }),
    artifacts: new Artifacts(join(dir, 'home'), 'operations'),
    signal,
    pause: (seconds) => pause(seconds * inventory.timing.scale * 1000),
    progress: () => undefined,
  };
  const decide: OperationsLab['decide'] = async (operation, params) => {
    for (let tries = 1; ; tries++) {
      try {
        return operation.decide(await operation.look(context, params), params, context);
      } catch (error) {
        // As the activity's retry policy does.
        if (!(error instanceof OperatorError) || error.type !== 'NotYet' || tries === LOOKS) throw error;
        await pause(POLL_MS);
      }
    }
  };
  return {
    control,
    context,
    shell,
    engine,
    decide,
    async carryOut(host, decision) {
      let printed = '';
      let failed = false;
      const before = decision.changes.filter((change) => change.before === true);
      for (const change of [...before, ...decision.changes.filter((each) => !before.includes(each))]) {
        if (failed && change.always !== true) continue;
        const stdin = change.secretStdin === undefined ? change.stdin : await change.secretStdin();
        const result = await shell(host).change(change.argv, stdin === undefined ? {} : { stdin });
        printed += result.stdout + result.stderr;
        failed ||= !(change.okCodes ?? [0]).includes(result.code);
      }
      return printed;
    },
    async settle(operation, params) {
      const until = Date.now() + SETTLE_MS;
      for (;;) {
        const decision = await decide(operation, params);
        if (decision.state === 'already') return decision;
        if (Date.now() > until) throw new Error(`${operation.name} did not settle: ${JSON.stringify(decision)}`);
        await pause(POLL_MS);
      }
    },
    async reset() {
      await control.reset({ preset: options.preset ?? 'bare', hosts: 2 });
    },
    async close() {
      await ssh.close();
      await lab.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
