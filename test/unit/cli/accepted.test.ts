import { ServiceError, type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { untilAccepted } from '../../../cli/runs/accepted.ts';
import type { Session } from '../../../cli/temporal.ts';
import { runbooks } from '../../../runbooks/index.ts';

/** What becomes of the wait when the server answers the question with this. */
async function told(error?: Error): Promise<void> {
  const connection = { withDeadline: (_deadline: number, ask: () => Promise<unknown>) => ask() };
  const handle = {
    workflowId: 'run-1',
    executeUpdate: async () => {
      if (error !== undefined) throw error;
    },
  };
  const runbook = runbooks.deployHostedEngine;
  if (runbook === undefined) throw new Error('no such runbook');
  return untilAccepted({ connection } as unknown as Session, runbook, handle as unknown as WorkflowHandle);
}

const failed = (type: string, message: string) =>
  new WorkflowUpdateFailedError('Workflow Update failed', ApplicationFailure.nonRetryable(message, type));

it('says nothing of a run that goes on', async () => {
  await expect(told()).resolves.toBeUndefined();
});

it('tells each name that the inventory does not have, as of a wrong input', async () => {
  await expect(told(failed('InvalidInput', 'host: one\nhosts: two'))).rejects.toMatchObject({
    exit: 2,
    fields: { id: 'run-1', problems: ['host: one', 'hosts: two'] },
  });
});

it('tells an inventory that cannot be used', async () => {
  await expect(told(failed('InvalidInventory', 'line 3: is missing'))).rejects.toMatchObject({
    exit: 1,
    message: 'nothing was begun: line 3: is missing. See "npx runbook doctor".',
  });
});

it('tells that the run is there, and waits for a worker, when none has taken it up', async () => {
  await expect(told(new ServiceError('Workflow Update failed'))).rejects.toMatchObject({
    exit: 3,
    message: expect.stringMatching(
      /^run-1 is started, but no worker has taken it up so far; .*npx runbook watch run-1/,
    ),
  });
});
