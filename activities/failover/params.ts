/**
 * activities/failover/ finds out whether VMs would be restarted when their host fails, and makes a host fail to prove it.
 * This file: what its operations take and find out.
 */

export interface SurveyFailover {
  /** Name of a highly available VM; absent: all that run. */
  readonly vm?: string | undefined;
  /** The VM of the engine too. */
  readonly engineVm: boolean;
}

/** Where a VM runs, and where it would be restarted. */
export interface FailoverSeat {
  readonly host: string;
  /** Other hosts that could take it now, by their names in the inventory; for the engine VM the fittest first. */
  readonly others: readonly string[];
}

export interface FailoverSurvey {
  /** Of the VM that was named. */
  readonly vm?: FailoverSeat;
  /** Of the engine VM, where it was asked for. */
  readonly engine?: FailoverSeat;
}
