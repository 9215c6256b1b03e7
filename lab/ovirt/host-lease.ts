import type { LabHost } from '../types.ts';

const KEY = 'sanlock-renewed';
/** HOST_STATUS_LIVE: renewed within these seconds. */
const LIVE = 80;
/** Renewals have failed for 80 s and the host's watchdog has had its 60 s: it cannot run anything any more. */
const DEAD = 140;

/** A host goes down: from now on nobody renews its lease. */
export function leaseRests(host: LabHost): void {
  if (host.units.isActive('sanlock.service')) host.kept.set(KEY, host.lab.clock.now());
}

const renews = (host: LabHost): boolean => host.power === 'on' && host.units.isActive('sanlock.service');

/** True as long as other hosts see that this one renews its lease on the storage. */
export function leaseIsLive(host: LabHost): boolean {
  if (renews(host)) return true;
  const last = host.kept.get(KEY) as number | undefined;
  return last !== undefined && host.lab.clock.now() - last < LIVE * 1000;
}

/** Seconds after which other hosts may take what this one held; it is back, or long gone, when there are none. */
export function secondsUntilDead(host: LabHost): number {
  const last = host.kept.get(KEY) as number | undefined;
  if (renews(host) || last === undefined) return 0;
  return Math.max(0, DEAD - (host.lab.clock.now() - last) / 1000);
}
