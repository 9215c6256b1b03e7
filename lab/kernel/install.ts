/** Puts CentOS 7.7 minimal on a new host: file system skeleton, accounts, packages, network. */
import { bondState } from './bonding.ts';
import type { Host } from './host.ts';

export interface InstallOptions {
  readonly mac: string;
  readonly dns: string;
  readonly hostPassword: string;
}

export function installHost(host: Host, options: InstallOptions): void {
  skeleton(host);
  accounts(host, options.hostPassword);
  network(host, options);
  proc(host);
  sysNet(host);
  procBonding(host);
}

function skeleton(host: Host): void {
  const { fs } = host;
  for (const directory of [
    '/usr/bin',
    '/usr/sbin',
    '/usr/lib',
    '/usr/lib64',
    '/usr/libexec',
    '/usr/share',
    '/etc',
    '/root',
    '/home',
  ])
    fs.mkdir(directory);
  for (const [link, target] of [
    ['/bin', 'usr/bin'],
    ['/sbin', 'usr/sbin'],
    ['/lib', 'usr/lib'],
    ['/lib64', 'usr/lib64'],
  ] as const)
    fs.symlink(target, link);
  for (const directory of [
    '/run',
    '/var/log',
    '/var/lib',
    '/var/cache',
    '/var/tmp',
    '/opt',
    '/mnt',
    '/srv',
    '/boot',
    '/dev/shm',
    '/dev/mapper',
    '/proc',
    '/sys',
  ])
    fs.mkdir(directory);
  fs.mkdir('/tmp', { mode: 0o1777 });
  fs.symlink('../run', '/var/run');
  fs.symlink('../run/lock', '/var/lock');
  fs.chmod('/root', 0o550);
  fs.chmod('/tmp', 0o1777);
  fs.chmod('/var/tmp', 0o1777);
  fs.device('/dev/null', 0o666);
  fs.device('/dev/kvm', 0o666);
  fs.device('/dev/net/tun', 0o666);
  fs.device('/dev/vhost-net', 0o600);
  fs.write('/etc/os-release', osRelease);
  fs.write('/etc/redhat-release', 'CentOS Linux release 7.7.1908 (Core)\n');
  fs.symlink('redhat-release', '/etc/centos-release');
  fs.write(
    '/etc/hosts',
    '127.0.0.1   localhost localhost.localdomain localhost4 localhost4.localdomain4\n::1         localhost localhost.localdomain localhost6 localhost6.localdomain6\n',
  );
  fs.write('/etc/nsswitch.conf', 'hosts:      files dns myhostname\n');
  fs.write('/etc/machine-id', `${machineId(host.name)}\n`);
  host.disks = [
    { mount: '/', device: '/dev/mapper/centos-root', type: 'xfs', size: 120 * 2 ** 30, used: 3 * 2 ** 30 },
    { mount: '/boot', device: '/dev/sda1', type: 'xfs', size: 2 ** 30, used: 160 * 2 ** 20 },
    { mount: '/var', device: '/dev/mapper/centos-var', type: 'xfs', size: 150 * 2 ** 30, used: 2 ** 30 },
  ];
  host.cpu.flags = cpuFlags.split(' ');
}

function machineId(name: string): string {
  return Buffer.from(`${name}-machine-id-0123456789`).toString('hex').slice(0, 32);
}

function accounts(host: Host, password: string): void {
  const add = (name: string, uid: number, home: string): void => void host.users.set(name, { uid, home, password });
  add('root', 0, '/root');
  for (const [name, uid] of [
    ['vdsm', 36],
    ['sanlock', 179],
    ['qemu', 107],
    ['ovirtagent', 175],
  ] as const)
    host.users.set(name, { uid, home: `/var/lib/${name}`, password: undefined });
  add('operator', 1000, '/home/operator');
  host.fs.mkdir('/home/operator', { mode: 0o700, owner: 'operator', group: 'operator' });
  const line = (name: string, uid: number, home: string): string =>
    `${name}:x:${uid}:${uid}:${name}:${home}:/bin/bash\n`;
  host.fs.write('/etc/passwd', [...host.users].map(([name, { uid, home }]) => line(name, uid, home)).join(''));
  host.fs.write('/etc/sudoers', 'root    ALL=(ALL)       ALL\n%wheel  ALL=(ALL)       ALL\n', { mode: 0o440 });
  host.fs.write('/etc/sudoers.d/operator', 'operator ALL=(ALL) NOPASSWD: ALL\n', { mode: 0o440 });
}

function network(host: Host, options: InstallOptions): void {
  const { network: net, fs } = host;
  net.hostname = host.fqdn;
  fs.write('/etc/hostname', `${host.fqdn}\n`);
  const base = { mtu: 1500, up: true, carrier: true };
  net.interfaces.set('lo', {
    ...base,
    name: 'lo',
    kind: 'loopback',
    mac: '00:00:00:00:00:00',
    mtu: 65536,
    addresses: [{ address: '127.0.0.1', prefix: 8 }],
  });
  net.interfaces.set('em1', {
    ...base,
    name: 'em1',
    kind: 'nic',
    mac: options.mac,
    addresses: [{ address: host.address, prefix: 24 }],
  });
  for (const [index, name] of ['em2', 'em3', 'em4'].entries()) {
    const mac = options.mac.replace(
      /..$/,
      `${(Number.parseInt(options.mac.slice(-2), 16) + index + 1).toString(16).padStart(2, '0')}`,
    );
    net.interfaces.set(name, {
      ...base,
      name,
      kind: 'nic',
      mac,
      addresses: [],
      up: name !== 'em2',
      carrier: name !== 'em2',
    });
  }
  // Two NICs make the bond for VM networks, as every server of the article has it.
  const bondMac = net.interfaces.get('em3')?.mac ?? options.mac;
  for (const name of ['em3', 'em4']) {
    const slave = net.interfaces.get(name);
    if (slave) slave.master = 'bond1';
    const lines = `DEVICE=${name}\nMASTER=bond1\nSLAVE=yes\nONBOOT=yes\n`;
    fs.write(`/etc/sysconfig/network-scripts/ifcfg-${name}`, lines);
  }
  const bonding = 'mode=1 miimon=100';
  net.interfaces.set('bond1', { ...base, name: 'bond1', kind: 'bond', mac: bondMac, bonding, addresses: [] });
  fs.write(
    '/etc/sysconfig/network-scripts/ifcfg-bond1',
    `DEVICE=bond1\nBONDING_OPTS='${bonding}'\nONBOOT=yes\nBOOTPROTO=none\n`,
  );
  const subnet = `${host.address.split('.').slice(0, 3).join('.')}.0/24`;
  net.routes = [
    { destination: 'default', via: host.lab.gateway, device: 'em1', metric: 100 },
    { destination: subnet, device: 'em1', metric: 100 },
  ];
  fs.write('/etc/resolv.conf', `# Generated by NetworkManager\nsearch test.local\nnameserver ${options.dns}\n`);
  fs.write(
    '/etc/sysconfig/network-scripts/ifcfg-em1',
    `TYPE=Ethernet\nBOOTPROTO=none\nDEFROUTE=yes\nIPV6INIT=no\nNAME=em1\nDEVICE=em1\nONBOOT=yes\nIPADDR=${host.address}\nPREFIX=24\nGATEWAY=${host.lab.gateway}\nDNS1=${options.dns}\n`,
  );
}

function proc(host: Host): void {
  const { fs } = host;
  const uptime = (): number => Math.max(0, host.lab.clock.now() - host.boot.at) / 1000;
  fs.dynamic('/proc/sys/kernel/random/boot_id', () => `${host.boot.id}\n`);
  fs.dynamic('/proc/sys/kernel/hostname', () => `${host.network.hostname}\n`);
  fs.dynamic('/proc/uptime', () => `${uptime().toFixed(2)} ${(uptime() * host.cpu.count * 0.98).toFixed(2)}\n`);
  fs.dynamic('/proc/loadavg', () => `0.08 0.03 0.05 1/412 ${Math.max(0, ...host.processes.keys())}\n`);
  fs.dynamic('/proc/cpuinfo', () =>
    Array.from(
      { length: host.cpu.count },
      (_, index) =>
        `processor\t: ${index}\nvendor_id\t: ${host.cpu.vendor}\ncpu family\t: 6\nmodel\t\t: 85\nmodel name\t: ${host.cpu.model}\nstepping\t: 4\ncpu MHz\t\t: ${host.cpu.mhz}.000\nflags\t\t: ${host.cpu.flags.join(' ')}\n`,
    ).join('\n'),
  );
  fs.dynamic('/proc/meminfo', () => {
    const { total, used, cache } = host.memory;
    const line = (name: string, bytes: number): string =>
      `${`${name}:`.padEnd(15)}${String(Math.floor(bytes / 1024)).padStart(9)} kB\n`;
    return (
      line('MemTotal', total) +
      line('MemFree', total - used - cache) +
      line('MemAvailable', total - used) +
      line('Cached', cache)
    );
  });
  fs.dynamic(
    '/proc/version',
    () =>
      'Linux version 3.10.0-1062.el7.x86_64 (mockbuild@kbuilder.bsys.centos.org) (gcc version 4.8.5 20150623 (Red Hat 4.8.5-36) (GCC) ) #1 SMP Wed Aug 7 18:08:02 UTC 2019\n',
  );
  fs.dynamic('/proc/mounts', () =>
    host.disks
      .map((disk) => `${disk.device} ${disk.mount} ${disk.type} ${disk.options ?? 'rw,relatime'} 0 0\n`)
      .join(''),
  );
  fs.dynamic('/sys/devices/system/cpu/vulnerabilities/mds', () =>
    host.cpu.flags.includes('md_clear')
      ? 'Mitigation: Clear CPU buffers; SMT vulnerable\n'
      : 'Vulnerable: Clear CPU buffers attempted, no microcode; SMT vulnerable\n',
  );
}

/** /proc/net/bonding: one file per bond. */
function procBonding(host: Host): void {
  const { interfaces } = host.network;
  host.fs.listing('/proc/net/bonding', () =>
    Object.fromEntries(
      [...interfaces.values()]
        .filter(({ kind }) => kind === 'bond')
        .map((bond) => [bond.name, bondState(host.network, bond)]),
    ),
  );
}

/** /sys/class/net: one directory per interface; a bridge lists its ports in `brif`. */
function sysNet(host: Host): void {
  const { interfaces } = host.network;
  host.fs.listing('/sys/class/net', () =>
    Object.fromEntries(
      [...interfaces.values()].map((one) => {
        const linked = one.up && (one.kind !== 'nic' || one.carrier);
        const ports = [...interfaces.values()].filter(({ master }) => master === one.name);
        return [
          one.name,
          {
            address: `${one.kind === 'loopback' ? '00:00:00:00:00:00' : one.mac}\n`,
            mtu: `${one.mtu}\n`,
            carrier: `${linked ? 1 : 0}\n`,
            operstate: `${one.kind === 'loopback' ? 'unknown' : linked ? 'up' : 'down'}\n`,
            ...(one.kind === 'bridge'
              ? { bridge: {}, brif: Object.fromEntries(ports.map(({ name }) => [name, {}])) }
              : {}),
          },
        ];
      }),
    ),
  );
}

const cpuFlags =
  'fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush dts acpi mmx fxsr sse sse2 ss ht tm pbe syscall nx pdpe1gb rdtscp lm constant_tsc vmx smx est tm2 ssse3 fma cx16 pcid dca sse4_1 sse4_2 x2apic movbe popcnt aes xsave avx f16c rdrand lahf_lm abm ibrs ibpb stibp tsc_adjust bmi1 avx2 smep bmi2 erms invpcid avx512f clflushopt xsaveopt pku ospke md_clear spec_ctrl intel_stibp flush_l1d ssbd invtsc';

const osRelease = `NAME="CentOS Linux"
VERSION="7 (Core)"
ID="centos"
ID_LIKE="rhel fedora"
VERSION_ID="7"
PRETTY_NAME="CentOS Linux 7 (Core)"
ANSI_COLOR="0;31"
CPE_NAME="cpe:/o:centos:centos:7"
HOME_URL="https://www.centos.org/"
BUG_REPORT_URL="https://bugs.centos.org/"

CENTOS_MANTISBT_PROJECT="CentOS-7"
CENTOS_MANTISBT_PROJECT_VERSION="7"
REDHAT_SUPPORT_PRODUCT="centos"
REDHAT_SUPPORT_PRODUCT_VERSION="7"
`;
