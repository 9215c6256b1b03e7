import type { Lab, PackageBuild, PackageOffer } from '../../types.ts';
import { appliance } from './appliance.ts';

const ROOT = 'http://resources.ovirt.org';
/** oVirt's own packages, and below them what it takes from other projects. */
export const ovirtMirror = `${ROOT}/pub/ovirt-4.3/rpm/el7`;
const dependenciesMirror = 'http://mirror.centos.org/centos/7/virt/x86_64/ovirt-4.3';
export const releaseRpm = `${ROOT}/pub/yum-repo/ovirt-release43.rpm`;

const offer = (
  name: string,
  version: string,
  release: string,
  requires: string[] = [],
  more: Partial<PackageOffer> = {},
): PackageOffer => ({
  name,
  epoch: 0,
  version,
  release,
  arch: 'noarch',
  requires,
  ...more,
});
const x86 = { arch: 'x86_64' } as const;

const ovirt: readonly PackageOffer[] = [
  offer('ovirt-release43', '4.3.7', '1.el7', [], { size: 15_000 }),
  offer(
    'ovirt-hosted-engine-setup',
    '2.3.12',
    '1.el7',
    [
      'ovirt-hosted-engine-ha',
      'ovirt-ansible-hosted-engine-setup',
      'ovirt-host',
      'otopi',
      'bind-utils',
      'virt-install',
      'socat',
    ],
    { size: 400_000 },
  ),
  offer('ovirt-hosted-engine-ha', '2.3.6', '1.el7', ['vdsm', 'sanlock', 'bind-utils', 'nmap-ncat'], { size: 320_000 }),
  offer(
    'ovirt-ansible-hosted-engine-setup',
    '1.0.32',
    '1.el7',
    ['ansible', 'ovirt-ansible-engine-setup', 'python-netaddr'],
    { size: 60_000 },
  ),
  offer('ovirt-ansible-engine-setup', '1.1.9', '1.el7', ['ansible'], { size: 30_000 }),
  offer('ovirt-host', '4.3.5', '1.el7', ['vdsm', 'ovirt-host-dependencies'], x86),
  offer('ovirt-host-dependencies', '4.3.5', '1.el7', ['vdsm', 'libvirt-client', 'firewalld'], x86),
  offer('otopi', '1.8.4', '1.el7', [], { size: 160_000 }),
  offer(
    'vdsm',
    '4.30.38',
    '1.el7',
    [
      'libvirt-daemon-kvm',
      'libvirt-client',
      'qemu-kvm-ev',
      'sanlock',
      'mom',
      'ovirt-imageio-daemon',
      'device-mapper-multipath',
      'lvm2',
      'nfs-utils',
      'iscsi-initiator-utils',
      'fence-agents-all',
    ],
    x86,
  ),
  offer('ovirt-imageio-daemon', '1.5.2', '0.el7', []),
  offer('mom', '0.5.12', '0.0.master.el7', []),
  offer(appliance.package, appliance.version, appliance.release, [], { size: appliance.packageBytes, ...x86 }),
];

const dependencies: readonly PackageOffer[] = [
  offer('ansible', '2.9.1', '1.el7', ['python2-jmespath'], { size: 17_000_000 }),
  offer('python2-jmespath', '0.9.4', '1.el7'),
];

const repo = (id: string, name: string, baseurl: string): string =>
  `[${id}]\nname=${name}\nbaseurl=${baseurl}\nenabled=1\nskip_if_unavailable=1\ngpgcheck=0\n\n`;

/** The release package: it brings the repository files. */
export const releasePackage: PackageBuild = {
  package: 'ovirt-release43',
  files: {
    '/etc/yum.repos.d/ovirt-4.3.repo': {
      content: repo('ovirt-4.3', 'Latest oVirt 4.3 Release', ovirtMirror),
      config: true,
    },
    '/etc/yum.repos.d/ovirt-4.3-dependencies.repo': {
      content:
        repo('ovirt-4.3-centos-ovirt43', 'CentOS-7 - oVirt 4.3', dependenciesMirror) +
        repo(
          'ovirt-4.3-centos-qemu-ev',
          'CentOS-7 - QEMU EV',
          'http://mirror.centos.org/centos/7/virt/x86_64/kvm-common',
        ),
      config: true,
    },
  },
};

/** Puts oVirt 4.3 on the simulated internet. */
export function publishOvirt(lab: Lab): void {
  lab.mirrors.set(ovirtMirror, { title: 'Latest oVirt 4.3 Release', packages: [...ovirt], reachable: true });
  lab.mirrors.set(dependenciesMirror, { title: 'CentOS-7 - oVirt 4.3', packages: [...dependencies], reachable: true });
  lab.rpmFiles.set(releaseRpm, { name: 'ovirt-release43' });
}
