import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';

const DAY_SECONDS = 86_400;

/** A namespace of its own on the server: the task queue of the runbooks has one name, so tests part ways here. */
export async function createNamespace(address: string): Promise<string> {
  const namespace = `test-${randomUUID()}`;
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: DAY_SECONDS as never },
    });
    return namespace;
  } finally {
    await connection.close();
  }
}
