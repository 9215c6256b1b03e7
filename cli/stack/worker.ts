import { prepareWorker } from '../../workers/program.ts';
import type { Home } from '../home.ts';
import { resolveSettings } from '../settings.ts';
import { livePollers, withSession } from '../temporal.ts';
import { readyLine } from './lab.ts';
import { type Program, type Running, untilReady } from './process.ts';

export interface WorkerSettings {
  readonly home: Home;
  readonly address: string;
  readonly namespace: string;
  readonly inventory: string;
}

export function workerEnv({ home, address, namespace, inventory }: WorkerSettings): Readonly<Record<string, string>> {
  return {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    RUNBOOK_INVENTORY: inventory,
    RUNBOOK_HOME: home.directory,
  };
}

export async function workerProgram(settings: WorkerSettings): Promise<Program> {
  const { command, args, env } = await prepareWorker(settings.home.directory);
  return { command, args, env: { ...env, ...workerEnv(settings) }, ...output(settings.home) };
}

function output(home: Home): Pick<Program, 'log' | 'stdout'> {
  return { log: home.path('logs', 'worker.log'), stdout: home.path('logs', 'worker.stdout') };
}

/** Waits until the worker has said that it is ready and the server has seen it ask for work. */
export async function workerReady(running: Running, settings: WorkerSettings): Promise<void> {
  const { log, stdout } = output(settings.home);
  await untilReady('The worker', running, log, 120, async () => readyLine(stdout));
  const resolved = {
    ...resolveSettings({}, {}, settings.home),
    address: settings.address,
    namespace: settings.namespace,
  };
  await withSession(resolved, (session) =>
    untilReady('The worker', running, log, 90, async () => {
      const pollers = await livePollers(session);
      return pollers.some((identity) => identity.startsWith(`${running.record.pid}@`)) ? true : undefined;
    }),
  );
}
