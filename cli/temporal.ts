import { hostname } from 'node:os';
import { Client, Connection, isGrpcServiceError, ServiceError } from '@temporalio/client';
import { TASK_QUEUE } from '../workflows/contract.ts';
import { messageOf, unreachable } from './failure.ts';
import type { Settings } from './settings.ts';
import { startMark } from './stack/process.ts';

const CONNECT_SECONDS = 5;

export interface Session {
  readonly settings: Settings;
  readonly connection: Connection;
  readonly client: Client;
}

/** A connection to whatever answers there; fails after five seconds. */
export function openConnection(address: string): Promise<Connection> {
  return Connection.connect({ address, connectTimeout: `${CONNECT_SECONDS}s` });
}

/** Connects to a Temporal server. @throws CliFailure (unreachable) after five seconds */
export async function connect(
  settings: Pick<Settings, 'address' | 'namespace'>,
): Promise<{ connection: Connection; client: Client }> {
  const { address, namespace } = settings;
  try {
    const connection = await openConnection(address);
    return { connection, client: new Client({ connection, namespace }) };
  } catch (error) {
    throw unreachable(
      `Temporal does not answer at ${address} (${messageOf(error)}): start a stack with "npx runbook up --lab" or "npx runbook up --inventory datacenter.yaml", or name a server with --address or TEMPORAL_ADDRESS.`,
    );
  }
}

/** Runs the work with a connection that is closed afterwards. */
export async function withSession<T>(settings: Settings, work: (session: Session) => Promise<T>): Promise<T> {
  const { connection, client } = await connect(settings);
  try {
    return await work({ settings, connection, client });
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    throw unreachable(
      `Temporal at ${settings.address} stopped answering (${messageOf(error)}): what was sent last may have arrived; look with "npx runbook status" once it is back ("npx runbook up").`,
    );
  } finally {
    await connection.close();
  }
}

/** gRPC's DEADLINE_EXCEEDED and UNAVAILABLE. */
const NOT_REACHED: readonly number[] = [4, 14];

/** True for an error that says nothing but that the server cannot be reached now. */
export function isUnavailable(error: unknown): boolean {
  const inner = error instanceof ServiceError && error.cause !== undefined ? error.cause : error;
  return isGrpcServiceError(inner) && NOT_REACHED.includes(inner.code);
}

/**
 * How long ago a live worker may have asked for work: it polls again at least every minute.
 * The server goes on listing dead pollers for five minutes.
 */
const POLL_MILLISECONDS = 70_000;

/** The identities of the workers that ask for work now. */
export async function livePollers(session: Pick<Session, 'connection' | 'settings'>): Promise<readonly string[]> {
  const since = Date.now() - POLL_MILLISECONDS;
  const { connection, settings } = session;
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace: settings.namespace,
    taskQueue: { name: TASK_QUEUE },
    taskQueueType: 1,
  });
  return (pollers ?? [])
    .filter(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 >= since)
    .map(({ identity }) => identity ?? '')
    .filter((identity) => !diedHere(identity));
}

/** True for a worker of this machine whose process is gone: workers call themselves `pid@hostname`. */
function diedHere(identity: string): boolean {
  const [, pid, host] = /^(\d+)@(.+)$/.exec(identity) ?? [];
  return host === hostname() && startMark(Number(pid)) === undefined;
}

/** @throws CliFailure (unreachable) when nobody would do the work */
export async function requireWorker(session: Session): Promise<void> {
  if ((await livePollers(session)).length > 0) return;
  throw unreachable(
    `no worker serves the task queue "${TASK_QUEUE}" at ${session.settings.address}: start one with "npx runbook up", or "npx runbook worker" to have it in this terminal.`,
  );
}
