import { destroyGuest, guests, pass, rebootGuest, shutDownGuest } from '../../../ovirt/guests.ts';
import { anyStorage } from '../../../ovirt/storage.ts';
import type { LabHost } from '../../../types.ts';
import type { HostRow } from '../database/database.ts';
import { machineAt } from '../database/database.ts';
import { disksOf } from '../database/disks.ts';
import { tell, userName } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import { engineHost, needOf, schedule, vmStatus } from '../database/placement.ts';
import { statusWord } from '../database/storage-domains.ts';
import type { VmRow } from '../database/vms.ts';
import { bootDevicesOf, settleDown } from '../database/vms.ts';
import { vdsmAnswers } from '../monitor/hosts.ts';
import type { Call } from '../routing/call.ts';
import { ApiFault, notGiven, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { flag, isEntity, isList, part } from '../wire/values.ts';
import { checkCd } from './cdroms.ts';
import { findHost } from './find.ts';
import { launch, watchStart } from './launch.ts';
import { checkDisksFree, checkQuiet } from './snapshot-checks.ts';

const alternatives =
  "Alternatives:\n- Create a disk for this VM, and rerun the VM.\n- Change the boot sequence using the Edit VM command (Boot Option Sub-Tab).\n- Use the 'Run Once' command to select a different boot option and rerun the VM.";
const NO_BOOTABLE_DISK = `Cannot run VM without at least one bootable disk.\n${alternatives}`;
const NO_NETWORK =
  "VM is configured to be 'Network bootable', but no Network Interface is configured.\nAlternatives:\n- Select a different boot device (using the 'Run Once' command or 'Edit VM' command on Boot Option Sub-Tab).\n- Configure a Network Interface (using the 'Network Interfaces' sub-tab) and rerun the VM.";

/** Seconds that the memory of a suspended VM takes to its storage. */
const SUSPEND = 15;

/** A status as messages name it. */
const words: Readonly<Record<string, string>> = {
  wait_for_launch: 'Wait for Launch',
  reboot_in_progress: 'Reboot in Progress',
};
const statusText = (status: string): string => words[status] ?? statusWord(status).replace(/(.)([A-Z])/g, '$1 $2');

/** What a start asks for this run alone; the hosts by their ids. */
function runOnceOf(call: Call): Entity | undefined {
  const vm = part(call.body, 'vm');
  if (!vm) return undefined;
  const policy = part(vm, 'placement_policy');
  const hosts = isList(policy?.hosts) ? policy.hosts.filter(isEntity) : [];
  return hosts.length === 0
    ? vm
    : { ...vm, placement_policy: { ...policy, hosts: hosts.map((host) => ({ id: findHost(call.db, host).id })) } };
}

function checkStart(call: Call, vm: VmRow): void {
  const { lab, db } = call;
  const devices = bootDevicesOf(vm).join(',');
  if (devices === 'hd' && disksOf(db, vm).length === 0) throw refused(409, NO_BOOTABLE_DISK);
  if (devices === 'network' && vm.nics.length === 0) throw refused(409, NO_NETWORK);
  const status = vmStatus(lab, db, vm);
  if (status === 'image_locked') throw refused(409, 'Cannot run VM: VM is locked. Please try again in a few minutes.');
  checkQuiet('run VM', vm);
  if (status === 'unknown') throw refused(409, 'Cannot run VM because the VM is in Unknown status.');
  if (status !== 'down' && status !== 'suspended') throw refused(409, 'Cannot run VM. VM is running.');
  checkDisksFree(call, 'run VM', vm);
  checkCd(call, vm);
}

/** Starts a VM on the host that suits it best; one that was suspended goes on where it was. */
export function startVm(call: Call, vm: VmRow): Job {
  const { lab, db, run, correlationId } = call;
  const before = vm.runOnce;
  const once = runOnceOf(call);
  vm.runOnce = once;
  try {
    checkStart(call, vm);
    const found = schedule(lab, db, needOf(db, vm));
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
    const mode = once ? ' in run-once mode' : '';
    const job = startJob(lab, db, { description: `Launching VM ${vm.name}${mode}`, correlationId });
    tell(lab, db, { ...about, code: 153, text: `VM ${vm.name} was started by ${user} (Host: ${host.name}).` });
    const on = { lab, db, run };
    run.inBackground(async () => {
      if (await launch(on, vm, found)) return watchStart(on, vm, found, about, job);
      tell(lab, db, { ...about, code: 54, text: `Failed to run VM ${vm.name} (User: ${user}).` });
      return endJob(lab, job, 'failed');
    });
    return job;
  } catch (error) {
    if (error instanceof ApiFault) vm.runOnce = before;
    throw error;
  }
}

interface Where {
  readonly row: HostRow;
  readonly machine: LabHost;
}

/** Where it runs, when vdsm there answers. */
function where(call: Call, vm: VmRow): Where | undefined {
  const row = vm.hostId === undefined ? undefined : call.db.hosts.get(vm.hostId);
  const machine = row && machineAt(call.lab, row.address);
  return row && vdsmAnswers(machine) && guests(machine).has(vm.id) ? { row, machine } : undefined;
}

const about = (call: Call, vm: VmRow, host: HostRow) =>
  ({ vm: { id: vm.id, name: vm.name }, host, correlationId: call.correlationId, user: userName(call.user) }) as const;

/** Ends a VM: at once, or by asking its guest system. On one that is down it does nothing and succeeds. */
export function endVm(call: Call, vm: VmRow, how: 'stop' | 'shutdown'): Job {
  const { lab, db, correlationId } = call;
  const user = userName(call.user);
  const job = startJob(lab, db, {
    description: how === 'stop' ? `Stopping VM ${vm.name}` : `Shutting down VM ${vm.name}`,
    correlationId,
  });
  const at = where(call, vm);
  if (at) {
    vm.ending = true;
    vm.restarts = undefined;
    const told = about(call, vm, at.row);
    if (how === 'stop') {
      destroyGuest(at.machine, vm.id);
      settleDown(lab, vm);
      tell(lab, db, { ...told, code: 33, text: `VM ${vm.name} powered off by ${user} (Host: ${at.row.name}).` });
    } else {
      shutDownGuest(at.machine, vm.id);
      const text = `VM shutdown initiated by ${user} on VM ${vm.name} (Host: ${at.row.name}).`;
      tell(lab, db, { ...told, code: 73, text });
    }
    lab.changed(`VM ${vm.name} ${how}`);
  } else if (vm.failed) vm.failed = undefined;
  else if (vm.suspended && how === 'stop') {
    vm.suspended = undefined;
    settleDown(lab, vm);
    lab.changed(`VM ${vm.name} stop`);
  }
  endJob(lab, job, 'finished');
  return job;
}

/** Lets the guest system start again; with a next-run configuration the VM ends and is launched anew. */
export function rebootVm(call: Call, vm: VmRow): Job {
  const { lab, db, correlationId } = call;
  const status = vmStatus(lab, db, vm);
  const at = where(call, vm);
  if (!at || (status !== 'up' && status !== 'powering_up')) {
    throw refused(409, `Cannot restart VM because the VM is in ${statusText(status)} status.`);
  }
  const user = userName(call.user);
  const job = startJob(lab, db, { description: `Rebooting VM ${vm.name}`, correlationId });
  if (vm.nextRun || vm.runOnce) {
    Object.assign(vm, { ending: true, restarts: true });
    shutDownGuest(at.machine, vm.id);
  } else rebootGuest(at.machine, vm.id);
  const told = about(call, vm, at.row);
  tell(lab, db, { ...told, code: 157, text: `User ${user} initiated reboot of VM ${vm.name}.` });
  lab.changed(`VM ${vm.name} reboots`);
  endJob(lab, job, 'finished');
  return job;
}

/** Saves a VM's memory and ends it; a start lets it go on. */
export function suspendVm(call: Call, vm: VmRow): Job {
  const { lab, db, run, correlationId } = call;
  const status = vmStatus(lab, db, vm);
  const at = where(call, vm);
  if (status === 'wait_for_launch') {
    throw refused(409, `Cannot hibernate VM because the VM is in ${statusText(status)} status.`);
  }
  if (!at || status !== 'up') throw refused(409, 'Cannot hibernate VM. VM is not up.');
  checkDisksFree(call, 'hibernate VM', vm);
  const told = about(call, vm, at.row);
  const job = startJob(lab, db, { description: `Performing Hibernate action on VM ${vm.name}`, correlationId });
  const began = `Suspending VM ${vm.name} was initiated by User ${told.user} (Host: ${at.row.name}).`;
  tell(lab, db, { ...told, code: 501, text: began });
  pass(at.machine, vm.id, 'saving_state', SUSPEND);
  lab.changed(`VM ${vm.name} suspends`);
  run.inBackground(async () => {
    await run.sleep(SUSPEND);
    const still = where(call, vm);
    if (!still) {
      const failed = `Failed to complete suspending of VM ${vm.name}.`;
      tell(lab, db, { ...told, code: 521, text: failed });
      return endJob(lab, job, 'failed');
    }
    vm.suspended = true;
    Object.assign(vm, { hostId: undefined, stoppedAt: Math.floor(lab.clock.now()) });
    destroyGuest(still.machine, vm.id);
    tell(lab, db, { ...told, code: 503, text: `VM ${vm.name} on Host ${at.row.name} is suspended.` });
    tell(lab, db, { ...told, code: 512, text: `Suspending VM ${vm.name} has been completed.` });
    lab.changed(`VM ${vm.name} suspended`);
    return endJob(lab, job, 'finished');
  });
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
