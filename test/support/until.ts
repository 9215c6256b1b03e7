import { vi } from 'vitest';

/** Waits for what comes about by itself, however slow the machine is: far longer than it takes, within a test's limit. */
export function until(holds: () => boolean | Promise<boolean>, milliseconds = 60_000): Promise<unknown> {
  return vi.waitUntil(holds, { timeout: milliseconds, interval: 20 });
}
