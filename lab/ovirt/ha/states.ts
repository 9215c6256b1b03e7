import {
  BAD_HEALTH_TIMEOUT,
  ENGINE_STARTING_TIMEOUT,
  ENGINE_STOP_TIMEOUT,
  HOST_ALIVE_TIMEOUT,
  MAYBE_AWAY_TIMEOUT,
  RESTART_THRESHOLD,
  UNEXPECTED_DOWN_TIMEOUT,
} from './constants.ts';
import type { EngineStatus } from './engine-status.ts';

export type StateName =
  | 'StartState'
  | 'ReinitializeFSM'
  | 'UnknownLocalVmState'
  | 'GlobalMaintenance'
  | 'LocalMaintenance'
  | 'EngineDown'
  | 'EngineStart'
  | 'EngineStarting'
  | 'EngineUp'
  | 'EngineUpBadHealth'
  | 'EngineStop'
  | 'EngineForceStop'
  | 'EngineMaybeAway'
  | 'EngineUnexpectedlyDown'
  | 'AgentStopped';

/** An agent's state and since when its timer runs, on the host's monotonic clock. */
export interface Machine {
  readonly state: StateName;
  readonly timerFrom?: number;
}

export interface Remote {
  readonly hostId: number;
  readonly hostname: string;
  readonly score: number;
  readonly alive: boolean;
  readonly engine: EngineStatus;
}

/** Everything one pass of the monitoring loop looked at. */
export interface View {
  readonly now: number;
  readonly globalMaintenance: boolean;
  readonly localMaintenance: boolean;
  readonly local: EngineStatus;
  readonly score: number;
  /** How long this agent has collected data without a break. */
  readonly history: number;
  readonly remotes: readonly Remote[];
}

/** The orders an agent gives to its host. The outcome of `start` and `forceStop` decides the next state. */
export interface Orders {
  start(): Promise<boolean>;
  stop(): Promise<boolean>;
  forceStop(): Promise<boolean>;
}

export interface Step {
  readonly to: StateName;
  /** The next pass follows at once instead of after the loop delay. */
  readonly atOnce?: boolean;
  readonly log?: string;
}

interface Timer {
  readonly seconds: number;
  readonly to: StateName;
}

const timers: Partial<Record<StateName, Timer>> = {
  EngineStarting: { seconds: ENGINE_STARTING_TIMEOUT, to: 'EngineStop' },
  EngineUpBadHealth: { seconds: BAD_HEALTH_TIMEOUT, to: 'EngineStop' },
  EngineStop: { seconds: ENGINE_STOP_TIMEOUT, to: 'EngineForceStop' },
  EngineMaybeAway: { seconds: MAYBE_AWAY_TIMEOUT, to: 'EngineUnexpectedlyDown' },
  EngineUnexpectedlyDown: { seconds: UNEXPECTED_DOWN_TIMEOUT, to: 'EngineDown' },
};

/** When the state's timer runs out, if it has one; published as `timeout=` by three of the states. */
export function deadline(machine: Machine): number | undefined {
  const timer = timers[machine.state];
  return timer && machine.timerFrom !== undefined ? machine.timerFrom + timer.seconds : undefined;
}

const keepRunning = new Set<StateName>(['EngineUp', 'EngineUpBadHealth']);

function commonChecks(machine: Machine, view: View): Step | undefined {
  const end = deadline(machine);
  const timer = timers[machine.state];
  if (timer && end !== undefined && view.now >= end) {
    return { to: timer.to, log: `Timeout set to ${Math.round(end)}` };
  }
  if (view.globalMaintenance) return { to: 'GlobalMaintenance', log: 'Global HA maintenance detected' };
  if (machine.state === 'GlobalMaintenance' || machine.state === 'LocalMaintenance') {
    return view.localMaintenance
      ? { to: 'LocalMaintenance', log: 'Local maintenance detected' }
      : { to: 'ReinitializeFSM' };
  }
  if (view.local.vm === 'unknown') return { to: 'UnknownLocalVmState' };
  if (view.localMaintenance && !keepRunning.has(machine.state)) {
    return { to: 'LocalMaintenance', log: 'Local maintenance detected' };
  }
  return undefined;
}

const elsewhere = (view: View): Remote | undefined => view.remotes.find((r) => r.alive && r.engine.vm === 'up');
const bestRemote = (view: View): Remote | undefined =>
  view.remotes
    .filter((r) => r.alive)
    .reduce<Remote | undefined>((a, b) => (a && a.score >= b.score ? a : b), undefined);

function fromDown(view: View): Step {
  if (view.local.vm === 'up') {
    return { to: 'EngineStarting', atOnce: true, log: 'Engine vm unexpectedly running locally, monitoring vm' };
  }
  const other = elsewhere(view);
  if (other) return { to: 'EngineDown', log: `Engine vm is running on host ${other.hostname} (id ${other.hostId})` };
  if (view.history < HOST_ALIVE_TIMEOUT) {
    return {
      to: 'EngineDown',
      log: 'The engine is not running, but we do not have enough data to decide which hosts are alive',
    };
  }
  const best = bestRemote(view);
  // Equal scores may both try: the lease decides which of them gets the VM.
  if (!best || best.score <= view.score) {
    return {
      to: 'EngineStart',
      atOnce: true,
      log: `Engine down and local host has best score (${view.score}), attempting to start engine VM`,
    };
  }
  return { to: 'EngineDown', log: 'Engine down, local host does not have best score' };
}

function fromUp(machine: Machine, view: View): Step {
  if (view.local.vm === 'down') return { to: 'EngineDown', log: 'Engine vm is running on another host' };
  if (view.local.vm === 'down_unexpected') {
    return { to: 'EngineUnexpectedlyDown', log: 'Engine vm was unexpectedly shut down' };
  }
  if (view.local.vm !== 'up') {
    return { to: 'EngineMaybeAway', atOnce: true, log: 'Engine vm may be running on another host' };
  }
  const best = bestRemote(view);
  if (best && best.score >= view.score + RESTART_THRESHOLD) {
    return {
      to: 'EngineStop',
      log: `Host ${best.hostname} (id ${best.hostId}) score is significantly better than local score, shutting down VM on this host`,
    };
  }
  if (view.local.health === 'good') return { to: 'EngineUp', log: 'Engine vm running on localhost' };
  const left = Math.round(BAD_HEALTH_TIMEOUT - (view.now - (machine.timerFrom ?? view.now)));
  return machine.state === 'EngineUpBadHealth'
    ? { to: 'EngineUpBadHealth', log: `Engine VM has bad health status, timeout in ${left} seconds` }
    : { to: 'EngineUpBadHealth' };
}

async function fromStop(machine: Machine, view: View, orders: Orders): Promise<Step> {
  if (view.local.vm !== 'up') return { to: 'EngineDown', log: 'Engine vm not running on local host' };
  if (view.local.detail === 'Paused') {
    return { to: 'EngineForceStop', atOnce: true, log: 'Engine VM is paused, forcefully stopping.' };
  }
  if (machine.timerFrom === undefined) return { to: (await orders.stop()) ? 'EngineStop' : 'ReinitializeFSM' };
  const waited = Math.round(view.now - machine.timerFrom);
  return { to: 'EngineStop', log: `Waiting on shutdown to complete (${waited} of ${ENGINE_STOP_TIMEOUT} seconds)` };
}

/** Decides where an agent goes from its state on what it sees; gives orders to the host where the state demands one. */
export async function decide(machine: Machine, view: View, orders: Orders): Promise<Step> {
  const common = commonChecks(machine, view);
  if (common) return common;
  switch (machine.state) {
    case 'StartState':
    case 'UnknownLocalVmState':
      return { to: 'ReinitializeFSM', atOnce: true };
    case 'ReinitializeFSM':
      return view.local.vm === 'up' ? { to: 'EngineStarting', atOnce: true } : { to: 'EngineDown' };
    case 'EngineDown':
      return fromDown(view);
    case 'EngineStart':
      return { to: (await orders.start()) ? 'EngineStarting' : 'EngineDown' };
    case 'EngineStarting':
      if (view.local.vm === 'up') {
        return view.local.health === 'good' ? { to: 'EngineUp' } : { to: 'EngineStarting', log: 'VM is powering up..' };
      }
      return view.local.vm === 'down'
        ? { to: 'EngineForceStop', atOnce: true, log: 'Another host already took over..' }
        : { to: 'EngineMaybeAway', atOnce: true, log: 'VM is unexpectedly down.' };
    case 'EngineUp':
    case 'EngineUpBadHealth':
      return fromUp(machine, view);
    case 'EngineStop':
      return fromStop(machine, view, orders);
    case 'EngineForceStop':
      return { to: (await orders.forceStop()) ? 'EngineDown' : 'ReinitializeFSM' };
    case 'EngineMaybeAway':
      if (view.local.vm === 'up') return { to: 'EngineUp', log: 'Engine vm running on localhost' };
      return elsewhere(view)
        ? { to: 'EngineDown', log: 'Another host already took over..' }
        : { to: 'EngineMaybeAway' };
    case 'EngineUnexpectedlyDown': {
      if (view.local.vm === 'up') {
        return { to: 'EngineUp', log: 'Engine vm unexpectedly running locally, monitoring vm' };
      }
      return { to: 'EngineUnexpectedlyDown', log: 'Engine down, local host does not have best score' };
    }
    default:
      return { to: 'ReinitializeFSM' };
  }
}

/** The machine after a step: a state that goes on keeps its timer, a state that begins and has one starts it. */
export function advance(machine: Machine, step: Step, now: number): Machine {
  if (step.to === machine.state)
    return machine.timerFrom === undefined && timers[step.to] ? { ...machine, timerFrom: now } : machine;
  // EngineStop gives its order on its first pass, and only then does its timer run.
  return timers[step.to] && step.to !== 'EngineStop' ? { state: step.to, timerFrom: now } : { state: step.to };
}
