import { setTimeout as delay } from 'node:timers/promises';

/** Waits; ends with the signal's reason when the activity is cancelled. */
export async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    await delay(milliseconds, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/** How long to pause between two looks: as the profile's time runs, but neither idle nor a burden to the host. */
export function pollInterval(scale: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, most * scale));
}
