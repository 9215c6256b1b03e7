/** The process of a worker, as `program.ts` has it: serves until SIGTERM or SIGINT, through restarts of Temporal. */
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { TASK_QUEUE } from '../workflows/contract.ts';
import { installRuntime, lineLogger } from './log.ts';
import { logSettings } from './log-settings.ts';
import { createRunbookWorker, type RunbookWorker } from './worker.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;
/** A worker that served this long was sound: what ended it is met without delay. */
const SOUND_MS = 30_000;

const logger = lineLogger(settingsOrEnd());
const workflowCode = codeOrEnd();
const settings = {
  address: process.env.TEMPORAL_ADDRESS ?? 'localhost:7233',
  namespace: process.env.TEMPORAL_NAMESPACE ?? 'default',
  taskQueue: TASK_QUEUE,
  inventory: process.env.RUNBOOK_INVENTORY ?? 'datacenter.yaml',
  home: process.env.RUNBOOK_HOME ?? '.runbook',
  identity: `${process.pid}@${hostname()}`,
};

/** A wrong setting is told before anything is begun. */
function settingsOrEnd() {
  try {
    return logSettings(process.env, process.stderr.isTTY === true);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(2);
  }
}

function codeOrEnd(): string {
  const [path] = process.argv.slice(2);
  if (path !== undefined) return path;
  process.stderr.write('A worker is told where the code of its workflows is: start it with "node bin/worker.js".\n');
  process.exit(2);
}

async function main(): Promise<void> {
  installRuntime(logger);
  const stopping = new AbortController();
  let current: RunbookWorker | undefined;
  const stop = (signal: NodeJS.Signals) => {
    logger.info(`${signal}: stopping`);
    stopping.abort();
    current?.stop();
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);

  let told = false;
  let pause = FIRST_PAUSE_MS;
  while (!stopping.signal.aborted) {
    const since = performance.now();
    try {
      current = await createRunbookWorker({ ...settings, workflowCode, logger });
      const running = current.run();
      if (stopping.signal.aborted) current.stop();
      const { searchAttributes } = current;
      const ready = { ready: true, pid: process.pid, ...settings, searchAttributes };
      await Promise.race([running, current.polling().catch(() => running)]);
      if (!told && !stopping.signal.aborted) process.stdout.write(`${JSON.stringify(ready)}\n`);
      told = true;
      await running;
    } catch (error) {
      if (performance.now() - since > SOUND_MS) pause = FIRST_PAUSE_MS;
      logger.error(`the worker ended; another one is made in ${pause} ms`, { error, address: settings.address });
      await delay(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
    current = undefined;
  }
  logger.info('stopped');
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    logger.error('the worker process cannot go on', { error });
    process.exit(1);
  },
);
