import { type DeployHostedEngineInput, deployHostedEngine as definition } from '../runbooks/deploy-hosted-engine.ts';
import type { Report } from './contract.ts';
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

/** The article's recovery from `firewalld is required to be enabled and active` (section 3). */
async function enableFirewalldAgain(run: Run<DeployHostedEngineInput>, host: string): Promise<void> {
  await run.step('Enable firewalld again', operations.ensureFirewalld({ host }), { typical: '1 minute' });
}

/** The article's recovery from `unknown CPU feature: md-clear` (section 2): a libvirt that knows the MDS mitigation. */
async function renewLibvirt(run: Run<DeployHostedEngineInput>, host: string): Promise<void> {
  // Before the packages: this repository would supply the older libvirt again.
  await run.step(
    'Disable the libvirt-latest repository',
    operations.disableRepository({ host, repository: 'libvirtLatest' }),
  );
  await run.step('Enable the qemu-ev repository', operations.installPackages({ host, packages: 'qemuRepository' }), {
    typical: '1 minute',
  });
  await run.approval('Update all packages of the host', {
    show: {
      Host: host,
      Why: 'libvirt is too old to know the CPU feature md-clear',
      'Will be run': 'yum -y update (the whole system)',
    },
  });
  await run.step('Update all packages', operations.updatePackages({ host }), { typical: '10 minutes' });
  await run.step('Install KVM from qemu-ev', operations.installPackages({ host, packages: 'kvm' }), {
    typical: '5 minutes',
  });
  await run.step('Restart libvirt', operations.restartService({ host, service: 'libvirtd' }));
  await run.check(
    'Check again that libvirt offers md-clear',
    operations.cpuFeature({ host, feature: 'md-clear', require: true }),
  );
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
