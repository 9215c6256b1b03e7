import type { LabHost } from '../../types.ts';
import type { StateName } from './states.ts';

/** What an agent holds while it runs; gone with the process or the host. */
export interface AgentRuntime {
  readonly pid: number;
  state: StateName;
  score: number;
  /** The hosts it holds to be alive, as pushed to the broker at `at` (virtual ms). */
  alive: { ids: ReadonlySet<number>; at: number } | undefined;
}

const KEY = 'hosted-engine-agent';

export function agentRuntime(host: LabHost): AgentRuntime | undefined {
  return host.volatile.get(KEY) as AgentRuntime | undefined;
}

export function setAgentRuntime(host: LabHost, runtime: AgentRuntime): void {
  host.volatile.set(KEY, runtime);
}

/** Seconds of the host's monotonic clock. */
export function monotonic(host: LabHost): number {
  return Math.floor((host.lab.clock.now() - host.boot.at) / 1000);
}
