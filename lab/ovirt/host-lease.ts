import type { LabHost } from '../types.ts';

const KEY = 'sanlock-renewed';
/** HOST_STATUS_LIVE: renewed within these seconds. */
const LIVE = 80;

/** A host goes down: from now on nobody renews its lease. */
export function leaseRests(host: LabHost): void {
  if (host.units.isActive('sanlock.service')) host.kept.set(KEY, host.lab.clock.now());
}

/** True as long as other hosts see that this one renews its lease on the storage. */
export function leaseIsLive(host: LabHost): boolean {
  if (host.power === 'on' && host.units.isActive('sanlock.service')) return true;
  const last = host.kept.get(KEY) as number | undefined;
  return last !== undefined && host.lab.clock.now() - last < LIVE * 1000;
}
