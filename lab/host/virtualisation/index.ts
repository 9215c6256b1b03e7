/** Virtualisation: libvirt's daemon and tools, qemu; the versions decide which CPU features are known. */
import type { Command, PackageBuild } from '../../types.ts';
import { daemon } from '../daemon.ts';
import { virsh } from './virsh.ts';

const libvirtd: Command = async (ctx) => {
  const { units, fs } = ctx.host;
  const certificate = '/etc/pki/libvirt/servercert.pem';
  if (units.isActive('libvirtd-tls.socket') && !fs.exists(certificate)) {
    ctx.err(`libvirtd: Cannot read certificate '${certificate}': No such file or directory\n`);
    return 6;
  }
  await ctx.sleep(1);
  fs.mkdir('/var/run/libvirt');
  for (const name of ['libvirt-sock', 'libvirt-sock-ro'])
    if (!fs.exists(`/var/run/libvirt/${name}`)) fs.write(`/var/run/libvirt/${name}`, '', { mode: 0o777 });
  return daemon(0.2)(ctx);
};

const validate: Command = async (ctx) => {
  const has = ctx.host.cpu.flags.some((flag) => flag === 'vmx' || flag === 'svm');
  const rows: [string, string][] = [
    [
      'for hardware virtualization',
      has ? 'PASS' : 'FAIL (Only emulated CPUs are available, performance will be significantly limited)',
    ],
    [
      'if device /dev/kvm exists',
      has && ctx.host.fs.exists('/dev/kvm')
        ? 'PASS'
        : "FAIL (Check that the 'kvm-intel' or 'kvm-amd' modules are loaded & the BIOS has enabled virtualization)",
    ],
    [
      'if device /dev/kvm is accessible',
      has && ctx.host.fs.exists('/dev/kvm')
        ? 'PASS'
        : 'FAIL (Check /dev/kvm is world writable or you are in a group that is allowed to access it)',
    ],
    ['if device /dev/vhost-net exists', 'PASS'],
    ['if device /dev/net/tun exists', 'PASS'],
    ["for cgroup 'memory' controller mount-point", 'PASS'],
    ["for cgroup 'cpu' controller mount-point", 'PASS'],
    ["for cgroup 'cpuacct' controller mount-point", 'PASS'],
    ["for cgroup 'cpuset' controller mount-point", 'PASS'],
    ["for cgroup 'devices' controller mount-point", 'PASS'],
    ["for cgroup 'blkio' controller mount-point", 'PASS'],
    ['for device assignment IOMMU support', 'PASS'],
    [
      'if IOMMU is enabled by kernel',
      'WARN (IOMMU appears to be disabled in kernel. Add intel_iommu=on to kernel cmdline arguments)',
    ],
  ];
  for (const [what, result] of rows) ctx.out(`  QEMU: Checking ${what.padEnd(60)}: ${result}\n`);
  if (ctx.args.length === 0) ctx.out(`   LXC: Checking ${'for Linux >= 2.6.26'.padEnd(60)}: PASS\n`);
  return rows.some(([, result]) => result.startsWith('FAIL')) ? 1 : 0;
};

const unit = `[Unit]
Description=Virtualization daemon
Documentation=man:libvirtd(8) https://libvirt.org

[Service]
Type=notify
ExecStart=/usr/sbin/libvirtd
Restart=on-failure
RestartSec=2

[Install]
WantedBy=multi-user.target
`;

export const virtualisationPackages: readonly PackageBuild[] = [
  {
    package: 'libvirt-daemon',
    programs: { '/usr/sbin/libvirtd': libvirtd },
    units: { 'libvirtd.service': unit },
    enabledByPreset: ['libvirtd.service'],
    directories: ['/etc/libvirt', '/var/run/libvirt', '/var/lib/libvirt/images', '/var/log/libvirt'],
    files: { '/etc/libvirt/libvirtd.conf': { content: '# Master libvirt daemon configuration file\n', config: true } },
    post: (host) => {
      if (!host.libvirt.networks.has('default'))
        host.libvirt.networks.set('default', { name: 'default', bridge: 'virbr0', active: true, autostart: true });
    },
  },
  { package: 'libvirt-client', programs: { virsh, 'virt-host-validate': validate } },
  { package: 'qemu-kvm', programs: { '/usr/libexec/qemu-kvm': async () => 0 } },
  { package: 'qemu-kvm-ev', programs: { '/usr/libexec/qemu-kvm': async () => 0 } },
  {
    package: 'screen',
    programs: {
      screen: async (ctx) => {
        if (ctx.args.includes('-ls') || ctx.args.includes('-list')) {
          ctx.out('No Sockets found in /var/run/screen/S-root.\n\n');
          return 1;
        }
        ctx.err('Must be connected to a terminal.\n');
        return 1;
      },
    },
  },
];
