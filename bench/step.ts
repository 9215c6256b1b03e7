import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, type WorkflowHandle } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { activityInterceptors, HEARTBEAT_MS } from '../activities/runtime/interceptors.ts';
import { createActivities } from '../activities/runtime/register.ts';
import { EngineSessions } from '../connectors/engine/index.ts';
import { Schedules } from '../connectors/schedules.ts';
import { SshPool } from '../connectors/ssh.ts';
import { createNamespace } from '../test/support/namespace.ts';
import { registerSearchAttributes } from '../workers/search-attributes.ts';
import { benchOperations } from './operations.ts';
import { type BenchResult, median, result } from './result.ts';

const TASK_QUEUE = 'bench';
const STEPS = 12;
const RATIO_BOUND = 1.3;
/** A plan pass, a look, a change with its verification. */
const ACTIVITIES_BOUND = 3;
/** Three events for each activity, three for the workflow task that each one's end causes. */
const EVENTS_BOUND = 3 * 6;

/** A plain step of a runbook against the same activities in a bare workflow: time, history events, activities. */
export async function measureStep(
  address: string,
  inventory: string,
  home: string,
  rounds: number,
): Promise<BenchResult[]> {
  const logger = new DefaultLogger('ERROR');
  Runtime.install({ logger });
  const namespace = await createNamespace(address);
  const connection = await NativeConnection.connect({ address });
  const ssh = new SshPool();
  try {
    const searchAttributes = await registerSearchAttributes(connection, namespace, logger);
    const services = {
      ssh,
      engines: new EngineSessions(),
      schedules: new Schedules(new Client({ connection, namespace })),
      inventory: resolve(inventory),
      home,
      searchAttributes,
      stopping: new AbortController().signal,
    };
    const bundle = await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
      logger,
    });
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue: TASK_QUEUE,
      workflowBundle: bundle,
      activities: createActivities(benchOperations, services),
      interceptors: { activity: [activityInterceptors] },
      maxHeartbeatThrottleInterval: HEARTBEAT_MS,
    });
    return await worker.runUntil(measure(new Client({ connection, namespace }), rounds));
  } finally {
    await ssh.close();
    await connection.close();
  }
}

async function measure(client: Client, rounds: number): Promise<BenchResult[]> {
  await timed(client, 'steps', STEPS);
  await timed(client, 'bareSteps', STEPS);
  const ours: number[] = [];
  const theirs: number[] = [];
  // In turn: what disturbs the machine meets both, and the medians leave it out.
  for (let round = 0; round < rounds; round++) {
    ours.push((await timed(client, 'steps', STEPS)).ms);
    theirs.push((await timed(client, 'bareSteps', STEPS)).ms);
  }
  const [our, their] = [median(ours) / STEPS, median(theirs) / STEPS];
  const [few, many] = [await timed(client, 'steps', STEPS), await timed(client, 'steps', 2 * STEPS)];
  const [fewBare, manyBare] = [await timed(client, 'bareSteps', STEPS), await timed(client, 'bareSteps', 2 * STEPS)];
  const perStep = async (a: WorkflowHandle, b: WorkflowHandle) => {
    const [less, more] = [await count(a), await count(b)];
    return {
      events: (more.events - less.events) / STEPS,
      activities: (more.activities - less.activities) / STEPS,
    };
  };
  const counted = await perStep(few.handle, many.handle);
  const bare = await perStep(fewBare.handle, manyBare.handle);
  return [
    result('a step against the same activities in a bare workflow', '×', our / their, RATIO_BOUND, {
      'ours (ms per step)': our,
      'bare (ms per step)': their,
    }),
    result('history events per step', '', counted.events, EVENTS_BOUND, { bare: bare.events }),
    result('activities per step', '', counted.activities, ACTIVITIES_BOUND, { bare: bare.activities }),
  ];
}

async function timed(client: Client, type: string, steps: number): Promise<{ ms: number; handle: WorkflowHandle }> {
  const began = performance.now();
  const handle = await client.workflow.start(type, {
    taskQueue: TASK_QUEUE,
    workflowId: `bench-${randomUUID()}`,
    args: [{ host: 'host1', steps }],
  });
  await handle.result();
  return { ms: performance.now() - began, handle };
}

async function count(handle: WorkflowHandle): Promise<{ events: number; activities: number }> {
  const { events = [] } = await handle.fetchHistory();
  const activities = (events ?? []).filter((event) => event.activityTaskScheduledEventAttributes).length;
  return { events: events?.length ?? 0, activities };
}
