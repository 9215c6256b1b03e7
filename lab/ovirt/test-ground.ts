/** The little of EL7 that the hosted engine stands on, for this folder's tests: fast, and apart from lab/host. */
import type { Command, LabHost, LabPart, PackageOffer } from '../types.ts';

const daemon: Command = async (ctx) => {
  await ctx.sleep(0.1);
  ctx.ready();
  return ctx.untilSignalled();
};
const unit = (name: string, exec: string, more = ''): string =>
  `[Unit]\nDescription=${name}\n${more}\n[Service]\nType=notify\nExecStart=${exec}\n[Install]\nWantedBy=multi-user.target\n`;
const offer = (name: string, version = '4.5.0', release = '23.el7_7.1'): PackageOffer => ({
  name,
  epoch: 0,
  version,
  release,
  arch: 'x86_64',
});

/** Installs a package and what it requires, from whatever repository has the newest. */
export function install(host: LabHost, name: string): void {
  if (host.packages.has(name)) return;
  for (const mirror of host.lab.mirrors.values()) {
    const found = mirror.packages.find((one) => one.name === name);
    if (!found) continue;
    for (const required of found.requires ?? []) install(host, required);
    host.packages.install(found);
    return;
  }
}

const yum: Command = async (ctx) => {
  const [, verb, ...names] = ctx.args;
  await ctx.sleep(20);
  for (const name of names) {
    if (verb === 'remove') ctx.host.packages.erase(name);
    else install(ctx.host, name.endsWith('ovirt-release43.rpm') ? 'ovirt-release43' : name);
  }
  return names.every((name) => verb === 'remove' || name.endsWith('.rpm') || ctx.host.packages.has(name)) ? 0 : 1;
};

const systemctl: Command = async (ctx) => {
  const [verb, ...names] = ctx.args;
  for (const name of names) {
    try {
      if (verb === 'stop') await ctx.host.units.stop(name);
      else if (verb === 'restart') await ctx.host.units.restart(name);
      else await ctx.host.units.start(name);
    } catch (error) {
      ctx.err(`${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return 0;
};

const virsh: Command = async (ctx) => {
  const name = ctx.args.at(-1) ?? '';
  const domain = ctx.host.libvirt.domains.get(name);
  if (domain && ctx.args.includes('domstate')) {
    ctx.out(`${domain.state}\n\n`);
    return 0;
  }
  ctx.err(`error: failed to get domain '${name}'\nerror: Domain not found: no domain with matching name '${name}'\n`);
  return 1;
};

export const ground: LabPart = {
  name: 'ground',
  packages: [
    {
      package: 'libvirt-daemon',
      programs: { '/usr/sbin/libvirtd': daemon },
      units: { 'libvirtd.service': unit('libvirt', '/usr/sbin/libvirtd') },
    },
    { package: 'libvirt-client', programs: { virsh } },
    {
      package: 'firewalld',
      programs: { '/usr/sbin/firewalld': daemon },
      units: { 'firewalld.service': unit('firewalld', '/usr/sbin/firewalld') },
      enabledByPreset: ['firewalld.service'],
    },
    {
      package: 'bash',
      programs: { yum, systemctl, '/usr/sbin/iptables-init': daemon },
      units: { 'iptables.service': unit('iptables', '/usr/sbin/iptables-init', 'Conflicts=firewalld.service') },
    },
  ],
  publish: (lab) => {
    const packages = [
      'libvirt-daemon',
      'libvirt-client',
      'qemu-kvm-ev',
      'lvm2',
      'firewalld',
      'screen',
      'sanlock',
      'python-netaddr',
    ].map((name) => offer(name));
    packages.push({ ...offer('libvirt-daemon-kvm'), requires: ['libvirt-daemon'] });
    lab.mirrors.set('http://base', { title: 'base', packages, reachable: true });
  },
  onInstall: (host) => {
    for (const name of ['bash', 'firewalld']) if (!host.packages.has(name)) host.packages.install(offer(name));
  },
};
