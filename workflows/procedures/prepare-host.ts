import { renewLibvirt } from '../recoveries.ts';
import { operations, type Run } from '../runtime/index.ts';

/**
 * Prepares a further host for the engine's own installation: firewalld, KVM, libvirt, the repositories of oVirt, and an
 * update of all packages where that is wished. (article, section 8.1)
 */
export async function prepareHost(run: Run, host: string, updatePackages: boolean): Promise<void> {
  await run.step('Enable firewalld', operations.ensureFirewalld({ host }), { typical: '1 minute' });
  const kvm = await run.step('Install KVM', operations.installPackages({ host, packages: 'kvm' }), {
    typical: '5 minutes',
  });
  const libvirt = await run.step('Enable and start libvirt', operations.enableService({ host, service: 'libvirtd' }), {
    needs: [kvm],
  });
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
  if (!updatePackages) return;
  await run.approval('Update all packages before the setup', {
    show: { Host: host, 'Will be run': 'yum -y update (the whole system)' },
  });
  await run.step('Update all packages before the setup', operations.updatePackages({ host }), {
    typical: '10 minutes',
  });
}
