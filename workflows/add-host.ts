import { addHost as definition } from '../runbooks/add-host.ts';
import type { Report } from './contract.ts';
import { prepareHost } from './procedures/prepare-host.ts';
import { installationFixes } from './recoveries.ts';
import { operations, runbook } from './runtime/index.ts';

/**
 * Makes a further host one of the engine's, for other VMs than the engine's: prepared over SSH, added by the engine
 * itself, up. Rolled back, the engine does not have it, or has it as before; packages and what the engine installed stay
 * and are listed. (article, section 8)
 */
export async function addHost(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { host, updatePackages = false } = run.input;
    const seen = await run.preflight('Check the host and the engine', operations.preflightHost({ host }));
    await prepareHost(run, host, updatePackages);
    await run.step('Let the engine log in with its key', operations.trustEngineKey({ host }));

    await run.approval('Add the host to the engine', {
      show: {
        Host: `${host} (${seen.hostName}), in the engine: ${seen.inEngine}`,
        Cluster: seen.cluster,
        'Will be done': 'the engine installs oVirt on it and takes over its network',
      },
    });
    await run.step('Add the host', operations.addHostToEngine({ host, cluster: seen.cluster, hostedEngine: false }), {
      typical: '15 minutes',
      // No undoAgainAfter: this undo installs nothing that would end with an engine that starts anew.
      undoTypical: '5 minutes',
      fixes: installationFixes(run, host),
    });
  });
}
