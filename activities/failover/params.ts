/**
 * activities/failover/ finds out whether VMs would be restarted when their host fails, and makes a host fail to prove it.
 * This file: what its operations take and find out.
 */
import type { HostParams } from '../host/params.ts';

export interface SurveyFailover {
  /** Name of a highly available VM; absent: all that run. */
  readonly vm?: string | undefined;
  /** The VM of the engine too. */
  readonly engineVm: boolean;
  /** The host that runs it is to lose its power. */
  readonly cut?: 'vm' | undefined;
  /** With `cut`: the host that people have agreed to; another one is refused. */
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

export interface FailoverSurvey {
  /** Of the VM that was named. */
  readonly vm?: FailoverSeat;
  /** Of the engine VM, where it was asked for. */
  readonly engine?: FailoverSeat;
  /** With `cut`. */
  readonly outage?: Outage;
}

export interface BeforeOutage extends HostParams {
  readonly bootId: string;
  /** Index of the newest event of the engine. */
  readonly event: number;
}

export interface SeeVmRestarted {
  readonly name: string;
  /** The host that lost its power. */
  readonly from: string;
  /** Events with a higher index are of this outage. */
  readonly since: number;
}
