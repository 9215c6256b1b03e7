import { addHostedEngineHost as definition } from '../runbooks/add-hosted-engine-host.ts';
import type { Report } from './contract.ts';
import { enableFirewalldAgain, renewLibvirt } from './recoveries.ts';
import { operations, runbook } from './runtime/index.ts';

/**
 * Makes a further host able to run the engine VM: prepared over SSH, added by the engine itself, seen by another host.
 * Rolled back, the engine does not have it, or has it as before; packages and what the engine installed stay and are
 * listed. (article, section 8)
 */
export async function addHostedEngineHost(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { host, updatePackages } = run.input;
    const seen = await run.preflight(
      'Check the host, its storage and the engine',
      operations.preflightHostedEngineHost({ host }),
    );

    await run.step('Enable firewalld', operations.ensureFirewalld({ host }), { typical: '1 minute' });
    const kvm = await run.step('Install KVM', operations.installPackages({ host, packages: 'kvm' }), {
      typical: '5 minutes',
    });
    const libvirt = await run.step(
      'Enable and start libvirt',
      operations.enableService({ host, service: 'libvirtd' }),
      { needs: [kvm] },
    );
    const cpu = await run.check(
      'Check that libvirt offers md-clear',
      operations.cpuFeature({ host, feature: 'md-clear' }),
      { needs: [kvm, libvirt] },
    );
    const outdated = ({ needed, offered }: { needed: boolean; offered: string }) => needed && offered === 'no';
    await run.when(cpu, outdated, 'libvirt offers what the CPU has', () => renewLibvirt(run, host));

    await run.step('Install the oVirt release package', operations.installReleasePackage({ host }), {
      typical: '1 minute',
    });
    await run.step('Install EPEL', operations.installPackages({ host, packages: 'epel' }), { typical: '1 minute' });
    if (updatePackages === true) {
      await run.approval('Update all packages before the setup', {
        show: { Host: host, 'Will be run': 'yum -y update (the whole system)' },
      });
      await run.step('Update all packages before the setup', operations.updatePackages({ host }), {
        typical: '10 minutes',
      });
    }
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
      operations.addHostToEngine({ host, cluster: seen.cluster }),
      {
        typical: '15 minutes',
        undoTypical: '15 minutes',
        fixes: {
          'md-clear': { title: 'Renew libvirt', automatic: true, run: () => renewLibvirt(run, host) },
          firewalld: { title: 'Enable firewalld again', automatic: true, run: () => enableFirewalldAgain(run, host) },
          // Nothing is to be mended: done again, the step finds what the engine has left and installs in place.
          'engine-restarted': { title: 'Install the host once more', automatic: true, run: async () => undefined },
        },
      },
    );
    await run.check('Wait until another host sees it', operations.awaitHostedEngineHost({ host }), {
      typical: '5 minutes',
      needs: [added],
    });
  });
}
