import type { Verdict } from '../preflight/checks.ts';
import type { HaHost } from './read-host.ts';

/** The engine offers to renew a host's certificate from 30 days on; then vdsm is soon out of its reach. */
const URGENT_DAYS = 30;

/** Whether the hosts' certificates hold: without vdsm's the engine loses the host, and no VM can migrate to it. */
export function judgeCertificates(all: readonly HaHost[], verdict: Verdict): void {
  for (const { name, sight } of all) {
    for (const { what, notAfter, daysLeft } of sight?.certificates ?? []) {
      verdict.seen(`${what} on ${name} ends on ${notAfter}`);
      verdict.demand(
        daysLeft >= URGENT_DAYS,
        `${what} on ${name} ends on ${notAfter}, in ${daysLeft} days`,
        'Put the host into maintenance in the engine, then Installation, Enroll Certificate; where the CA itself ends, run engine-setup first',
      );
    }
  }
}
