/**
 * The state document: the modelled world in one compact JSON, with the revision that changes raise. What has no value
 * is undefined here, so that JSON leaves it out.
 */
import type { Host } from '../kernel/host.ts';
import { sessionsOf } from '../kernel/iscsi.ts';
import { nevra } from '../kernel/versions.ts';
import type { LabCore } from '../lab-core.ts';

function hostState(host: Host): Record<string, unknown> {
  const services: Record<string, string> = {};
  for (const unit of host.units.loaded.values())
    if (unit.name.endsWith('.service')) services[unit.name.replace(/\.service$/, '')] = unit.active;
  for (const name of host.units.files.names())
    if (name.endsWith('.service')) services[name.replace(/\.service$/, '')] ??= 'inactive';
  const zone = host.firewalld.runtime.get(host.firewalld.defaultZone);
  return {
    fqdn: host.fqdn,
    address: host.address,
    power: host.power,
    bootId: host.boot.id,
    firewall: {
      firewalld: host.units.isActive('firewalld'),
      iptables: host.units.isActive('iptables'),
      defaultZone: host.firewalld.defaultZone,
      services: [...(zone?.services ?? [])],
      ports: [...(zone?.ports ?? [])],
    },
    services,
    enabled: Object.keys(services).filter((name) => host.units.status(name).unitFileState === 'enabled'),
    packages: Object.fromEntries(host.packages.all().map((one) => [one.name, nevra(one).slice(one.name.length + 1)])),
    repositories: repositories(host),
    domains: [...host.libvirt.domains.values()].map(({ name, state }) => ({ name, state })),
    interfaces: [...host.network.interfaces.keys()],
    clockSkew: host.clockSkew,
    diskFull: host.fs.full,
  };
}

function repositories(host: Host): Record<string, boolean> {
  const found: Record<string, boolean> = {};
  const directory = '/etc/yum.repos.d';
  if (!host.fs.isDirectory(directory)) return found;
  for (const file of host.fs.list(directory))
    for (const section of host.fs.read(`${directory}/${file}`).split(/^\[/m).slice(1))
      found[section.slice(0, section.indexOf(']'))] = !/^enabled\s*=\s*(0|False)/m.test(section);
  return found;
}

export function stateOf(lab: LabCore): Record<string, unknown> {
  const hosts: Record<string, unknown> = {};
  for (const host of lab.hosts.values())
    hosts[host.name] = {
      ...hostState(host),
      localMaintenance: false,
      ...Object.assign({}, ...lab.parts.map((part) => part.hostState?.(host) ?? {})),
    };
  return {
    revision: lab.revision,
    now: new Date(lab.clock.now()).toISOString(),
    speed: lab.clock.speed,
    hosts,
    // Of iSCSI LUNs those that some host has come to.
    luns: lab.luns
      .filter((lun) => lun.paths.size > 0)
      .map((lun) => ({
        wwid: lun.wwid,
        number: lun.number,
        signature: lun.signature?.type,
        group: lun.group?.name,
        volumes:
          lun.group &&
          Object.fromEntries(
            lun.group.volumes.map((one) => [one.name, { size: one.size, active: [...one.active.keys()] }]),
          ),
        paths: Object.fromEntries(
          [...lun.paths].map(([name, paths]) => [name, paths.filter((path) => path.up).length]),
        ),
      })),
    nfs: lab.nfs.map(({ name, address, answering, exports }) => ({
      name,
      address,
      answering,
      exports: exports.map((share) => ({
        path: share.path,
        offered: share.offered,
        entries: share.files.list('/'),
        hosts: [...lab.hosts.values()]
          .filter((host) => host.disks.some((disk) => disk.share === share))
          .map((host) => host.name),
      })),
    })),
    targets: lab.targets.map(({ iqn, portals, luns }) => ({
      iqn,
      portals,
      luns: luns.map((lun) => lun.wwid),
      hosts: [...lab.hosts.values()]
        .filter((host) => sessionsOf(host).some((session) => session.target.iqn === iqn))
        .map((host) => host.name),
    })),
    dns: { answering: lab.dns.answering },
    hostedEngine: { deployed: false, globalMaintenance: false },
    engine: {},
    ...Object.assign({}, ...lab.parts.map((part) => part.state?.(lab) ?? {})),
    defects: lab.defects,
  };
}
