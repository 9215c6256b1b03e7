import { MIGRATING } from '../engine/migrate.ts';
import { lines, readTrace, type Trace } from '../engine/trace.ts';
import { type EngineDecision, engineOperation, type OperationContext } from '../operation.ts';
import { type VmFacts, vmFacts, vmPath, withoutVm } from './facts.ts';
import type { VmParams } from './params.ts';

/** Not up or down yet, and on the way to it without anybody's help. */
const PASSING = [...MIGRATING, 'restoring_state', 'image_locked', 'powering_down', 'saving_state'];

/** The start failed, or the VM went down with an error (AuditLogType of the engine). */
const FAILED = [54, 119];

interface RunFacts extends VmFacts {
  readonly trace: Trace;
}

async function look(context: OperationContext, { name }: VmParams): Promise<RunFacts> {
  const { vm } = await vmFacts(context, name);
  return { trace: await readTrace(context, { ...(vm && { vm: vm.id }) }), ...(vm && { vm }) };
}

/** Starts a VM; leaves it `up`, which says nothing of the system inside. (engine, POST /vms/{id}/start) */
export const runVm = engineOperation<VmParams, RunFacts>({
  name: 'runVm',
  title: ({ name }) => `Start ${name}`,
  settleSeconds: 900,
  look,
  decide({ vm, trace }, { name }): EngineDecision<undefined> {
    const changes = [{ request: 'POST' as const, path: `${vmPath({ vm }, name)}/start`, body: {} }];
    if (vm === undefined) return withoutVm(name, changes);
    const evidence = [`VM ${name} is ${vm.status}`];
    if (vm.status === 'up') return { state: 'already', changes: [], evidence };
    if (PASSING.includes(vm.status)) return { state: 'underWay', changes: [], evidence, awaits: evidence[0] ?? '' };
    if (trace.events.some(({ code }) => FAILED.includes(code))) {
      const failed = { what: `VM ${name} did not start`, lines: lines(trace) };
      return { state: 'underWay', changes: [], evidence, failed };
    }
    if (!['down', 'suspended', 'paused'].includes(vm.status)) {
      const findings = [{ what: `VM ${name} is ${vm.status}`, fix: 'Look at its events in the Administration Portal' }];
      return { state: 'refused', changes: [], evidence, findings };
    }
    return {
      state: 'wouldDo',
      changes,
      evidence,
      undo: {
        title: `Power off ${name}`,
        call: { operation: 'powerOffVm', params: { name } satisfies VmParams },
        byHand: `power off VM ${name} in the Administration Portal`,
      },
    };
  },
});

/** Powers a VM off; leaves it `down`. What its system has not written is lost. (engine, POST /vms/{id}/stop) */
export const powerOffVm = engineOperation<VmParams, RunFacts>({
  name: 'powerOffVm',
  title: ({ name }) => `Power off ${name}`,
  settleSeconds: 300,
  look,
  decide({ vm }, { name }): EngineDecision<undefined> {
    const evidence = [vm === undefined ? `the engine has no VM ${name}` : `VM ${name} is ${vm.status}`];
    if (vm === undefined || vm.status === 'down') return { state: 'already', changes: [], evidence };
    if (['powering_down', 'image_locked', 'migrating'].includes(vm.status)) {
      return { state: 'underWay', changes: [], evidence, awaits: evidence[0] ?? '' };
    }
    return { state: 'wouldDo', changes: [{ request: 'POST', path: `/vms/${vm.id}/stop` }], evidence };
  },
});
