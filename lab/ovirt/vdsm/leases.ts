/** Leases of VMs on a domain's `xleases`: sanlock lets one host at a time have each. */
import type { LabHost } from '../../types.ts';
import { secondsUntilDead } from '../host-lease.ts';

export interface VmLease {
  /** Its slot of 1 MiB in the volume; the index takes the first one. */
  readonly slot: number;
  holder?: LabHost | undefined;
}

/** What leases need of a domain. */
interface HasLeases {
  readonly leases: Map<string, VmLease>;
}

export function createLease(domain: HasLeases, vm: string): void {
  const { leases } = domain;
  const taken = new Set([...leases.values()].map(({ slot }) => slot));
  let slot = 1;
  while (taken.has(slot)) slot += 1;
  if (!leases.has(vm)) leases.set(vm, { slot });
}

export const removeLease = (domain: HasLeases, vm: string): void => void domain.leases.delete(vm);

/** Where a lease begins in the volume. */
export const leaseOffset = (lease: VmLease): number => lease.slot * 2 ** 20;

/**
 * Whether a host can have a lease: seconds to wait until its holder is surely dead, or `held` by one that lives.
 * `runs` tells whether a host still runs the VM; a host that has started anew gave its leases up by that.
 */
export function claim(lease: VmLease, host: LabHost, runs: (host: LabHost) => boolean): 'held' | number {
  const { holder } = lease;
  if (!holder || holder === host) return 0;
  return runs(holder) ? 'held' : secondsUntilDead(holder);
}
