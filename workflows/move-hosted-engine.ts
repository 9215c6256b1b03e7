import type { MoveSurvey } from '../activities/hosted-engine/survey-move.ts';
import { moveHostedEngine as definition } from '../runbooks/move-hosted-engine.ts';
import { GLOBAL_MAINTENANCE, STOPPED_ENGINE_VM } from '../runbooks/owned-states.ts';
import type { Report } from './contract.ts';
import { operations, type Run, runbook } from './runtime/index.ts';

/**
 * Moves the engine VM to another host and leaves an engine that answers from there: by a live migration, or, where no
 * engine can be asked for one, by a stop and a start under global maintenance that does not outlast the run.
 * (article, sections 4 and 14)
 */
export async function moveHostedEngine(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { to } = run.input;
    const seen = await run.preflight('Look at the engine VM and the hosts', operations.surveyMove({ to }));
    if (seen.way === 'restart' && seen.from !== seen.to) return restartElsewhere(run, seen);
    const moved = await run.step('Migrate the engine VM', operations.migrateEngineVm({ host: seen.to }), {
      typical: '3 minutes',
    });
    await run.check('Wait until the engine answers', operations.awaitHostedEngine({ host: seen.to }), {
      typical: '2 minutes',
      needs: [moved],
    });
  });
}

/** Nobody but HA can move it now, and HA is kept from acting meanwhile. */
async function restartElsewhere(run: Run, { from, to, engineAway = '' }: MoveSurvey): Promise<void> {
  await run.approval('Stop the engine VM and start it on the other host', {
    show: {
      From: from,
      To: to,
      Why: `the engine cannot be asked to migrate its VM: ${engineAway}`,
      'Engine VM': 'is shut down; the engine is away for about 10 minutes',
    },
  });
  const on = await run.step('Set global maintenance', operations.setGlobalMaintenance({ host: to, endFrom: to }), {
    typical: '1 minute',
    undoTypical: '1 minute',
    owns: GLOBAL_MAINTENANCE,
  });
  const down = await run.step('Shut down the engine VM', operations.shutDownEngineVm({ host: from }), {
    typical: '3 minutes',
    undoTypical: '10 minutes',
    needs: [on],
    owns: STOPPED_ENGINE_VM,
  });
  const started = await run.step('Start the engine VM', operations.startEngineVm({ host: to }), {
    typical: '1 minute',
    needs: [down],
    releases: STOPPED_ENGINE_VM,
  });
  const serves = await run.check('Wait until the engine answers', operations.awaitHostedEngine({ host: to }), {
    typical: '10 minutes',
    needs: [started],
  });
  await run.step('End global maintenance', operations.endGlobalMaintenance({ host: to }), {
    typical: '1 minute',
    needs: [on, serves],
    releases: GLOBAL_MAINTENANCE,
  });
}
