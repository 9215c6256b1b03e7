import { TASK_QUEUE } from '../../workflows/contract.ts';
import { LOCKS } from '../../workflows/locks/contract.ts';
import { note } from '../output.ts';
import { connect } from '../temporal.ts';
import type { Stack } from './record.ts';

/**
 * Ends the open runs of a lab that is about to begin anew: the hosts they were at work on will not exist any more.
 * Only for a server of our own: elsewhere the runs may be somebody else's.
 */
export async function endRunsOfFormerLab(temporal: Stack['temporal']): Promise<void> {
  const { connection, client } = await connect(temporal);
  try {
    for await (const run of client.workflow.list({
      query: `TaskQueue = "${TASK_QUEUE}" AND ExecutionStatus = "Running"`,
    })) {
      await client.workflow.getHandle(run.workflowId, run.runId).terminate('the lab it was at work on begins anew');
      if (run.type !== LOCKS.type) note(`Ended the run ${run.workflowId}, which was left open: its lab begins anew.`);
    }
  } finally {
    await connection.close();
  }
}
