/**
 * workers/ holds the processes that carry out runs: the code they run, registration, logging, a graceful end.
 * Nothing imports them but their entries and tests.
 */
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { type Logger, NativeConnection, Worker } from '@temporalio/worker';
import { operations } from '../activities/index.ts';
import { activityInterceptors, HEARTBEAT_MS } from '../activities/runtime/interceptors.ts';
import { createActivities } from '../activities/runtime/register.ts';
import { workerStopping } from '../activities/runtime/services.ts';
import { EngineSessions } from '../connectors/engine/index.ts';
import { Schedules } from '../connectors/schedules.ts';
import { SshPool } from '../connectors/ssh.ts';
import { registerSearchAttributes } from './search-attributes.ts';

export interface RunbookWorkerOptions {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Path of `datacenter.yaml`. */
  readonly inventory: string;
  /** RUNBOOK_HOME: artifacts and caches. */
  readonly home: string;
  readonly identity: string;
  readonly logger: Logger;
  /** Path of the code that `workflowCode` makes. */
  readonly workflowCode: string;
  /** Other operations than the registered ones, for tests of the worker itself. */
  readonly operations?: Readonly<Record<string, object>>;
}

/** One worker with its connections. */
export interface RunbookWorker {
  readonly searchAttributes: boolean;
  /** Serves until `stop`, or until the SDK gives up; every connection is closed then. */
  run(): Promise<void>;
  /** Resolves when Temporal lists this worker among those that poll. */
  polling(): Promise<void>;
  /** Hands long work over, lets the rest end within the grace time. */
  stop(): void;
}

export async function createRunbookWorker(options: RunbookWorkerOptions): Promise<RunbookWorker> {
  const { address, namespace, taskQueue, identity, logger } = options;
  const home = resolve(options.home);
  const connection = await NativeConnection.connect({ address });
  const ssh = new SshPool();
  const stopping = new AbortController();
  const close = async () => {
    stopping.abort(workerStopping());
    await Promise.allSettled([ssh.close(), connection.close()]);
  };
  try {
    const searchAttributes = await registerSearchAttributes(connection, namespace, logger);
    const services = {
      ssh,
      schedules: new Schedules(new Client({ connection, namespace })),
      engines: new EngineSessions(),
      inventory: resolve(options.inventory),
      home,
      searchAttributes,
      stopping: stopping.signal,
    };
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue,
      identity,
      workflowBundle: { codePath: resolve(options.workflowCode) },
      activities: createActivities(options.operations ?? operations, services),
      interceptors: { activity: [activityInterceptors] },
      // Work on hosts waits for them most of the time, so the number is no load.
      maxConcurrentActivityTaskExecutions: 50,
      // The default would let a cancel wait 8 of the 10 seconds of the heartbeat time-out.
      maxHeartbeatThrottleInterval: HEARTBEAT_MS,
      stickyQueueScheduleToStartTimeout: '5 seconds',
      shutdownGraceTime: '10 seconds',
    });
    return {
      searchAttributes,
      run: () => worker.run().finally(close),
      polling: () => awaitPolling(connection, { namespace, taskQueue, identity }, stopping.signal),
      stop: () => {
        stopping.abort(workerStopping());
        if (worker.getState() === 'RUNNING') worker.shutdown();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const WORKFLOW_TASKS = 1;
const ACTIVITY_TASKS = 2;

async function awaitPolling(
  connection: NativeConnection,
  { namespace, taskQueue, identity }: { namespace: string; taskQueue: string; identity: string },
  signal: AbortSignal,
): Promise<void> {
  for (const taskQueueType of [WORKFLOW_TASKS, ACTIVITY_TASKS]) {
    for (;;) {
      const queue = await connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        taskQueueType,
      });
      if (queue.pollers.some((poller) => poller.identity === identity)) break;
      await delay(50, undefined, { signal });
    }
  }
}
