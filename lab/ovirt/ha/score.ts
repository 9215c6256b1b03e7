import type { StateName } from './states.ts';

/** What a host offers to the engine VM; numbers as its agent measures them. */
export interface Fitness {
  /** Successful network probes among the five of a pass. */
  readonly networkProbes: number;
  readonly bridgeUp: boolean;
  readonly freeMemoryMb: number;
  readonly vmMemoryMb: number;
  /** 15-minute CPU load without the engine VM, 0 to 1. */
  readonly cpuLoad: number;
  readonly failedStarts: number;
}

const BASE = 3400;
const PROBES = 5;
const zeroStates = new Set<StateName>([
  'LocalMaintenance',
  'EngineUnexpectedlyDown',
  'ReinitializeFSM',
  'AgentStopped',
]);
const vmIsCounted = new Set<StateName>(['EngineUp', 'EngineUpBadHealth']);

/** A host's score in a state, with the log lines that explain what was taken off. */
export function score(state: StateName, fit: Fitness): { value: number; log: string[] } {
  const log: string[] = [];
  if (zeroStates.has(state)) {
    if (state === 'LocalMaintenance') log.push('Score is 0 due to local maintenance mode');
    return { value: 0, log };
  }
  let value = BASE;
  const take = (penalty: number, why: string): void => {
    if (penalty <= 0) return;
    value -= penalty;
    log.push(`Penalizing score by ${penalty} due to ${why}`);
  };
  take(Math.round(1600 * (1 - fit.networkProbes / PROBES)), 'network status');
  if (!fit.bridgeUp) take(600, 'mgmt bridge status');
  take(Math.min(1000, Math.max(0, Math.trunc(((fit.cpuLoad - 0.4) / 0.5) * 1000))), 'cpu load');
  // While the VM runs here its memory is not free: only these states know better than to punish that.
  if (!vmIsCounted.has(state) && fit.freeMemoryMb < fit.vmMemoryMb) {
    take(400, `free memory ${Math.trunc(fit.freeMemoryMb)} being lower than required ${fit.vmMemoryMb}`);
  }
  if (fit.failedStarts > 3) {
    log.push(`Score is 0 due to ${fit.failedStarts} engine vm retry attempts`);
    return { value: 0, log };
  }
  if (fit.failedStarts > 0) take(50 * fit.failedStarts, `${fit.failedStarts} engine vm retry attempts`);
  return { value: Math.max(0, value), log };
}
