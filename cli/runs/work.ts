/** What the activities of a run and of its children last said. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import type { Session } from '../temporal.ts';
import { decode } from './events.ts';
import { findRun, type RunHandle } from './read.ts';

/** What a pending activity last said. */
export interface Work {
  readonly stage?: string;
  readonly line?: string;
  readonly trouble?: Trouble;
}

/** Why it is being tried again; `waits` while the next try is still to begin. */
export interface Trouble {
  readonly attempt: number;
  readonly why: string;
  readonly waits?: true;
}

/** By the id of the step that a child is for its parent; the run's own under an empty one. */
export type Works = ReadonlyMap<string, Work>;

/** Asks Temporal, so it is told without a worker, and of activities whose worker has died. */
export async function worksOf(session: Session, { handle, description }: RunHandle): Promise<Works> {
  const own = workOf(description);
  const pending = (description.raw.pendingChildren ?? []).flatMap(({ workflowId }) => workflowId ?? []);
  const children = pending.map(async (id) => {
    const works = await worksOf(session, await findRun(session, id));
    const step = stepOf(handle.workflowId, id);
    return [...works].map(([below, work]) => [below === '' ? step : `${step}/${below}`, work] as const);
  });
  return new Map([...(own ? [['', own] as const] : []), ...(await Promise.all(children)).flat()]);
}

/** A child is named by its parent and its step; when started anew, by a number behind them. */
export function stepOf(parent: string, child: string): string {
  return child.slice(parent.length + 1).replace(/\.\d+$/, '');
}

function workOf({ raw }: WorkflowExecutionDescription): Work | undefined {
  const pending = raw.pendingActivities?.at(-1);
  if (!pending) return undefined;
  const beat = decode(pending.heartbeatDetails?.payloads?.[0]) as { stage?: string; line?: string } | undefined;
  const { lastFailure, attempt } = pending;
  const next = pending.scheduledTime ? tsToMs(pending.scheduledTime) : 0;
  return {
    ...(beat?.stage && { stage: beat.stage }),
    ...(beat?.line && { line: beat.line }),
    ...(lastFailure?.message && {
      trouble: { attempt: attempt ?? 1, why: lastFailure.message, ...(next > Date.now() && { waits: true as const }) },
    }),
  };
}
