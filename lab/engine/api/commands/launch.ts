import { guests, guestTimes, pass, startGuest } from '../../../ovirt/guests.ts';
import { claim } from '../../../ovirt/vdsm/leases.ts';
import { findDomain } from '../../../ovirt/vdsm/storage-domain.ts';
import type { Lab, LabHost } from '../../../types.ts';
import type { EngineDatabase, HostRow } from '../database/database.ts';
import { guestDisks } from '../database/disks.ts';
import type { Told } from '../database/events.ts';
import { tell } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { endJob } from '../database/jobs.ts';
import type { VmRow } from '../database/vms.ts';
import { cpusOf, leaseDomainOf, memoryOf } from '../database/vms.ts';
import { vdsmAnswers } from '../monitor/hosts.ts';
import type { EngineRun } from '../run.ts';
import { cdAtStart } from './cdroms.ts';

export interface Engine {
  readonly lab: Lab;
  readonly db: EngineDatabase;
  readonly run: EngineRun;
}

export interface Place {
  readonly host: HostRow;
  readonly machine: LabHost;
}

/** Seconds until vdsm gives up on a VM whose lease another host holds, and until a suspended one runs again. */
const times = { refused: 3, resume: 8 } as const;

/** What vdsm tells when sanlock does not give it the lease. */
const HELD = 'resource busy: Failed to acquire lock: Lease is held by another host';

/** Seconds that sanlock makes the host wait for the VM's lease. */
function leaseWait(vm: VmRow, machine: LabHost): 'held' | number {
  const domain = findDomain(machine.lab, leaseDomainOf(vm) ?? '');
  const lease = domain?.leases.get(vm.id);
  return lease ? claim(lease, machine, (host) => guests(host).has(vm.id)) : 0;
}

/**
 * Lets a VM run on a host, as soon as the host has its lease. When it cannot have it the VM is where it was before, and
 * the answer is false.
 */
export async function launch(on: Engine, vm: VmRow, { host, machine }: Place): Promise<boolean> {
  const { lab, db, run } = on;
  const before = vm.hostId;
  const wait = leaseWait(vm, machine);
  if (wait !== 0) {
    Object.assign(vm, { hostId: host.id, launching: true });
    await run.sleep(wait === 'held' ? times.refused : wait);
    vm.launching = undefined;
    if (wait === 'held' || leaseWait(vm, machine) !== 0 || !vdsmAnswers(machine)) {
      vm.hostId = before;
      const text = `VM ${vm.name} is down with error. Exit message: ${HELD}.`;
      tell(lab, db, { code: 119, vm: { id: vm.id, name: vm.name }, host, text });
      return false;
    }
  }
  const resumes = vm.suspended === true;
  if (!resumes) vm.insertedCd = cdAtStart(vm);
  const disks = guestDisks(db, vm);
  const size = { memory: memoryOf(vm), cpus: cpusOf(vm) };
  startGuest(machine, { id: vm.id, name: vm.name, ...size, disks, lease: leaseDomainOf(vm) }, resumes);
  if (resumes) pass(machine, vm.id, 'restoring_state', times.resume);
  Object.assign(vm, {
    hostId: host.id,
    startedAt: Math.floor(lab.clock.now()),
    stoppedAt: undefined,
    ending: undefined,
    suspended: undefined,
    failed: undefined,
  });
  lab.changed(`VM ${vm.name} started`);
  return true;
}

/** Tells, when its time for that is over, that a VM came up, and ends the job. */
export async function watchStart(
  { lab, db, run }: Engine,
  vm: VmRow,
  { host, machine }: Place,
  about: Omit<Told, 'code' | 'text'> = { vm: { id: vm.id, name: vm.name }, host },
  job?: Job,
): Promise<void> {
  await run.sleep(guestTimes.powerUp);
  const up = guests(machine).has(vm.id);
  if (up) tell(lab, db, { ...about, code: 32, text: `VM ${vm.name} started on Host ${host.name}` });
  if (job) endJob(lab, job, up ? 'finished' : 'failed');
}
