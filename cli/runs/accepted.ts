import {
  ServiceError,
  type WorkflowHandle,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { RunbookDefinition } from '../../runbooks/definition.ts';
import { acceptedUpdate } from '../../workflows/messages.ts';
import { stop } from '../../workflows/runtime/words.ts';
import { CliFailure, EXIT, unreachable } from '../failure.ts';
import { wrongInput } from '../input.ts';
import { isUnavailable, type Session } from '../temporal.ts';
import { findRun, readStatus } from './read.ts';

/** A worker reads its inventory for it; more than this only one takes that is not there, or not well. */
const ACCEPT_SECONDS = 30;

/**
 * Waits until the worker has found the input right by its inventory.
 * @throws CliFailure (usage) with what the inventory does not have, (ended) when the inventory itself is wrong: nothing
 * runs then; (unreachable) when no worker has taken the run up: it is there, and waits for one
 */
export async function untilAccepted(
  session: Session,
  runbook: RunbookDefinition,
  handle: WorkflowHandle,
): Promise<void> {
  const id = handle.workflowId;
  try {
    const deadline = Date.now() + ACCEPT_SECONDS * 1000;
    await session.connection.withDeadline(deadline, () => handle.executeUpdate(acceptedUpdate));
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
      throw refused(runbook, id, error.cause.type === 'InvalidInput', error.cause.message);
    }
    // A server that finds nobody to ask gives up before.
    const unanswered = error instanceof ServiceError && !isUnavailable(error);
    if (unanswered || error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
      throw unreachable(
        `${id} is started, but no worker has taken it up so far; it goes on when one does: see "npx runbook up" and "npx runbook worker", then "npx runbook watch ${id}"; "npx runbook cancel ${id}" takes it back.`,
      );
    }
    // It was faster than the question.
    if (error instanceof WorkflowNotFoundError) return unlessRefused(session, runbook, id);
    throw error;
  }
}

/** An ended run that has looked at nothing was refused. */
async function unlessRefused(session: Session, runbook: RunbookDefinition, id: string): Promise<void> {
  const { endState, steps, reason } = await readStatus(session, await findRun(session, id));
  if (endState === 'failed' && steps.length === 0 && reason !== undefined) throw refused(runbook, id, true, reason);
}

function refused(runbook: RunbookDefinition, id: string, byInput: boolean, message: string): CliFailure {
  if (byInput) return wrongInput(runbook, message.split('\n'), { id });
  return new CliFailure(EXIT.ended, `nothing was begun: ${stop(message)} See "npx runbook doctor".`, { id });
}
