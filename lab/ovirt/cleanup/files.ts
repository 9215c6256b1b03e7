import type { LabHost } from '../../types.ts';

/** Patterns as the script has them; one that matches nothing is reported by its own text. */
const patterns = [
  '/etc/init/libvirtd.conf',
  '/etc/libvirt/nwfilter/vdsm-no-mac-spoofing.xml',
  '/etc/ovirt-hosted-engine/answers.conf',
  '/etc/ovirt-hosted-engine/hosted-engine.conf',
  '/etc/vdsm/vdsm.conf',
  '/etc/pki/vdsm/*/*.pem',
  '/etc/pki/CA/cacert.pem',
  '/etc/pki/libvirt/*.pem',
  '/etc/pki/libvirt/private/*.pem',
  '/etc/pki/ovirt-vmconsole/*.pem',
  '/var/cache/libvirt/*',
  '/var/run/ovirt-hosted-engine-ha/*',
] as const;

function expand(host: LabHost, pattern: string): string[] {
  let found = ['/'];
  for (const part of pattern.split('/').slice(1)) {
    const matcher = new RegExp(
      `^${part
        .split('*')
        .map((p) => p.replace(/[.+?^$()|[\]\\{}]/g, '\\$&'))
        .join('.*')}$`,
    );
    found = found.flatMap((dir) => {
      const base = dir === '/' ? '' : dir;
      if (!part.includes('*')) return host.fs.exists(`${base}/${part}`) ? [`${base}/${part}`] : [];
      if (!host.fs.exists(dir) || !host.fs.isDirectory(dir)) return [];
      const names = host.fs.list(dir).filter((name) => matcher.test(name));
      return names.sort().map((name) => `${base}/${name}`);
    });
  }
  return found;
}

/** The files that the cleanup goes for on this host, in its order. */
export function configurationFiles(host: LabHost): string[] {
  return patterns.flatMap((pattern) => {
    const found = pattern.includes('*') ? expand(host, pattern) : [pattern];
    return found.length > 0 ? found : [pattern];
  });
}
