import { randomUUID } from 'node:crypto';
import { TimeoutFailure, WorkflowFailedError } from '@temporalio/client';
import type { RunbookDefinition } from '../../runbooks/definition.ts';
import { type InputVerdict, JUDGE_INPUT, TASK_QUEUE } from '../../workflows/contract.ts';
import { stop } from '../../workflows/runtime/words.ts';
import { CliFailure, EXIT } from '../failure.ts';
import { wrongInput } from '../input.ts';
import { note } from '../output.ts';
import { livePollers, type Session } from '../temporal.ts';

/** A worker reads its inventory for it; more than this only one takes that is not there. */
const JUDGE_TIMEOUT = '30 seconds';

/**
 * Lets a worker judge the input of a schedule by its inventory, as the first run would. Where no worker serves, that is
 * said: a schedule may be made before there is one.
 * @throws CliFailure (usage) with what the inventory does not have, (ended) when the inventory itself is wrong
 */
export async function judgeInput(session: Session, runbook: RunbookDefinition, input: object): Promise<void> {
  const verdict = (await livePollers(session)).length > 0 ? await ask(session, runbook, input) : undefined;
  if (verdict === undefined) {
    note(
      'No worker has answered, so nobody has looked whether the inventory has the names in the input: a run that misses one ends "failed" at once, which pauses the schedule.',
    );
    return;
  }
  const { problems, inventory } = verdict;
  if (inventory !== undefined) {
    throw new CliFailure(EXIT.ended, `no schedule was made: ${stop(inventory)} See "npx runbook doctor".`);
  }
  if (problems.length > 0) throw wrongInput(runbook, problems);
}

/** Undefined when no worker has answered in time. */
async function ask(session: Session, { name }: RunbookDefinition, input: object): Promise<InputVerdict | undefined> {
  try {
    return await session.client.workflow.execute<(name: string, input: object) => Promise<InputVerdict>>(JUDGE_INPUT, {
      taskQueue: TASK_QUEUE,
      workflowId: `judge-input-${randomUUID()}`,
      args: [name, input],
      workflowExecutionTimeout: JUDGE_TIMEOUT,
      staticSummary: `Whether the inventory has what an input of ${name} names`,
    });
  } catch (error) {
    if (error instanceof WorkflowFailedError && error.cause instanceof TimeoutFailure) return undefined;
    throw error;
  }
}
