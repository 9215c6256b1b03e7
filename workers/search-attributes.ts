import { setTimeout as delay } from 'node:timers/promises';
import type { Logger, NativeConnection } from '@temporalio/worker';

/** Numbers of Temporal's protocol (temporal.api.enums.v1.IndexedValueType). */
const KEYWORD = 2;
const KEYWORD_LIST = 7;

export const SEARCH_ATTRIBUTES: Readonly<Record<string, number>> = {
  RunbookName: KEYWORD,
  RunbookPhase: KEYWORD,
  RunbookEndState: KEYWORD,
  OvirtHost: KEYWORD_LIST,
  OvirtCluster: KEYWORD,
  ChangeTicket: KEYWORD,
};

const PATIENCE_MS = 30_000;
/** gRPC codes: what a cluster answers whose operators keep search attributes to themselves. */
const FORBIDDEN = new Map([
  [7, 'permission denied'],
  [12, 'not offered by this cluster'],
  [16, 'not authenticated for it'],
]);

/**
 * Registers what is missing and waits until queries know all of it; a workflow that sets one before would get stuck.
 * False, with the reason in the log, where the cluster does not allow it: runs then go without.
 */
export async function registerSearchAttributes(
  connection: NativeConnection,
  namespace: string,
  logger: Logger,
): Promise<boolean> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => customAttributes[name] === undefined);
    const other = Object.entries(SEARCH_ATTRIBUTES).filter(([name, type]) => (customAttributes[name] ?? type) !== type);
    if (other.length > 0)
      return without(logger, `${other.map(([name]) => name).join(', ')} has another type on this cluster`);
    if (missing.length > 0) {
      const searchAttributes = Object.fromEntries(missing);
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes }).catch(unlessThere);
    }
    return (await usable(connection, namespace)) || without(logger, 'registered, but not usable in time');
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    const why = typeof code === 'number' ? FORBIDDEN.get(code) : undefined;
    if (why === undefined) throw error;
    return without(logger, why);
  }
}

async function usable(connection: NativeConnection, namespace: string): Promise<boolean> {
  const query = Object.keys(SEARCH_ATTRIBUTES)
    .map((name) => `${name} = "none"`)
    .join(' OR ');
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    try {
      await connection.workflowService.countWorkflowExecutions({ namespace, query });
      return true;
    } catch (error) {
      const invalidArgument = (error as { code?: unknown }).code === 3;
      if (!invalidArgument) throw error;
    }
    await delay(100);
  }
  return false;
}

/** Another worker that starts at the same time may have been faster. */
function unlessThere(error: unknown): void {
  const alreadyExists = (error as { code?: unknown }).code === 6;
  if (!alreadyExists) throw error;
}

function without(logger: Logger, why: string): false {
  logger.warn(
    `search attributes cannot be registered (${why}): runs go without them, lists cannot be filtered by them`,
  );
  return false;
}
