import type { HostShell } from './host-shell.ts';

/** How long to pause between two looks at a state that settles, in milliseconds: the least, and at scale 1. */
export const SETTLING_POLL = [100, 1000] as const;

/**
 * Tells, asked after each look that did not show what is wished, whether the settling time is over. It is counted by
 * the clock of the host that is waited for, so the time in which a worker stood still, or could not reach the host, uses
 * none of it up. The engine tells no such clock: there the pauses between the looks count.
 */
export function patience(limit: number, scale: number, host: HostShell | undefined): () => Promise<boolean> {
  if (limit === 0) return async () => true;
  let seconds = 0;
  if (host === undefined) {
    const pause = pollSeconds(scale);
    return async () => {
      const over = seconds >= limit;
      seconds += pause;
      return over;
    };
  }
  let last: number | undefined;
  return async () => {
    const now = await uptime(host);
    // After a reboot the clock begins anew: what passed meanwhile is not known.
    if (last !== undefined && now > last) seconds += now - last;
    last = now;
    return seconds >= limit;
  };
}

function pollSeconds(scale: number): number {
  const [least, most] = SETTLING_POLL;
  return Math.max(most, least / scale) / 1000;
}

async function uptime(host: HostShell): Promise<number> {
  const { stdout } = await host.read(['cat', '/proc/uptime']);
  return parseUptime(stdout) ?? 0;
}

/** Seconds since the boot, from /proc/uptime. */
export function parseUptime(text: string): number | undefined {
  const seconds = Number.parseFloat(text);
  return Number.isFinite(seconds) ? seconds : undefined;
}
