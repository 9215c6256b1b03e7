import { ServiceError } from '@temporalio/client';
import type { Waiting } from '../../workflows/contract.ts';
import type { End, RunHandle } from '../support/run.ts';
import type { Reference } from './reference.ts';

const LIMIT_MS = 180_000;
/** For one more blow of the same run: another worker or server starts. */
const BLOW_MS = 20_000;

/**
 * Closed, or parked: an operator would have to decide.
 * @param answered a wait that has its answer: a parent shows it until its child tells that it goes on
 */
export async function whatCameOf(run: RunHandle, answered?: Waiting): Promise<End> {
  const isNew = ({ id, since }: Waiting) => id !== answered?.id || since !== answered.since;
  for (;;) {
    try {
      const record = await run.record();
      if (record?.waiting?.kind === 'parked' && isNew(record.waiting)) {
        return { type: 'parked', message: (record.waiting.reason ?? []).join('\n') };
      }
      if (await run.closed()) return await run.end();
    } catch (error) {
      // The server that was killed comes back.
      if (!(error instanceof ServiceError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** How long a run may take: of a long story thrice what it took undisturbed, held at each command. */
export function limitOf({ seconds }: Pick<Reference, 'seconds'>, blows = 1): number {
  return Math.max(LIMIT_MS, 3000 * seconds) + (blows - 1) * BLOW_MS;
}

export async function withinLimit<T>(work: Promise<T>, otherwise: string, limit = LIMIT_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${otherwise} within ${Math.round(limit / 1000)} s`)), limit);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
