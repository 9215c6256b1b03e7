/**
 * activities/failover/ finds out whether VMs would be restarted when their host fails, and makes a host fail to prove it.
 * This file: what its operations take and find out.
 */
import type { HostParams } from '../host/params.ts';
import type { PowerCycle } from '../power/params.ts';

export interface SurveyFailover {
  /** Name of a highly available VM; absent: all that run. */
  readonly vm?: string | undefined;
  /** The VM of the engine too. */
  readonly engineVm: boolean;
  /** The host that runs it, or the one that runs the engine VM, is to lose its power. */
  readonly cut?: readonly ('vm' | 'engineVm')[] | undefined;
  /** With one `cut`: the host that people have agreed to; another one is refused. */
  readonly host?: string | undefined;
}

/** Where a VM runs, and where it would be restarted. */
export interface FailoverSeat {
  readonly host: string;
  /** Other hosts that could take it now, by their names in the inventory; for the engine VM the fittest first. */
  readonly others: readonly string[];
}

/** What goes with a host that loses its power. */
export interface Outage extends FailoverSeat {
  /** Highly available VMs on it, the one of the engine not counted. */
  readonly vms: readonly string[];
  /** It leads its data center. */
  readonly spm: boolean;
  /** It can run the engine VM, so it has an HA agent. */
  readonly hostedEngine: boolean;
}

/** What is needed to take the power of the host that runs the engine: the engine cannot. */
export interface EngineOutage extends FailoverSeat {
  /** A host that reaches the controller of the other, and would be let do it. */
  readonly by: string;
  /** In words: `drac5 at 172.20.33.11, user root`. */
  readonly agent: string;
  /** The host leads its data center. */
  readonly spm: boolean;
}

export interface FailoverSurvey {
  /** Of the VM that was named. */
  readonly vm?: FailoverSeat;
  /** Of the engine VM, where it was asked for. */
  readonly engine?: FailoverSeat;
  /** With `cut` of `vm`. */
  readonly outage?: Outage;
  /** With `cut` of `engineVm`. */
  readonly engineOutage?: EngineOutage;
}

export interface BeforeOutage extends HostParams {
  readonly bootId: string;
  /** Index of the newest event of the engine. */
  readonly event: number;
}

export interface BringHostBack extends HostParams {
  /** VM that ran on it: where it runs then is told as what remains, if that is not on this host. */
  readonly vm?: string | undefined;
}

/** As an undo it brings the host back. */
export type FenceHost = PowerCycle & BringHostBack;

/** A host that runs the engine VM, and the one that switches it by its controller. */
export interface EngineHostPower extends HostParams {
  /** Whose power it is; `host` runs the fence agent. */
  readonly target: string;
}

export interface SwitchHostOn extends EngineHostPower {
  /** As an undo: where the engine VM runs then is told as what remains, if that is not on this host. */
  readonly tellEngine?: boolean;
}

export interface CutHostPower extends EngineHostPower {
  /** The boot that is to end. */
  readonly bootId: string;
}

export interface BeforeEngineOutage {
  readonly bootId: string;
  /** By the clock of the host that was asked: `2019-11-15 15:57:39`. */
  readonly at: string;
}

export interface SeeEngineRestarted extends HostParams {
  /** The host that lost its power. */
  readonly from: string;
  readonly since: string;
}

export interface SeeVmRestarted {
  readonly name: string;
  /** The host that lost its power. */
  readonly from: string;
  /** Events with a higher index are of this outage. */
  readonly since: number;
}
