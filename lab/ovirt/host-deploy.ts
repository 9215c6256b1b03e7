import { type HostCertificate, hostCertificate } from '../engine/ca.ts';
import { admitEngine } from '../engine/ssh-key.ts';
import type { LabHost } from '../types.ts';
import { writeManagement } from './host-networks.ts';
import { uuid } from './ids.ts';
import { paths } from './paths.ts';

/** What the engine opens on a host's firewall: name and port of every service that a hypervisor offers. */
const ports = [
  '22/tcp',
  '54321/tcp',
  '54322/tcp',
  '5900-6923/tcp',
  '16514/tcp',
  '49152-49216/tcp',
  '9090/tcp',
  '2223/tcp',
  '161/udp',
  '6081/udp',
];
const services = [
  'supervdsmd.service',
  'wdmd.service',
  'sanlock.service',
  'libvirtd.service',
  'vdsmd.service',
  'mom-vdsm.service',
];

interface Options {
  readonly bridgeOn: string;
  readonly gateway: string;
  sleep(seconds: number): Promise<void>;
  changed(what: string): void;
}

const ENROLMENT = 'ovirt.enrolment';

/** Makes what the engine will give the host, ahead of time: simulated seconds do not wait for cryptography. */
export async function prepareEnrolment(host: LabHost): Promise<void> {
  host.kept.set(ENROLMENT, await hostCertificate(host.lab, host.fqdn));
}

function enroll(host: LabHost): void {
  const { fs } = host;
  const owned = { owner: 'vdsm', group: 'kvm' };
  const { caPem: ca, certificate: own, key } = host.kept.get(ENROLMENT) as HostCertificate;
  fs.write(paths.cacert, ca, { ...owned, mode: 0o644 });
  fs.write(paths.vdsmcert, own, { ...owned, mode: 0o644 });
  fs.write(paths.vdsmkey, key, { ...owned, mode: 0o440 });
  for (const name of ['ca-cert', 'server-cert'])
    fs.write(`/etc/pki/vdsm/libvirt-spice/${name}.pem`, name === 'ca-cert' ? ca : own, owned);
  fs.write('/etc/pki/CA/cacert.pem', ca);
  fs.write('/etc/pki/libvirt/clientcert.pem', own);
  if (!fs.exists('/etc/vdsm/vdsm.id')) fs.write('/etc/vdsm/vdsm.id', uuid(host.lab));
  fs.write('/etc/vdsm/vdsm.conf', '[vars]\nssl = true\n\n[addresses]\nmanagement_port = 54321\n');
  fs.write(
    paths.virshAuth,
    '[credentials-vdsm]\nauthname=vdsm@ovirt\npassword=shibboleth\n[auth-libvirt-localhost]\ncredentials=vdsm\n',
    { mode: 0o600 },
  );
  const multipath = fs.exists('/etc/multipath.conf') ? fs.read('/etc/multipath.conf') : '';
  if (!multipath.startsWith('# VDSM REVISION')) fs.write('/etc/multipath.conf', `# VDSM REVISION 1.9\n\n${multipath}`);
  host.libvirt.sasl = true;
}

/** Moves the NIC's addresses and routes to a new ovirtmgmt bridge above it. */
export function bridgeOver(host: LabHost, nicName: string): void {
  const { network } = host;
  const nic = network.interfaces.get(nicName);
  if (!nic || network.interfaces.has('ovirtmgmt')) return;
  network.interfaces.set('ovirtmgmt', { ...nic, name: 'ovirtmgmt', kind: 'bridge', addresses: nic.addresses });
  nic.addresses = [];
  nic.master = 'ovirtmgmt';
  network.routes = network.routes.map((r) => (r.device === nicName ? { ...r, device: 'ovirtmgmt' } : r));
  const address = network.interfaces.get('ovirtmgmt')?.addresses[0];
  const via = network.routes.find((r) => r.device === 'ovirtmgmt' && r.via)?.via;
  writeManagement(host, nic, address && { ...address, gateway: via });
}

/** Gives the bridge back to its NIC, as vdsm-tool restore-nets does. */
export function dissolveBridge(host: LabHost): void {
  const { network, fs } = host;
  const bridge = network.interfaces.get('ovirtmgmt');
  if (!bridge) return;
  const nic = [...network.interfaces.values()].find((i) => i.master === 'ovirtmgmt' && i.kind !== 'loopback');
  network.interfaces.delete('ovirtmgmt');
  if (!nic) return;
  nic.addresses = bridge.addresses;
  delete nic.master;
  network.routes = network.routes.map((r) => (r.device === 'ovirtmgmt' ? { ...r, device: nic.name } : r));
  const config = '/etc/sysconfig/network-scripts/ifcfg-ovirtmgmt';
  if (fs.exists(config)) fs.remove(config);
}

/**
 * The engine installs a host: its key for the next time (`VdsDeploy`, otopi's `NETWORK/sshKey`), certificates, vdsm's configuration, firewall, management bridge, services.
 * Gives what the engine would report when the host cannot become operational.
 */
export async function deployHost(host: LabHost, options: Options): Promise<string | undefined> {
  await options.sleep(40);
  if (!host.packages.has('vdsm')) {
    return `code 505: Host ${host.fqdn} installation failed. Failed to execute Ansible host-deploy role: yum could not find vdsm.,`;
  }
  enroll(host);
  admitEngine(host);
  options.changed(`${host.name} enrolled by the engine`);
  await options.sleep(30);
  const zone = host.firewalld.zoneOf(options.bridgeOn);
  for (const map of [host.firewalld.runtime, host.firewalld.permanent])
    for (const port of ports) map.get(zone)?.ports.add(port);
  await options.sleep(45);
  for (const unit of services) {
    if (host.units.status(unit).loadState !== 'loaded') continue;
    host.units.enable(unit);
    // vdsm's configuration takes effect with a new start of what was running.
    if (unit === 'libvirtd.service' && host.units.isActive(unit)) continue;
    await host.units.start(unit);
  }
  await options.sleep(60);
  bridgeOver(host, options.bridgeOn);
  host.firewalld.runtime.get(zone)?.interfaces.add('ovirtmgmt');
  options.changed(`management bridge on ${host.name}`);
  await options.sleep(45);
  if (!host.network.reachable(options.gateway)) {
    return `code 519: Host ${host.fqdn} does not comply with the cluster networks, the following networks are missing on host: 'ovirtmgmt',`;
  }
  return host.units.isActive('vdsmd.service')
    ? undefined
    : `code 12: Failure in host ${host.fqdn}: VDSM command Get Host Capabilities failed: Connection refused,`;
}
