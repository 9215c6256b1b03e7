import {
  type ScheduleDescription,
  type ScheduleHandle,
  ScheduleNotFoundError,
  type ScheduleSpecDescription,
} from '@temporalio/client';
import { didYouMean } from '../../inventory/nearest.ts';
import { runbooks } from '../../runbooks/index.ts';
import { usage } from '../failure.ts';
import type { Session } from '../temporal.ts';

/** Begins the ids of the catalogue in the Temporal UI: start buttons, no windows. */
export const CATALOG_PREFIX = 'runbook/';

/** A schedule as it is looked at. */
export interface FoundSchedule {
  readonly handle: ScheduleHandle;
  readonly description: ScheduleDescription;
}

/** Ids of the schedules that start a runbook, whoever made them. */
export async function windowIds(session: Session): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { scheduleId, action, spec } of session.client.schedule.list()) {
    if (!Object.hasOwn(runbooks, action?.workflowType ?? '')) continue;
    if (!scheduleId.startsWith(CATALOG_PREFIX) || hasTimes(spec)) ids.push(scheduleId);
  }
  return ids.sort();
}

/** One without is a start button. */
export function hasTimes(spec: ScheduleSpecDescription | undefined): boolean {
  return (spec?.calendars ?? []).length + (spec?.intervals ?? []).length > 0;
}

/** @throws CliFailure (usage) when there is no such schedule, with the nearest id */
export async function findSchedule(session: Session, id: string): Promise<FoundSchedule> {
  const found = await lookForSchedule(session, id);
  if (found !== undefined) return found;
  const known = await windowIds(session);
  throw usage(
    `there is no schedule "${id}" in namespace ${session.settings.namespace}.${didYouMean(id, known)} See "npx runbook schedule list".`,
    { known },
  );
}

export async function lookForSchedule(session: Session, id: string): Promise<FoundSchedule | undefined> {
  const handle = session.client.schedule.getHandle(id);
  try {
    return { handle, description: await handle.describe() };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}
