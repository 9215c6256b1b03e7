/**
 * States that no run may leave behind unsaid: while they last, HA does not act, a host is open, or an image is locked.
 * A step declares that it brings one about for its run only.
 */
export const OWNED_KINDS = [
  'globalMaintenance',
  'localMaintenance',
  'stoppedEngineVm',
  'stoppedVm',
  'movedVm',
  'outage',
  'disabledFirewall',
  'imageTransfer',
] as const;
export type OwnedKind = (typeof OWNED_KINDS)[number];

/**
 * One such state: of a host, by its name in the inventory; of the `hosted-engine`; of a VM, by its name; of a transfer, by
 * the id of its disk.
 */
export interface Owned {
  readonly kind: OwnedKind;
  readonly target: string;
}

/** Global maintenance is one for all hosts of the hosted engine. */
export const GLOBAL_MAINTENANCE: Owned = { kind: 'globalMaintenance', target: 'hosted-engine' };

/** Shut down on purpose, which HA leaves alone under global maintenance. */
export const STOPPED_ENGINE_VM: Owned = { kind: 'stoppedEngineVm', target: 'hosted-engine' };

/** A host that takes no part in HA, as the engine's maintenance brings it about too. */
export const localMaintenance = (host: string): Owned => ({ kind: 'localMaintenance', target: host });

/** A host whose power was cut to see what becomes of what ran there; over when both are as before. */
export const outage = (host: string): Owned => ({ kind: 'outage', target: host });

export function sameOwned(one: Owned, other: Owned): boolean {
  return one.kind === other.kind && one.target === other.target;
}

/** The state in a sentence that ends before "since". */
export function ownedWords({ kind, target }: Owned): string {
  switch (kind) {
    case 'globalMaintenance':
      return 'the hosted engine is in global maintenance';
    case 'localMaintenance':
      return `${target} is in local maintenance`;
    case 'stoppedEngineVm':
      return 'the engine VM is shut down';
    case 'stoppedVm':
      return `the VM ${target} is shut down`;
    case 'movedVm':
      return `the VM ${target} is away from its host`;
    case 'outage':
      return `an outage of ${target} that is to prove failover is not over`;
    case 'disabledFirewall':
      return `the firewall of ${target} is off`;
    case 'imageTransfer':
      return `an image transfer to disk ${target} is open`;
  }
}
