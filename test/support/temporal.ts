import { inject } from 'vitest';
import type { TemporalPlace } from './temporal-server.ts';

/** Where the Temporal server of this vitest worker is: files that are tested at the same time share none. */
function place(): TemporalPlace {
  const found = inject('temporalServers')[Number(process.env.VITEST_POOL_ID) - 1];
  if (found === undefined) throw new Error(`no Temporal server for vitest worker ${process.env.VITEST_POOL_ID}`);
  return found;
}

export function temporalAddress(): string {
  return place().address;
}

export function temporalUi(): string {
  return place().ui;
}
