import { guardBridges } from '../ovirt/host-networks.ts';
import { storageStuck } from '../ovirt/storage.ts';
import type { LabHost, World } from '../types.ts';
import { hostOf, hostsOf } from './target.ts';

const REPO = 'mirror.centos.org_centos-7_7_virt_x86_64_libvirt-latest_';
const BASE = 'http://mirror.centos.org/centos-7/7/virt/x86_64/libvirt-latest';
const libvirtPackages = ['libvirt', 'libvirt-client', 'libvirt-daemon', 'libvirt-daemon-kvm', 'libvirt-libs'];
/** Before the MDS backport, and the upstream release that the odd repository would put in its place. */
const before = { epoch: 0, version: '4.5.0', release: '10.el7_6.4', arch: 'x86_64' } as const;
const odd = { epoch: 0, version: '5.0.0', release: '1.el7', arch: 'x86_64' } as const;

/** libvirt was put on the host long before the deployment, from a repository that someone added. */
function oldLibvirt(host: LabHost): void {
  const { lab } = host;
  if (!lab.mirrors.has(BASE)) {
    const packages = libvirtPackages.map((name) => ({ name, ...odd }));
    lab.mirrors.set(BASE, { title: 'libvirt-latest', packages, reachable: true });
  }
  const text = `[${REPO}]\nname=added from: http://mirror.centos.org/centos-7/7/virt/x86_64/libvirt-latest/\nbaseurl=${BASE}\nenabled=1\ngpgcheck=0\n`;
  host.fs.write(`/etc/yum.repos.d/${REPO}.repo`, text);
  for (const name of libvirtPackages) host.packages.install({ name, ...before }, { fromRepo: REPO });
  host.packages.install(
    { name: 'qemu-kvm', epoch: 10, version: '1.5.3', release: '167.el7_7.1', arch: 'x86_64' },
    { fromRepo: 'updates' },
  );
}

function drop(host: LabHost, path: string): void {
  if (host.fs.exists(path)) host.fs.remove(path);
}

const deadSocket = `[Unit]
Description=Libvirt TLS IP socket
Before=libvirtd.service

[Socket]
ListenStream=16514

[Install]
WantedBy=sockets.target
`;

export const hostWorlds: Readonly<Record<string, World>> = {
  'md-clear-missing': (lab, target) => {
    for (const host of hostsOf(lab, target)) oldLibvirt(host);
  },
  /** The host is guarded by the iptables service; firewalld is off. */
  'firewalld-off': async (lab, target) => {
    for (const host of hostsOf(lab, target)) {
      await host.units.stop('firewalld.service');
      host.units.disable('firewalld.service');
      if (host.units.status('iptables.service').loadState === 'loaded') {
        host.units.enable('iptables.service');
        await host.units.start('iptables.service');
      }
    }
  },
  /** An earlier attempt left libvirt's TLS socket on, while the certificates it needs were cleaned away. */
  'leftover-socket': async (lab, target) => {
    const host = hostOf(lab, target);
    host.fs.write('/usr/lib/systemd/system/libvirtd-tls.socket', deadSocket);
    host.units.reload();
    host.units.enable('libvirtd-tls.socket');
    await host.units.start('libvirtd-tls.socket');
    for (const name of ['servercert', 'clientcert']) drop(host, `/etc/pki/libvirt/${name}.pem`);
    if (host.units.isActive('libvirtd.service')) await host.units.stop('libvirtd.service');
  },
  /** An earlier attempt left a storage pool whose directory is gone. */
  'leftover-pool': (lab, target) => {
    const host = hostOf(lab, target);
    const name = 'localvmq3x7ka';
    host.libvirt.pools.set(name, { name, target: `/var/tmp/${name}`, active: true });
  },
  /** The switch closes the host's management port as soon as a VM bridge appears on the host. */
  'switch-guards-bridges': (lab, target) => {
    for (const host of hostsOf(lab, target)) guardBridges(host, true);
  },
  /** vdsm has lost its link to the hosted engine's storage: the broker dies of it and does not come back by itself. */
  'ha-broker-dead': (lab, target) => {
    const host = hostOf(lab, target);
    storageStuck.set(host, true);
    for (const process of [...host.processes.values()]) {
      if (process.unit === 'ovirt-ha-broker.service' || process.unit === 'ovirt-ha-agent.service')
        process.kill('SIGKILL');
    }
    drop(host, '/var/run/ovirt-hosted-engine-ha/broker.socket');
  },
};
