import { MIGRATING } from '../engine/migrate.ts';
import { lines } from '../engine/trace.ts';
import { type EngineDecision, type EngineRequest, engineOperation } from '../operation.ts';
import { describeVm, type KnownVm, type KnownVmFacts, lookAtVm } from './find.ts';

/** AuditLogType: failed to run. */
const FAILED_TO_RUN = 54;

/**
 * Shuts a VM down through its guest system, and returns when it is down. HA of the engine leaves alone what is shut down
 * by a user. Its undo starts it again. (engine: ShutdownVmCommand)
 */
export const shutDownVm = engineOperation<KnownVm, KnownVmFacts>({
  name: 'shutDownVm',
  title: ({ name }) => `Shut down ${name}`,
  settleSeconds: 900,
  look: lookAtVm,
  decide(facts, { vm: id, name }): EngineDecision<undefined> {
    const evidence = [describeVm(name, facts)];
    const undo = {
      title: `Start ${name} again`,
      call: { operation: 'startVm', params: { vm: id, name } satisfies KnownVm },
      byHand: `run ${name} in the Administration Portal`,
    };
    if (facts.status === 'down') return { state: 'already', changes: [], evidence };
    if (facts.status === 'powering_down') {
      const awaits = `the guest system of ${name} powers down`;
      return { state: 'underWay', changes: [], evidence, awaits, undo };
    }
    return {
      state: 'wouldDo',
      changes: [{ request: 'POST', path: `/vms/${id}/shutdown` }],
      evidence,
      awaits: `${name} has been asked to power down, and is ${facts.status}`,
      undo,
    };
  },
});

/** Starts a VM on a host of the engine's choice. Leaves it `up`. (engine: RunVmCommand) */
export const startVm = engineOperation<KnownVm, KnownVmFacts>({
  name: 'startVm',
  title: ({ name }) => `Start ${name}`,
  settleSeconds: 900,
  look: lookAtVm,
  decide(facts, { vm: id, name }): EngineDecision<undefined> {
    const { status, trace, hosts } = facts;
    const evidence = [describeVm(name, facts)];
    if (status === 'up') return { state: 'already', changes: [], evidence };
    if (trace.events.some(({ code }) => code === FAILED_TO_RUN)) {
      const failed = { what: `${name} failed to start`, lines: lines(trace) };
      return { state: 'underWay', changes: [], evidence, failed };
    }
    if (MIGRATING.includes(status) || status === 'powering_down') {
      return { state: 'underWay', changes: [], evidence, awaits: describeVm(name, facts) };
    }
    const changes: EngineRequest[] = [{ request: 'POST', path: `/vms/${id}/start` }];
    // An engine that has just started has not looked at its hosts yet.
    if (hosts.every((host) => host.status !== 'up')) {
      return { state: 'underWay', changes, evidence, awaits: `no host of the cluster of ${name} is up yet` };
    }
    return { state: 'wouldDo', changes, evidence };
  },
});
