import type { PowerStatus } from '../../connectors/engine/index.ts';
import { PASSING } from '../engine/add-host.ts';
import { type HostView, hostInEngine, isEngineVm } from '../engine/hosts.ts';
import { lines, newest, readTrace, type Trace } from '../engine/trace.ts';
import type { HostParams } from '../host/params.ts';
import { type EngineDecision, engineOperation, type OperationContext } from '../operation.ts';
import { bootOf } from '../power/boot.ts';
import type { FenceHost } from './params.ts';

/** AuditLogType of the engine: a restart by a user has failed; a start by one. */
const RESTART_FAILED = 107;
const START_FAILED = 118;

interface FencedFacts {
  readonly seen: HostView;
  readonly trace: Trace;
  /** Absent while it does not answer. */
  readonly bootId?: string;
  /** Asked only of a host that does not answer, and that nobody is known to start. */
  readonly power?: PowerStatus;
}

async function look(context: OperationContext, { host }: HostParams): Promise<FencedFacts> {
  const seen = await hostInEngine(context, host);
  const [bootId, trace] = await Promise.all([bootOf(context, host), readTrace(context, { host: seen.id })]);
  if (bootId !== undefined) return { seen, trace, bootId };
  if (trace.begun || PASSING.includes(seen.status)) return { seen, trace };
  return { seen, trace, power: await context.engine().powerStatus(seen.id) };
}

/**
 * Lets the engine cut the power of a host that is up, and switch it on again, once: what runs there dies, and what is
 * highly available is started elsewhere meanwhile. Done when the host is up again with another boot. Never the host that
 * runs the engine itself. The engine's quiet times and first five minutes are waited for. (engine, fence restart)
 */
export const fenceHost = engineOperation<FenceHost, FencedFacts>({
  name: 'fenceHost',
  title: ({ host }) => `Cut the power of ${host} and switch it on again`,
  settleSeconds: 1800,
  look,
  decide(facts, { host: name, bootId: before }): EngineDecision<undefined> {
    const { seen, trace, bootId } = facts;
    const evidence = described(name, facts);
    const change = { request: 'POST' as const, path: `/hosts/${seen.id}/fence`, body: { fence_type: 'restart' } };
    const refuse = (what: string, fix: string): EngineDecision<undefined> => ({
      state: 'refused',
      changes: [change],
      evidence,
      findings: [{ what, fix }],
    });
    if (before === '') return refuse(`which boot of ${name} is to end is not known`, 'Begin the run anew');
    const anew = bootId !== undefined && bootId !== before;
    if (anew && seen.status === 'up') return { state: 'already', changes: [], evidence };
    if (trace.events.some(({ code }) => code === RESTART_FAILED)) {
      const failed = { what: `the engine could not restart ${name} by its fence agent`, lines: lines(trace) };
      return { state: 'underWay', changes: [], evidence, failed };
    }
    if (anew || trace.begun || PASSING.includes(seen.status)) return underWay(facts, evidence);
    if (seen.vms.some(isEngineVm)) {
      return refuse(`${name} runs the engine VM: the engine would switch itself off`, 'Move the engine VM first');
    }
    if (seen.status !== 'up') {
      return refuse(
        `${name} is ${seen.status} in the engine`,
        'Roll back: that switches it on; or bring it up, and retry',
      );
    }
    return {
      state: 'wouldDo',
      changes: [change],
      evidence,
      undo: {
        title: `Bring ${name} back`,
        call: { operation: 'bringHostBack', params: { host: name } satisfies HostParams },
        byHand: `start ${name} in the Administration Portal (Management, Power Management, Start), or at its controller`,
      },
    };
  },
});

/**
 * Brings a host back that has lost its power: waited for while it boots, switched on by its fence agent where it is off.
 * Leaves it up in the engine, or in maintenance where somebody has put it there. (engine, fence start)
 */
export const bringHostBack = engineOperation<HostParams, FencedFacts>({
  name: 'bringHostBack',
  title: ({ host }) => `Bring ${host} back`,
  settleSeconds: 1800,
  look,
  decide(facts, { host: name }): EngineDecision<undefined> {
    const { seen, trace, bootId, power } = facts;
    const evidence = described(name, facts);
    if (bootId !== undefined && ['up', 'maintenance'].includes(seen.status)) {
      return { state: 'already', changes: [], evidence };
    }
    if (trace.events.some(({ code }) => code === START_FAILED)) {
      const failed = { what: `the engine could not start ${name} by its fence agent`, lines: lines(trace) };
      return { state: 'underWay', changes: [], evidence, failed };
    }
    const off = power !== undefined && 'power' in power && power.power === 'off';
    if (!off) return underWay(facts, evidence);
    const change = { request: 'POST' as const, path: `/hosts/${seen.id}/fence`, body: { fence_type: 'start' } };
    return { state: 'wouldDo', changes: [change], evidence };
  },
});

function underWay({ trace }: FencedFacts, evidence: readonly string[]): EngineDecision<undefined> {
  const line = newest(trace);
  const awaits = [evidence.join(', '), ...(line === undefined ? [] : [line])].join(': ');
  return { state: 'underWay', changes: [], evidence, awaits };
}

function described(name: string, { seen, bootId, power }: FencedFacts): string[] {
  return [
    `${name} is ${seen.status} in the engine`,
    bootId === undefined ? `${name} does not answer` : `${name} runs boot ${bootId}`,
    ...(power !== undefined && 'power' in power ? [`its power is ${power.power}`] : []),
  ];
}
