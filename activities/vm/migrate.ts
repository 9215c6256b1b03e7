import type { EngineVm } from '../../connectors/engine/model/vm.ts';
import { lines, readTrace, type Trace } from '../engine/trace.ts';
import { type EngineDecision, engineOperation } from '../operation.ts';
import { hostName, type Seat, seatOf, vmInEngine } from './facts.ts';
import type { VmMigration } from './params.ts';
import { PASSING } from './run.ts';

interface MigrationFacts extends Seat {
  readonly vm: EngineVm;
  readonly trace: Trace;
}

/** The migration failed, or no host was found for it (AuditLogType of the engine). */
const FAILED = [65, 120, 140, 166];

/**
 * Moves a VM to a host while it runs; leaves it `up` there. (article, section 14; engine, POST /vms/{id}/migrate)
 */
export const migrateVm = engineOperation<VmMigration, MigrationFacts>({
  name: 'migrateVm',
  title: ({ name, host }) => `Migrate ${name} to ${host}`,
  settleSeconds: 900,
  async look(context, { name }) {
    const vm = await vmInEngine(context, name);
    const [seat, trace] = await Promise.all([seatOf(context, vm), readTrace(context, { vm: vm.id })]);
    return { vm, trace, ...seat };
  },
  decide({ vm, at, others, trace }, { name, host }): EngineDecision<undefined> {
    const here = at === undefined ? 'nowhere' : hostName(at);
    const evidence = [`VM ${name} is ${vm.status} on ${here}`];
    if (vm.status === 'up' && here === host) return { state: 'already', changes: [], evidence };
    if (PASSING.includes(vm.status)) return { state: 'underWay', changes: [], evidence, awaits: evidence[0] ?? '' };
    if (trace.events.some(({ code }) => FAILED.includes(code))) {
      const failed = { what: `the migration of ${name} to ${host} failed`, lines: lines(trace) };
      return { state: 'underWay', changes: [], evidence, failed };
    }
    const to = others.find((other) => hostName(other) === host);
    if (vm.status !== 'up' || to === undefined) {
      const what = to === undefined ? `${host} is not up in the cluster of ${name}` : `VM ${name} is ${vm.status}`;
      const findings = [{ what, fix: 'Bring the host up, or the VM, then retry' }];
      return { state: 'refused', changes: [], evidence, findings };
    }
    return {
      state: 'wouldDo',
      changes: [{ request: 'POST', path: `/vms/${vm.id}/migrate`, body: { host: { id: to.id } } }],
      evidence,
      undo: {
        title: `Migrate ${name} back to ${here}`,
        call: { operation: 'migrateVm', params: { name, host: here } satisfies VmMigration },
        byHand: `migrate VM ${name} to ${here} in the Administration Portal`,
      },
    };
  },
});
