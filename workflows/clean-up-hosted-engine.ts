import { cleanUpHostedEngine as definition } from '../runbooks/clean-up-hosted-engine.ts';
import { localMaintenance } from '../runbooks/owned-states.ts';
import type { Report } from './contract.ts';
import { offerLeftovers, removeIfWanted } from './procedures/offer-leftovers.ts';
import { saveEngine } from './procedures/save-engine.ts';
import { operations, runbook } from './runtime/index.ts';

/**
 * Takes the hosted engine off a host; leaves the LUN and, unless asked, the packages, and lists what stays. Nothing
 * takes this back but a new deployment. (article, section 5)
 */
export async function cleanUpHostedEngine(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { host, engineToo, removePackages = false } = run.input;
    const seen = await run.preflight('Look who needs this host', operations.surveyRemoval({ host, engineToo }));
    const staysInEngine = { known: true, output: seen.managed && !seen.takesEngine } as const;
    await run.check('Save the configuration', operations.saveConfiguration({ host }), { once: true });

    const backup = seen.deployed
      ? await saveEngine(run, seen.runsOn !== undefined)
      : 'none is needed: no hosted engine is deployed on this host';

    await run.approval('Clean up the hosted engine', {
      show: {
        Host: host,
        'Engine VM': seen.runsOn === undefined ? 'runs nowhere' : `runs on ${seen.runsOn}`,
        'Will be destroyed': seen.takesEngine
          ? 'the hosted engine: no other host can run it'
          : `the host's part in it; fit for the engine VM: ${seen.fitElsewhere.join(', ') || 'none is needed'}`,
        'Backup of the engine': backup,
        ...(seen.engineAway !== undefined && { Engine: `${seen.engineAway}; the host is not taken out of it first` }),
        Network: 'may be cut for a while, when the management bridge is given back',
        Packages: removePackages ? 'are removed' : 'stay',
      },
      typed: seen.takesEngine ? host : undefined,
    });
    // An engine that misses vdsm logs in and starts it again, in the middle of the cleanup.
    await run.when(
      staysInEngine,
      (stays) => stays,
      'the engine does not have the host, or goes with it',
      async () =>
        void (await run.step(
          'Put the host into maintenance in the engine',
          operations.deactivateHost({ host, reason: 'the hosted engine is taken off it' }),
          { typical: '10 minutes', undoTypical: '3 minutes', owns: localMaintenance(host) },
        )),
    );
    const cleaned = await run.step(
      'Run the cleanup and remove what it leaves',
      operations.cleanUpHostedEngine({
        host,
        enabledBefore: ['libvirtd'],
        leftoversOffered: true,
        inMaintenance: staysInEngine.output,
        ...(seen.deployed && !seen.takesEngine && { hostId: seen.hostId }),
      }),
      {
        typical: '5 minutes',
        // Ends with the host's part in the hosted engine.
        releases: localMaintenance(host),
        final: seen.takesEngine
          ? 'deployHostedEngine deploys a new hosted engine'
          : `remove ${host} from the engine, then addHostedEngineHost adds it again`,
      },
    );
    await run.when(
      { known: true, output: removePackages },
      (wanted) => wanted,
      'packages stay unless they are asked for',
      async () =>
        void (await run.step('Remove the packages', operations.removeOvirtPackages({ host }), {
          typical: '5 minutes',
          needs: [cleaned],
        })),
    );
    await offerLeftovers(run, host, cleaned);
    await run.when(
      staysInEngine,
      (stays) => stays,
      'the engine does not have the host, or goes with it',
      () =>
        removeIfWanted(run, 'Remove the host from the engine', operations.removeHostFromEngine({ host }), {
          show: { Host: host, Left: 'the host in the engine, in maintenance' },
          leaves: {
            what: `${host} in the engine, in maintenance`,
            byHand: `remove ${host} in the Administration Portal`,
          },
        }),
    );
  });
}
