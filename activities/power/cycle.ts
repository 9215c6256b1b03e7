import { PASSING } from '../engine/add-host.ts';
import { type HostView, hostInEngine } from '../engine/hosts.ts';
import { lines, newest, readTrace, type Trace } from '../engine/trace.ts';
import { type EngineDecision, engineOperation } from '../operation.ts';
import { bootOf } from './boot.ts';
import type { PowerCycle } from './params.ts';

/** AuditLogType of the engine: a restart by a user has failed, or did well. */
const RESTART_FAILED = 107;

interface CycleFacts {
  readonly seen: HostView;
  readonly trace: Trace;
  /** Absent while it does not answer. */
  readonly bootId?: string;
}

/**
 * Lets the engine switch a host in maintenance off and on by its fence agent, once; done when it answers with another
 * boot id. The engine's quiet times and its first five minutes are waited for. (engine, fence restart)
 */
export const powerCycleHost = engineOperation<PowerCycle, CycleFacts>({
  name: 'powerCycleHost',
  title: ({ host }) => `Switch ${host} off and on by its fence agent`,
  settleSeconds: 1800,
  async look(context, { host }) {
    const seen = await hostInEngine(context, host);
    const bootId = await bootOf(context, host);
    return {
      seen,
      trace: await readTrace(context, { host: seen.id }),
      ...(bootId !== undefined && { bootId }),
    };
  },
  decide({ seen, trace, bootId }, { host: name, bootId: before }): EngineDecision<undefined> {
    const boots = bootId === undefined ? `${name} does not answer` : `${name} runs boot ${bootId}`;
    const evidence = [`${name} is ${seen.status} in the engine`, boots];
    const change = { request: 'POST' as const, path: `/hosts/${seen.id}/fence`, body: { fence_type: 'restart' } };
    if (before === '') {
      const what = `which boot of ${name} is to end is not known`;
      return { state: 'refused', changes: [change], evidence, findings: [{ what, fix: 'Begin the run anew' }] };
    }
    // Up again before the engine has seen to the end of its own work.
    const passing = PASSING.includes(seen.status);
    if (bootId !== undefined && bootId !== before && !passing) return { state: 'already', changes: [], evidence };
    if (trace.events.some(({ code }) => code === RESTART_FAILED)) {
      const failed = { what: `the engine could not switch ${name} off and on`, lines: lines(trace) };
      return { state: 'underWay', changes: [], evidence, failed };
    }
    if (trace.begun || passing) {
      const line = newest(trace);
      return { state: 'underWay', changes: [], evidence, awaits: line === undefined ? boots : `${boots}: ${line}` };
    }
    if (seen.status === 'maintenance') return { state: 'wouldDo', changes: [change], evidence };
    const finding = { what: `${name} is ${seen.status} in the engine`, fix: 'Put it into maintenance, then retry' };
    return { state: 'refused', changes: [change], evidence, findings: [finding] };
  },
});
