/** The article's ways out of known failures: steps that more than one procedure takes. */
import { operations, type Run, type StepOptions } from './runtime/index.ts';

/** The article's recovery from `firewalld is required to be enabled and active` (section 3). */
export async function enableFirewalldAgain(run: Run, host: string): Promise<void> {
  await run.step('Enable firewalld again', operations.ensureFirewalld({ host }), { typical: '1 minute' });
}

/** The article's recovery from `unknown CPU feature: md-clear` (section 2): a libvirt that knows the MDS mitigation. */
export async function renewLibvirt(run: Run, host: string): Promise<void> {
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

/** What is mended unasked where the engine's installation of a host fails. (article, sections 2 and 3) */
export function installationFixes(run: Run, host: string): NonNullable<StepOptions['fixes']> {
  return {
    'md-clear': { title: 'Renew libvirt', automatic: true, run: () => renewLibvirt(run, host) },
    firewalld: { title: 'Enable firewalld again', automatic: true, run: () => enableFirewalldAgain(run, host) },
    // Nothing is to be mended: done again, the step finds what the engine has left and installs in place.
    'engine-restarted': { title: 'Install the host once more', automatic: true, run: async () => undefined },
  };
}
