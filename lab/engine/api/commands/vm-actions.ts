import { destroyGuest, guests, guestTimes, shutDownGuest, startGuest } from '../../../ovirt/guests.ts';
import { uuid } from '../../../ovirt/ids.ts';
import { anyStorage } from '../../../ovirt/storage.ts';
import type { Lab, LabHost } from '../../../types.ts';
import type { EngineDatabase, HostRow, VmRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { attachmentsOf, disksOf } from '../database/disks.ts';
import type { Told } from '../database/events.ts';
import { tell, userName } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import { engineHost, schedule, vmStatus } from '../database/placement.ts';
import { vdsmAnswers } from '../monitor/hosts.ts';
import type { Call } from '../routing/call.ts';
import type { EngineRun } from '../run.ts';
import { entityNotFound, incomplete, notGiven, refused } from '../wire/fault.ts';
import type { Value } from '../wire/values.ts';
import { flag, isList, number, part, text } from '../wire/values.ts';
import { findCluster } from './find.ts';

const NO_BOOTABLE_DISK =
  "Cannot run VM without at least one bootable disk.\nAlternatives:\n- Create a disk for this VM, and rerun the VM.\n- Change the boot sequence using the Edit VM command (Boot Option Sub-Tab).\n- Use the 'Run Once' command to select a different boot option and rerun the VM.";
const GiB = 1024 ** 3;
const BLANK = '00000000-0000-0000-0000-000000000000';

const words = (value: Value | undefined): string[] => (isList(value) ? value.map(String) : []);

/** Makes a VM from the template Blank: without disks, which are attached to it afterwards. */
export function addVm(call: Call): VmRow {
  const { lab, db, body } = call;
  const cluster = part(body, 'cluster');
  const lacking = [
    ...(text(body, 'name') ? [] : ['name']),
    ...(text(cluster, 'id') || text(cluster, 'name') ? [] : ['cluster.id|name']),
  ];
  if (lacking.length > 0) throw incomplete(`Vm [${lacking.join(', ')}] required for add`);
  if (!part(body, 'template')) throw incomplete('Vm [template.id|name] required for add');
  const name = text(body, 'name') ?? '';
  const { id: clusterId } = findCluster(db, cluster ?? {});
  const template = text(part(body, 'template'), 'id') ?? text(part(body, 'template'), 'name');
  if (template !== BLANK && template !== 'Blank') throw entityNotFound('GetVmTemplate');
  if (name === 'HostedEngine' || [...db.vms.values()].some((vm) => vm.name === name)) {
    throw refused(409, 'Cannot add VM. The VM name is already in use, please choose a unique name and try again.');
  }
  const memory = number(body, 'memory') ?? GiB;
  const guaranteed = number(part(body, 'memory_policy'), 'guaranteed') ?? memory;
  if (guaranteed > memory) {
    throw refused(400, 'Cannot add VM. Physical Memory Guaranteed cannot exceed Memory Size.');
  }
  const devices = words(part(part(body, 'os'), 'boot')?.devices);
  const vm: VmRow = {
    id: uuid(lab),
    name,
    description: text(body, 'description') ?? '',
    clusterId,
    memory,
    sockets: number(part(part(body, 'cpu'), 'topology'), 'sockets') ?? 1,
    bootDevices: devices.length > 0 ? devices : ['hd'],
    highlyAvailable: flag(part(body, 'high_availability'), 'enabled') ?? false,
    createdAt: Math.floor(lab.clock.now()),
    stoppedAt: Math.floor(lab.clock.now()),
  };
  db.vms.set(vm.id, vm);
  const user = userName(call.user);
  tell(lab, db, {
    code: 34,
    vm: { id: vm.id, name },
    correlationId: call.correlationId,
    user,
    text: `VM ${name} was created by ${user}.`,
  });
  lab.changed(`VM ${name} created`);
  return vm;
}

/** Starts a VM on the host that suits it best. */
export function startVm(call: Call, vm: VmRow): Job {
  const { lab, db, run, correlationId } = call;
  if (vmStatus(lab, db, vm) !== 'down') throw refused(409, 'Cannot run VM. VM is running.');
  const bootable = attachmentsOf(db, vm).some((attachment) => attachment.bootable && attachment.active);
  if (!vm.bootDevices.includes('network') && !bootable) throw refused(409, NO_BOOTABLE_DISK);
  const locked = disksOf(db, vm).filter((disk) => disk.status !== 'ok');
  if (locked.length > 0) {
    const names = locked.map((disk) => disk.alias).join(', ');
    throw refused(409, `Cannot run VM: The following disks are locked: ${names}. Please try again in a few minutes.`);
  }
  const found = schedule(lab, db, { memory: vm.memory, hostedEngine: false, clusterId: vm.clusterId });
  if (!('host' in found)) {
    throw found.reasons.length === 0
      ? refused(400, 'There are no hosts to use. Check that the cluster contains at least one host in Up state.')
      : refused(
          409,
          'Cannot run VM. There is no host that satisfies current scheduling constraints. See below for details:',
          ...found.reasons,
        );
  }
  const { host } = found;
  const user = userName(call.user);
  const about = { vm: { id: vm.id, name: vm.name }, host, correlationId, user };
  const job = startJob(lab, db, { description: `Launching VM ${vm.name}`, correlationId });
  tell(lab, db, { ...about, code: 153, text: `VM ${vm.name} was started by ${user} (Host: ${host.name}).` });
  launch({ lab, db, run }, vm, found, about, job);
  return job;
}

interface Engine {
  readonly lab: Lab;
  readonly db: EngineDatabase;
  readonly run: EngineRun;
}

/** Lets a VM run on a host; whether it came up is told, and ends the job, when its time for that is over. */
export function launch(
  { lab, db, run }: Engine,
  vm: VmRow,
  { host, machine }: { readonly host: HostRow; readonly machine: LabHost },
  about: Omit<Told, 'code' | 'text'> = { vm: { id: vm.id, name: vm.name }, host },
  job?: Job,
): void {
  const disks = disksOf(db, vm).map((disk) => ({ domain: disk.domainId, volume: disk.imageId }));
  startGuest(machine, { id: vm.id, name: vm.name, memory: vm.memory, cpus: vm.sockets, disks });
  Object.assign(vm, {
    hostId: host.id,
    startedAt: Math.floor(lab.clock.now()),
    stoppedAt: undefined,
    ending: undefined,
  });
  lab.changed(`VM ${vm.name} started`);
  run.inBackground(async () => {
    await run.sleep(guestTimes.powerUp);
    const up = guests(machine).has(vm.id);
    if (up) tell(lab, db, { ...about, code: 32, text: `VM ${vm.name} started on Host ${host.name}` });
    if (job) endJob(lab, job, up ? 'finished' : 'failed');
  });
}

/** Ends a VM: at once, or by asking its guest system. On one that is down it does nothing and succeeds. */
export function endVm(call: Call, vm: VmRow, how: 'stop' | 'shutdown'): Job {
  const { lab, db, correlationId } = call;
  const row = vm.hostId === undefined ? undefined : db.hosts.get(vm.hostId);
  const user = userName(call.user);
  const job = startJob(lab, db, {
    description: how === 'stop' ? `Stopping VM ${vm.name}` : `Shutting down VM ${vm.name}`,
    correlationId,
  });
  const machine = row && machineAt(lab, row.address);
  if (row && vdsmAnswers(machine)) {
    const about = { vm: { id: vm.id, name: vm.name }, host: row, correlationId, user };
    vm.ending = true;
    if (how === 'stop') {
      destroyGuest(machine, vm.id);
      Object.assign(vm, { hostId: undefined, ending: undefined, stoppedAt: Math.floor(lab.clock.now()) });
      tell(lab, db, { ...about, code: 33, text: `VM ${vm.name} powered off by ${user} (Host: ${row.name}).` });
    } else {
      shutDownGuest(machine, vm.id);
      tell(lab, db, {
        ...about,
        code: 73,
        text: `VM shutdown initiated by ${user} on VM ${vm.name} (Host: ${row.name}).`,
      });
    }
    lab.changed(`VM ${vm.name} ${how}`);
  }
  endJob(lab, job, 'finished');
  return job;
}

/** Turns global HA maintenance on or off through the host that runs the engine VM. */
export function setGlobalMaintenance(call: Call): void {
  const { lab, db } = call;
  const on = flag(call.body, 'maintenance_enabled');
  if (on === undefined) throw notGiven("Parameter 'maintenance_enabled' is mandatory but was not provided.");
  const storage = anyStorage(lab);
  const host = engineHost(lab, db);
  if (!storage || !host?.ha?.configured) throw refused(409, 'Cannot maintenance Host. Host is not operational.');
  storage.globalMaintenance = on;
  tell(lab, db, {
    code: 10450,
    host,
    correlationId: call.correlationId,
    user: userName(call.user),
    text: `Hosted Engine HA maintenance mode was updated on host ${host.name}.`,
  });
  lab.changed(`global maintenance ${on ? 'set' : 'ended'} by the engine`);
}
