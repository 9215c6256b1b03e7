import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { obtainTemporal, TemporalMissing } from '../../scripts/temporal.mjs';
import { messageOf, unreachable } from '../failure.ts';
import type { Home } from '../home.ts';
import { note } from '../output.ts';
import { connect } from '../temporal.ts';
import { type Program, type Running, untilReady } from './process.ts';

export const NAMESPACE = 'default';
/** How long a closed run can be looked at; reports are kept by the worker besides. */
export const RETENTION_DAYS = 90;

/** Short steps are many small tasks; the default of 20 per second and shard would be what a run waits for. */
const DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxPollRPS=2000',
  // Attributes registered while the server runs are usable at once instead of after a minute.
  'system.forceSearchAttributesCacheRefreshOnRead=true',
];

export interface Ports {
  readonly temporalPort: number;
  readonly uiPort: number;
}

export const addressOf = ({ temporalPort }: Ports): string => `127.0.0.1:${temporalPort}`;
export const uiOf = ({ uiPort }: Ports): string => `http://127.0.0.1:${uiPort}`;

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('no port was given');
  return address.port;
}

export async function temporalProgram(home: Home, ports: Ports): Promise<Program> {
  return {
    command: await cli(),
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-format', 'json'],
      ...['--port', String(ports.temporalPort), '--ui-port', String(ports.uiPort)],
      ...['--db-filename', home.path('temporal.db')],
      ...DYNAMIC_CONFIG.flatMap((setting) => ['--dynamic-config-value', setting]),
    ],
    // The CLI reads these for its own connection, which this server is not.
    env: { TEMPORAL_ADDRESS: undefined, TEMPORAL_NAMESPACE: undefined },
    log: home.path('logs', 'temporal.log'),
    stdout: home.path('logs', 'temporal.stdout'),
  };
}

/** Waits until the server answers, and has it keep closed runs for 90 days. */
export async function temporalReady(running: Running, log: string, ports: Ports): Promise<void> {
  const settings = { address: addressOf(ports), namespace: NAMESPACE };
  const connection = await untilReady('The Temporal server', running, log, 60, () => answering(settings));
  try {
    await keepReports(connection);
  } finally {
    await connection.close();
  }
}

async function cli(): Promise<string> {
  try {
    return await obtainTemporal({ log: note });
  } catch (error) {
    throw error instanceof TemporalMissing ? unreachable(error.message) : error;
  }
}

/** A connection once the namespace exists, which the server creates after it has begun to listen. */
async function answering(settings: { address: string; namespace: string }): Promise<Connection | undefined> {
  const session = await connect(settings).catch(() => undefined);
  if (session === undefined) return undefined;
  try {
    await session.connection.workflowService.describeNamespace({ namespace: settings.namespace });
    return session.connection;
  } catch {
    await session.connection.close();
    return undefined;
  }
}

async function keepReports(connection: Connection): Promise<void> {
  try {
    await connection.workflowService.updateNamespace({
      namespace: NAMESPACE,
      config: { workflowExecutionRetentionTtl: msToTs(`${RETENTION_DAYS} days`) },
    });
  } catch (error) {
    note(`The server keeps closed runs shorter than ${RETENTION_DAYS} days: ${messageOf(error)}`);
  }
}
