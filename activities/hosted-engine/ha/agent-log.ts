import type { Read } from '../../host/read-all.ts';

const AGENT_LOG = '/var/log/ovirt-hosted-engine-ha/agent.log';

export interface Penalty {
  readonly points: number;
  /** In the agent's words: `network status`. */
  readonly reason: string;
}

export interface Since {
  /** As the log has it: `2019-11-15 15:57:39`. */
  readonly at: string;
  readonly reaches: boolean;
}

/** What the agent's own log tells beyond what it publishes. */
export interface AgentLog {
  /** What the newest score was lowered by. */
  readonly penalties: readonly Penalty[];
  /** Since when global maintenance is on, by the host's clock; `reaches` is false when the log begins later. */
  readonly globalSince?: Since;
  /** The same for local maintenance. */
  readonly localSince?: Since;
  /** When the agent wrote last, by the same clock. */
  readonly newestAt?: string;
}

/** The newest changes of state, one line each: agents repeat the state they are in. */
const transitions = (count: number): string =>
  `awk '/Current state /{ x = $0; sub(/.*Current state /, "", x); sub(/ .*/, "", x); if (x != was) print; was = x }' ${AGENT_LOG} | tail -n ${count}`;

export function agentLogReads(): Record<'transitions' | 'newest', Read> {
  return { transitions: transitions(2), newest: ['tail', '-n', '200', AGENT_LOG] };
}

export interface Transition {
  /** By the host's clock: `2019-11-15 15:57:39`. */
  readonly at: string;
  readonly state: string;
}

/** More of them than one failover makes. */
const LATEST = 20;

export const LATEST_TRANSITIONS = transitions(LATEST);

export function parseTransitions(text: string): readonly Transition[] {
  return text.split('\n').flatMap((line) => {
    const at = timeOf(line);
    const state = /Current state (\w+)/.exec(line)?.[1];
    return at === undefined || state === undefined ? [] : [{ at, state }];
  });
}

/** The same message is written at most once a minute, so what counts now was said within about two. */
const NEWEST_MS = 150_000;

/** Times are compared with each other only: they are the host's, in its own time zone. */
export function parseAgentLog(changed: string, newest: string): AgentLog {
  const lines = newest.split('\n').flatMap((line) => {
    const at = timeOf(line);
    return at === undefined ? [] : [{ line, at: Date.parse(`${at.replace(' ', 'T')}Z`) }];
  });
  const last = lines.at(-1)?.at ?? 0;
  const penalties = new Map<string, Penalty>();
  for (const { line, at } of lines) {
    const [, points, reason] = /Penalizing score by (\d+) due to (.+?)\s*$/.exec(line) ?? [];
    if (points === undefined || reason === undefined || last - at > NEWEST_MS) continue;
    // The amount changes from pass to pass, and free memory stands in the words themselves.
    penalties.set(reason.replace(/\d+/g, '#'), { points: Number(points), reason });
  }
  const changes = parseTransitions(changed);
  const newestChange = changes.at(-1);
  const since = newestChange && { at: newestChange.at, reaches: changes.length > 1 };
  const newestAt = newest
    .split('\n')
    .map(timeOf)
    .findLast((time) => time !== undefined);
  return {
    penalties: [...penalties.values()],
    ...(since && newestChange.state === 'GlobalMaintenance' && { globalSince: since }),
    ...(since && newestChange.state === 'LocalMaintenance' && { localSince: since }),
    ...(newestAt !== undefined && { newestAt }),
  };
}

function timeOf(line: string): string | undefined {
  return /^\w+::\w+::(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d+::/.exec(line)?.[1];
}
