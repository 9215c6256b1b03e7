import { type DeployHostedEngineInput, deployHostedEngine as definition } from '../runbooks/deploy-hosted-engine.ts';
import type { Report } from './contract.ts';
import { enableFirewalldAgain, renewLibvirt } from './recoveries.ts';
import { operations, type Run, runbook } from './runtime/index.ts';

/**
 * Deploys the hosted engine on the first host and proves that it serves; rolled back, the host's firewall and
 * configuration are as before, while packages and the content of the LUN stay and are listed.
 * (article, sections 1-3)
 */
export async function deployHostedEngine(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { host } = run.input;
    const wish = engineWish(run);

    const seen = await run.preflight(
      'Check the host, its names and its storage',
      operations.preflightHostedEngine({ host, ...wish }),
    );

    await run.step('Install the oVirt release package', operations.installReleasePackage({ host }), {
      typical: '1 minute',
    });
    await run.step('Install EPEL', operations.installPackages({ host, packages: 'epel' }), { typical: '1 minute' });
    const setup = await run.step(
      'Install the hosted-engine setup',
      operations.installPackages({ host, packages: 'setup' }),
      { typical: '5 minutes' },
    );
    // The setup brings some of these packages with it; which ones are missing then, yum alone knows.
    const kvm = await run.step('Install KVM', operations.installPackages({ host, packages: 'kvm' }), {
      typical: '5 minutes',
      needs: [setup],
    });
    const libvirt = await run.step(
      'Enable and start libvirt',
      operations.enableService({ host, service: 'libvirtd' }),
      { needs: [kvm] },
    );

    const cpu = await run.check(
      'Check that libvirt offers md-clear',
      operations.cpuFeature({ host, feature: 'md-clear' }),
      {
        needs: [kvm, libvirt],
      },
    );
    const outdated = ({ needed, offered }: { needed: boolean; offered: string }) => needed && offered === 'no';
    await run.when(cpu, outdated, 'libvirt offers what the CPU has', () => renewLibvirt(run, host));

    await run.step('Enable firewalld', operations.ensureFirewalld({ host }), { typical: '1 minute' });
    await run.step('Write the answer file', operations.answerFile({ host, ...wish, seen, answers: run.input.answers }));

    const { lun } = seen;
    await run.approval('Deploy the hosted engine', {
      show: {
        Host: `${host} (${seen.hostName})`,
        Engine: `${wish.engineFqdn}, ${wish.vcpus} vCPU, ${wish.memoryMiB} MiB, disk ${wish.diskGiB} GiB`,
        LUN: `${lun.wwid}, ${lun.size}, ${lun.vendor} ${lun.product}, ${lun.paths} paths`,
        'Will be destroyed': `everything on LUN ${lun.wwid}`,
        'Backup of the engine': seen.deployed ? 'none: the engine runs already, and stays' : 'none: no engine runs yet',
      },
    });
    const deploy = await run.step(
      'Run hosted-engine --deploy',
      operations.deployHostedEngine({ host, engineFqdn: wish.engineFqdn }),
      {
        typical: '35 minutes',
        undoTypical: '5 minutes',
        undoApproval: 'Clean up what the deploy left, or keep it for inspection?',
        fixes: {
          'md-clear': { title: 'Renew libvirt', automatic: true, run: () => renewLibvirt(run, host) },
          firewalld: { title: 'Enable firewalld again', automatic: true, run: () => enableFirewalldAgain(run, host) },
        },
      },
    );
    await run.check(
      'Verify that the engine serves',
      operations.verifyHostedEngine({ host, engineFqdn: wish.engineFqdn }),
      {
        typical: '2 minutes',
        needs: [deploy],
      },
    );
  });
}

/** What the engine is to be: the input wins over the inventory. */
function engineWish({ input, site: { engine } }: Run<DeployHostedEngineInput>) {
  return {
    engineFqdn: input.engineFqdn ?? engine.fqdn,
    vcpus: input.vcpus ?? engine.vcpus,
    memoryMiB: input.memoryMiB ?? engine.memoryMiB,
    diskGiB: input.diskGiB ?? engine.diskGiB,
    dataCenter: input.dataCenter ?? engine.dataCenter,
    cluster: input.cluster ?? engine.cluster,
  };
}
