/**
 * lab/engine/machine/ is the guest system of the engine VM: CentOS with sshd and the engine's own tools, there while the
 * VM is up. This file: the machine, whose power follows the VM.
 */
import { minimalInstallation } from '../../host/minimal.ts';
import { bootHost, cutPower } from '../../kernel/boot.ts';
import { actAs } from '../../kernel/current.ts';
import { Host } from '../../kernel/host.ts';
import { installHost } from '../../kernel/install.ts';
import type { LabCore } from '../../lab-core.ts';
import { runningOn, watchEngineVm } from '../../ovirt/engine-vm.ts';
import type { EngineImage } from '../../ovirt/storage.ts';
import type { Lab } from '../../types.ts';

const KEY = 'engine-machine';

interface Machine {
  readonly host: Host;
  /** The disk that it runs from: a new deployment brings a new one. */
  image: EngineImage | undefined;
}

/** The engine VM from within; off while no host runs the VM. */
export function engineMachine(lab: Lab): Host {
  const known = lab.kept.get(KEY) as Machine | undefined;
  if (known) return known.host;
  const host = new Host(lab as LabCore, { name: 'engine', fqdn: lab.engineFqdn, address: lab.engineAddress });
  const machine: Machine = { host, image: undefined };
  lab.kept.set(KEY, machine);
  installHost(host, {
    mac: '00:16:3e:5b:a6:4d',
    dns: '172.20.32.2',
    hostPassword: lab.secrets.engineRootPassword,
  });
  minimalInstallation(host);
  host.packages.install({
    name: 'ovirt-engine-tools-backup',
    epoch: 0,
    version: '4.3.7.2',
    release: '1.el7',
    arch: 'noarch',
  });
  // Whoever on a host starts the VM is nobody inside of it, and has no say in its files.
  watchEngineVm(lab, () => actAs(undefined, () => follow(lab, machine)));
  follow(lab, machine);
  return host;
}

/** Switches the machine as the VM is; a migration leaves it as it was. */
function follow(lab: Lab, machine: Machine): void {
  const { host } = machine;
  const record = runningOn(lab)?.record;
  const up = record !== undefined && ['Up', 'Paused', 'Powering down'].includes(record.status);
  if (!up) {
    cutPower(host);
    return;
  }
  if (host.power !== 'off') return;
  if (machine.image !== record.image) renew(host);
  machine.image = record.image;
  void bootHost(host, { atOnce: true });
}

/** A new appliance has nothing of what was done in the old one. */
function renew({ fs }: Host): void {
  for (const path of ['/var/lib/ovirt-engine-backup', '/var/lib/ovirt-runbooks']) if (fs.exists(path)) fs.remove(path);
}
