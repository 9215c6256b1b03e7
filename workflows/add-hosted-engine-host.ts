import { addHostedEngineHost as definition } from '../runbooks/add-hosted-engine-host.ts';
import type { Report } from './contract.ts';
import { prepareHost } from './procedures/prepare-host.ts';
import { installationFixes } from './recoveries.ts';
import { operations, runbook } from './runtime/index.ts';

/**
 * Makes a further host able to run the engine VM: prepared over SSH, added by the engine itself, seen by another host.
 * Rolled back, the engine does not have it, or has it as before; packages and what the engine installed stay and are
 * listed. (article, section 8)
 */
export async function addHostedEngineHost(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { host, updatePackages = false } = run.input;
    const seen = await run.preflight(
      'Check the host, its storage and the engine',
      operations.preflightHostedEngineHost({ host }),
    );

    await prepareHost(run, host, updatePackages);
    await run.step('Install the hosted-engine setup', operations.installPackages({ host, packages: 'setup' }), {
      typical: '5 minutes',
    });
    await run.step('Let the engine log in with its key', operations.trustEngineKey({ host }));

    await run.approval('Add the host to the engine', {
      show: {
        Host: `${host} (${seen.hostName}), in the engine: ${seen.inEngine}`,
        Cluster: seen.cluster,
        'Will be done': 'the engine installs oVirt and the hosted engine on it and takes over its network',
      },
    });
    const added = await run.step(
      'Add the host with the hosted engine',
      operations.addHostToEngine({ host, cluster: seen.cluster, hostedEngine: true }),
      {
        typical: '15 minutes',
        undoTypical: '15 minutes',
        undoAgainAfter: ['engine-restarted'],
        fixes: installationFixes(run, host),
      },
    );
    await run.check('Wait until another host sees it', operations.awaitHostedEngineHost({ host }), {
      typical: '5 minutes',
      needs: [added],
    });
  });
}
