import { ServiceError } from '@temporalio/client';
import type { Waiting } from '../../workflows/contract.ts';
import type { End, RunHandle } from '../support/run.ts';

const LIMIT_MS = 180_000;

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

export async function withinLimit<T>(work: Promise<T>, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${otherwise} within ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
