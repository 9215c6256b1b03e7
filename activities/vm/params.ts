/**
 * activities/vm/ acts on VMs that run what people need: the VM with its disk, NICs, CD and watchdog, its start, its
 * migrations. The VM of the engine has its own folder. This file: what its operations take and what they find out.
 */

export interface VmParams {
  /** Name of the VM; for its making, one of `vms` of the inventory. */
  readonly name: string;
}

export interface VmPlace extends VmParams {
  readonly dataCenter: string;
  readonly cluster: string;
}

export interface VmNetwork extends VmPlace {
  /** Logical network that the NIC is on. */
  readonly network: string;
}

/** What has to be known before a VM is made. */
export interface VmPreflight {
  readonly exists: boolean;
  /** What an existing VM has otherwise than it is wished, one line each. */
  readonly differences: readonly string[];
}

/** Where a VM runs, and where else it could. */
export interface VmSeat {
  readonly host: string;
  /** Hosts of its cluster that are up, by their names in the inventory. */
  readonly others: readonly string[];
}
