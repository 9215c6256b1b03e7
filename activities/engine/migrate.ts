import { type EngineVm, engineVm } from '../../connectors/engine/model/vm.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { HostParams } from '../host/params.ts';
import { type EngineDecision, engineOperation, type OperationContext } from '../operation.ts';
import { said } from './add-host.ts';
import { engineHosts, type HostView, hostName } from './hosts.ts';
import { lines, readTrace, type Trace } from './trace.ts';

interface MigrationFacts {
  readonly vm: EngineVm;
  /** Where it runs; undefined: nowhere. */
  readonly from: HostView | undefined;
  readonly to: HostView | undefined;
  readonly trace: Trace;
}

/** Migration failed, or no host was found for it (AuditLogType of the engine). */
export const MIGRATION_FAILED = [65, 120, 128, 140, 166];
/** States that lead to another one, perhaps elsewhere. */
export const MIGRATING = ['migrating', 'wait_for_launch', 'powering_up', 'reboot_in_progress'];

/** The engine's own VM. @throws NotFound before it is imported */
export async function findEngineVmInEngine(context: OperationContext): Promise<EngineVm> {
  const vms = await context.engine().list('/vms', engineVm);
  const found = vms.find(({ origin }) => origin === 'managed_hosted_engine');
  if (found !== undefined) return found;
  throw new OperatorError('NotFound', 'the engine manages no VM of its own: hosted_storage is not imported yet');
}

/**
 * Moves the engine VM to a host while it runs. Leaves it `up` there; the engine pauses for some seconds, and its answers
 * with it. (engine: MigrateVmToServerCommand)
 */
export const migrateEngineVm = engineOperation<HostParams, MigrationFacts>({
  name: 'migrateEngineVm',
  title: ({ host }) => `Migrate the engine VM to ${host}`,
  settleSeconds: 900,
  async look(context, { host }) {
    const [vm, hosts] = await Promise.all([findEngineVmInEngine(context), engineHosts(context)]);
    return {
      vm,
      from: hosts.find(({ id }) => id === vm.host?.id),
      to: hosts.find(({ inventoryName }) => inventoryName === host),
      trace: await readTrace(context, { vm: vm.id }),
    };
  },
  decide({ vm, from, to, trace }, { host }): EngineDecision<undefined> {
    const at = from === undefined ? 'nowhere' : hostName(from);
    const evidence = [`the engine VM is ${vm.status} on ${at}`];
    const refuse = (what: string, fix: string): EngineDecision<undefined> => ({
      state: 'refused',
      changes: [],
      evidence,
      findings: [{ what, fix }],
    });
    if (vm.status === 'up' && at === host) return { state: 'already', changes: [], evidence };
    if (MIGRATING.includes(vm.status)) {
      return { state: 'underWay', changes: [], evidence, awaits: said(`the engine VM is ${vm.status}`, trace) };
    }
    if (trace.events.some(({ code }) => MIGRATION_FAILED.includes(code))) {
      const what = `the migration of the engine VM to ${host} failed`;
      return { state: 'underWay', changes: [], evidence, failed: { what, lines: lines(trace) } };
    }
    if (vm.status !== 'up' || from === undefined) {
      return refuse(`the engine VM is ${vm.status}, so it cannot be migrated`, 'Look at hosted-engine --vm-status');
    }
    if (to?.status !== 'up') {
      return refuse(
        `${host} is ${to?.status ?? 'not known'} in the engine`,
        'Bring the host up in the engine, or choose another one (input to)',
      );
    }
    return {
      state: 'wouldDo',
      changes: [{ request: 'POST', path: `/vms/${vm.id}/migrate`, body: { host: { id: to.id } } }],
      evidence,
      ...(from.inventoryName !== undefined && {
        undo: {
          title: `Migrate the engine VM back to ${at}`,
          call: { operation: 'migrateEngineVm', params: { host: at } satisfies HostParams },
          byHand: `migrate the VM ${vm.name} to ${from.name} in the Administration Portal`,
        },
      }),
    };
  },
});
