import type { Profile } from './profile.ts';

/**
 * oVirt 4.3 on EL7. Packages and repositories as in sections 1-3 of the article; limits of
 * ovirt-ansible-hosted-engine-setup, branch ovirt-4.3 (defaults/main.yml, tasks/pre_checks), and of
 * ovirt-hosted-engine-ha 2.3 (agent.conf).
 */
export const ovirt43: Profile = {
  name: 'ovirt-4.3',
  operatingSystem: {
    title: 'CentOS 7 or another Enterprise Linux 7',
    ids: ['centos', 'rhel', 'ol', 'scientific'],
    major: '7',
  },
  packages: {
    release: [{ name: 'ovirt-release43', from: 'http://resources.ovirt.org/pub/yum-repo/ovirt-release43.rpm' }],
    epel: [{ name: 'epel-release' }],
    setup: [{ name: 'screen' }, { name: 'ovirt-hosted-engine-setup' }],
    qemuRepository: [{ name: 'centos-release-qemu-ev' }],
    kvm: [
      'qemu-kvm',
      'qemu-img',
      'virt-manager',
      'libvirt',
      'libvirt-python',
      'libvirt-client',
      'virt-install',
      'virt-viewer',
      'libguestfs',
      'libguestfs-tools',
      'dejavu-lgc-sans-fonts',
      'virt-top',
    ].map((name) => ({ name })),
    firewall: [{ name: 'firewalld' }],
  },
  repositories: { libvirtLatest: 'mirror.centos.org_centos-7_7_virt_x86_64_libvirt-latest_' },
  libvirt: { service: 'libvirtd', packages: ['libvirt-daemon', 'libvirt-libs'] },
  firewall: { service: 'firewalld', others: ['iptables', 'ip6tables', 'ebtables', 'ipset', 'nftables'] },
  hostedEngine: {
    minimalMemoryMiB: 4096,
    reservedMemoryMiB: 512,
    memoryGraceMiB: 200,
    minimalDiskGiB: 50,
    storageOverheadGiB: 7,
    varTmpGiB: 10,
    rootGiB: 4,
    clockOffsetSeconds: 1,
    services: ['ovirt-ha-agent', 'ovirt-ha-broker', 'vdsmd', 'supervdsmd', 'libvirtd', 'sanlock', 'wdmd'],
    alsoEnabled: ['mom-vdsm', 'ovirt-imageio-daemon'],
    fullScore: 3400,
    // 3000 is what the host that runs the engine VM shows while the memory penalty applies.
    soundScore: 3000,
    healthSeconds: 900,
    percentBreaksAnswers: true,
  },
};
