import { MIGRATING } from '../engine/migrate.ts';
import { lines } from '../engine/trace.ts';
import { type EngineDecision, type EngineRequest, engineOperation } from '../operation.ts';
import { withoutVm } from './facts.ts';
import { type AnyVm, describeVm, type KnownVm, type KnownVmFacts, lookAtVm, NOT_THERE } from './find.ts';

/** Not up or down yet, and on the way to it without anybody's help. */
const PASSING = [...MIGRATING, 'restoring_state', 'image_locked', 'powering_down', 'saving_state'];

/** The start failed, or the VM went down with an error (AuditLogType of the engine). */
const FAILED = [54, 119];

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

/**
 * Starts a VM on a host of the engine's choice; leaves it `up`, which says nothing of the system inside. Its undo powers it
 * off. (engine: RunVmCommand)
 */
export const startVm = engineOperation<AnyVm, KnownVmFacts>({
  name: 'startVm',
  title: ({ name }) => `Start ${name}`,
  settleSeconds: 900,
  look: lookAtVm,
  decide(facts, { name }): EngineDecision<undefined> {
    const { id, status, trace, hosts } = facts;
    const start = (vm: string): EngineRequest[] => [{ request: 'POST', path: `/vms/${vm}/start` }];
    if (status === NOT_THERE.status) return withoutVm(name, start(`{${name}}`));
    const now = describeVm(name, facts);
    const evidence = [now];
    if (status === 'up') return { state: 'already', changes: [], evidence };
    if (PASSING.includes(status)) return { state: 'underWay', changes: [], evidence, awaits: now };
    if (trace.events.some(({ code }) => FAILED.includes(code))) {
      const failed = { what: `${name} failed to start`, lines: lines(trace) };
      return { state: 'underWay', changes: [], evidence, failed };
    }
    if (!['down', 'suspended', 'paused'].includes(status)) {
      const findings = [{ what: now, fix: 'Look at its events in the Administration Portal' }];
      return { state: 'refused', changes: [], evidence, findings };
    }
    const undo = {
      title: `Power off ${name}`,
      call: { operation: 'powerOffVm', params: { name } satisfies AnyVm },
      byHand: `power off VM ${name} in the Administration Portal`,
    };
    const changes = start(id);
    // An engine that has just started has not looked at its hosts yet.
    if (hosts.every((host) => host.status !== 'up')) {
      return { state: 'underWay', changes, evidence, awaits: `no host of the cluster of ${name} is up yet`, undo };
    }
    return { state: 'wouldDo', changes, evidence, undo };
  },
});

/** Powers a VM off; leaves it `down`. What its system has not written is lost. (engine, POST /vms/{id}/stop) */
export const powerOffVm = engineOperation<AnyVm, KnownVmFacts>({
  name: 'powerOffVm',
  title: ({ name }) => `Power off ${name}`,
  settleSeconds: 300,
  look: lookAtVm,
  decide(facts, { name }): EngineDecision<undefined> {
    const { id, status } = facts;
    const now = describeVm(name, facts);
    if (status === NOT_THERE.status || status === 'down') return { state: 'already', changes: [], evidence: [now] };
    if (['powering_down', 'image_locked', 'migrating'].includes(status)) {
      return { state: 'underWay', changes: [], evidence: [now], awaits: now };
    }
    return { state: 'wouldDo', changes: [{ request: 'POST', path: `/vms/${id}/stop` }], evidence: [now] };
  },
});
