import { setTimeout as pause } from 'node:timers/promises';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { usage } from '../failure.ts';
import { links } from '../settings.ts';
import type { Session } from '../temporal.ts';
import { type FoundSchedule, findSchedule } from './find.ts';

const LOOK_MILLISECONDS = 100;
const PATIENCE_MILLISECONDS = 10_000;

/**
 * Fires a schedule now, as if it were time: its window opens with it.
 * @throws CliFailure (usage) when a run of this schedule still goes on
 */
export async function trigger(
  session: Session,
  { handle, description }: FoundSchedule,
): Promise<{ id: string; run?: { id: string; runId: string; ui?: string } }> {
  const { scheduleId: id, info: before } = description;
  await handle.trigger(ScheduleOverlapPolicy.SKIP);
  const until = Date.now() + PATIENCE_MILLISECONDS;
  while (Date.now() < until) {
    const { info } = (await findSchedule(session, id)).description;
    const fired = info.recentActions.at(-1);
    if (info.numActionsTaken > before.numActionsTaken && fired !== undefined) {
      const { workflowId, firstExecutionRunId: runId } = fired.action.workflow;
      const ui = links.run(session.settings, workflowId, runId);
      return { id, run: { id: workflowId, runId, ...(ui && { ui }) } };
    }
    if (info.numActionsSkippedOverlap > before.numActionsSkippedOverlap) {
      const [running] = info.runningActions;
      const run = running?.workflow.workflowId ?? 'of this schedule';
      throw usage(`nothing was started: the run ${run} still goes on. See "npx runbook status ${run}".`);
    }
    await pause(LOOK_MILLISECONDS);
  }
  return { id };
}
