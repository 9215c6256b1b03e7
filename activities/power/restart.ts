import { PASSING } from '../engine/add-host.ts';
import { findHost, type HostView } from '../engine/hosts.ts';
import { lines, newest, readTrace, type Trace } from '../engine/trace.ts';
import type { EngineDecision, EngineRequest, OperationContext, UndoSpec } from '../operation.ts';
import { bootOf, bootWords } from './boot.ts';
import type { PowerCycle } from './params.ts';

/** AuditLogType of the engine: a restart by a user has failed. */
const RESTART_FAILED = 107;

/** A host whose power the engine switches, as the engine and the host itself tell of it. */
export interface PowerFacts {
  /** Absent: the engine does not have it, or a plan cannot know yet which host it will be. */
  readonly seen?: HostView;
  /** What this step has brought about. */
  readonly trace: Trace;
  /** Absent while it does not answer. */
  readonly bootId?: string;
}

export async function lookAtPower(context: OperationContext, host: string): Promise<PowerFacts> {
  const seen = await findHost(context, host);
  if (seen === undefined) return { trace: { begun: false, events: [] } };
  const [bootId, trace] = await Promise.all([bootOf(context, host), readTrace(context, { host: seen.id })]);
  return { seen, trace, ...(bootId !== undefined && { bootId }) };
}

/** The engine or somebody else is at work on the host. */
export const isPassing = ({ status }: HostView): boolean => PASSING.includes(status);

export function describePower(name: string, { seen, bootId }: PowerFacts): string[] {
  return [
    seen === undefined
      ? `the engine does not have ${name || 'a host that is not known yet'}`
      : `${name} is ${seen.status} in the engine`,
    bootWords(name, bootId),
  ];
}

interface Restart {
  /** The state in which the host is restarted, and what to do where it is in another. */
  readonly from: { readonly status: 'up' | 'maintenance'; readonly fix: string };
  /** Whether it is there again, once it has another boot. */
  readonly isBack: (seen: HostView) => boolean;
  /** What keeps it from being restarted. */
  readonly refuse?: (seen: HostView) => { readonly what: string; readonly fix: string } | undefined;
  readonly undo?: UndoSpec;
}

/** A restart of a host by its fence agent, once; done when it is back with another boot. (engine, fence restart) */
export function decideRestart(
  facts: PowerFacts,
  { host: name, bootId: before }: PowerCycle,
  how: Restart,
): EngineDecision<undefined> {
  const { seen, trace, bootId } = facts;
  const evidence = describePower(name, facts);
  const changes: EngineRequest[] =
    seen === undefined ? [] : [{ request: 'POST', path: `/hosts/${seen.id}/fence`, body: { fence_type: 'restart' } }];
  const refuse = (what: string, fix: string): EngineDecision<undefined> => ({
    state: 'refused',
    changes,
    evidence,
    findings: [{ what, fix }],
  });
  if (seen === undefined || before === '') {
    return refuse(`which boot of ${name || 'the host'} is to end is not known`, 'Begin the run anew');
  }
  const anew = bootId !== undefined && bootId !== before;
  if (anew && how.isBack(seen)) return { state: 'already', changes: [], evidence };
  if (trace.events.some(({ code }) => code === RESTART_FAILED)) {
    const failed = { what: `the engine could not switch ${name} off and on`, lines: lines(trace) };
    return { state: 'underWay', changes: [], evidence, failed };
  }
  // Up again before the engine has seen to the end of its own work.
  if (anew || trace.begun || isPassing(seen)) return waiting(facts, evidence);
  const refused = how.refuse?.(seen);
  if (refused !== undefined) return refuse(refused.what, refused.fix);
  if (seen.status !== how.from.status) return refuse(`${name} is ${seen.status} in the engine`, how.from.fix);
  return { state: 'wouldDo', changes, evidence, ...(how.undo && { undo: how.undo }) };
}

/** What has begun is waited for. */
export function waiting({ trace }: Pick<PowerFacts, 'trace'>, evidence: readonly string[]): EngineDecision<undefined> {
  const line = newest(trace);
  const awaits = [evidence.join(', '), ...(line === undefined ? [] : [line])].join(': ');
  return { state: 'underWay', changes: [], evidence, awaits };
}
