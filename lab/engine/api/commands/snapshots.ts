import { guests, pass } from '../../../ovirt/guests.ts';
import { uuid } from '../../../ovirt/ids.ts';
import { machineAt } from '../database/database.ts';
import { attachmentsOf } from '../database/disk-attachments.ts';
import type { DiskRow } from '../database/disks.ts';
import { tell, userName } from '../database/events.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import { vmStatus } from '../database/placement.ts';
import type { Configuration, SnapshotRow } from '../database/snapshots.ts';
import { activeOf } from '../database/snapshots.ts';
import type { VmRow } from '../database/vms.ts';
import type { Call } from '../routing/call.ts';
import { notGiven, refused } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { flag, isEntity, isList, part, text } from '../wire/values.ts';
import { bytesAbove, checkSpace, growImage, imagesOf, mergeAbove, switchGuest } from './images.ts';
import { checkDisksFree, checkNoPreview, checkQuiet } from './snapshot-checks.ts';
import { PER_SECOND, storageTimes } from './storage-times.ts';

/** Seconds that a VM is paused for while its memory is saved, at least. */
const PAUSE = 4;

export function told(call: Call, vm: VmRow, code: number, words: string): void {
  const { lab, db, correlationId } = call;
  const text = words.replace('{user}', userName(call.user));
  tell(lab, db, { code, vm: { id: vm.id, name: vm.name }, correlationId, user: userName(call.user), text });
}

export const configurationOf = (call: Call, vm: VmRow): Configuration => ({
  settings: vm.settings,
  nics: vm.nics.map((nic) => ({ ...nic })),
  attachments: attachmentsOf(call.db, vm).map((one) => ({ ...one })),
});

/** A VM that is down is locked with its disks; one that runs goes on. */
export function lock(call: Call, vm: VmRow, disks: readonly DiskRow[], locked: boolean): void {
  for (const disk of disks) disk.status = locked ? 'locked' : 'ok';
  vm.locked = locked && vmStatus(call.lab, call.db, vm) === 'down';
}

/** The disks that a request names; all when it names none, and none when its list is empty. */
function disksIn(call: Call, vm: VmRow): DiskRow[] {
  const own = imagesOf(call.db, vm);
  const listed = call.body.disk_attachments;
  if (!isList(listed)) return own;
  const ids = listed.filter(isEntity).map((one: Entity) => text(part(one, 'disk'), 'id') ?? text(one, 'id') ?? '');
  const unknown = ids.filter((id) => !call.db.disks.has(id));
  if (unknown.length > 0) {
    throw refused(400, `Cannot create Snapshot. The following disk(s) ID(s) does not exist: ${unknown.join(', ')}.`);
  }
  const foreign = ids.flatMap((id) => (own.some((disk) => disk.id === id) ? [] : (call.db.disks.get(id)?.alias ?? [])));
  if (foreign.length > 0) {
    throw refused(
      400,
      `Cannot create Snapshot. The following disk(s) are not attached to the VM ${vm.name}: ${foreign.join(', ')}.`,
    );
  }
  return own.filter((disk) => ids.includes(disk.id));
}

function checkStatus(call: Call, vm: VmRow, doing: string): string {
  const status = vmStatus(call.lab, call.db, vm);
  if (status === 'image_locked')
    throw refused(409, `Cannot ${doing}: VM is locked. Please try again in a few minutes.`);
  if (status === 'migrating') throw refused(409, `Cannot ${doing}. VM migration is in progress`);
  if (['down', 'up', 'paused'].includes(status)) return status;
  throw refused(409, `Cannot ${doing}. VM ${vm.name} must be in status Down, Up or Paused.`);
}

/** Saves the state of a VM: the volumes of its disks stay as they are, and it goes on with thin ones upon them. */
export function createSnapshot(call: Call, vm: VmRow): SnapshotRow {
  const { lab, db, run, body, correlationId } = call;
  const doing = 'create Snapshot';
  const description = text(body, 'description');
  if (description === undefined) throw notGiven("Parameter 'snapshot.description' is mandatory but was not provided.");
  const disks = disksIn(call, vm);
  checkQuiet(doing, vm);
  const running = checkStatus(call, vm, doing) !== 'down';
  checkNoPreview(doing, vm);
  checkDisksFree(call, doing, vm);
  checkSpace(call, doing, disks);
  const active = activeOf(vm);
  // The state that was the active one becomes the snapshot, and keeps its id by that.
  const made: SnapshotRow = {
    id: active?.id ?? uuid(lab),
    description,
    date: Math.floor(lab.clock.now()),
    type: 'regular',
    status: 'locked',
    making: true,
    memory: running && flag(body, 'persist_memorystate') !== false,
    images: new Map(disks.map((disk) => [disk.id, disk.imageId])),
    configuration: configurationOf(call, vm),
  };
  vm.snapshots = vm.snapshots.map((one) => (one === active ? { ...one, id: uuid(lab) } : one));
  vm.snapshots.push(made);
  lock(call, vm, disks, true);
  const job = startJob(lab, db, {
    description: `Creating VM Snapshot ${description} for VM ${vm.name}`,
    correlationId,
  });
  told(call, vm, 45, `Snapshot '${description}' creation for VM '${vm.name}' was initiated by {user}.`);
  const row = vm.hostId === undefined ? undefined : db.hosts.get(vm.hostId);
  const machine = row && machineAt(lab, row.address);
  const memory = made.memory && machine ? (guests(machine).get(vm.id)?.memory ?? 0) : 0;
  const seconds = storageTimes.createSnapshot + memory / PER_SECOND;
  if (memory > 0 && machine) pass(machine, vm.id, 'paused', Math.max(PAUSE, seconds));
  lab.changed(`snapshot ${description} of VM ${vm.name}`);
  run.inBackground(async () => {
    await run.sleep(seconds);
    for (const disk of disks) growImage(call, disk, disk.imageId);
    switchGuest(call, vm);
    lock(call, vm, disks, false);
    Object.assign(made, { status: 'ok', making: undefined });
    told(call, vm, 68, `Snapshot '${description}' creation for VM '${vm.name}' has been completed.`);
    endJob(lab, job, 'finished');
    lab.changed(`snapshot ${description} of VM ${vm.name} made`);
  });
  return made;
}

/** Takes a saved state out of the chain: what came after it is merged into its volumes, also while the VM runs. */
export function removeSnapshot(call: Call, vm: VmRow, snapshot: SnapshotRow): Job {
  const { lab, db, run, correlationId } = call;
  const doing = 'remove Snapshot';
  checkQuiet(doing, vm);
  checkNoPreview(doing, vm);
  if (snapshot.type !== 'regular') {
    throw refused(409, 'Cannot remove Snapshot. The operation is only allowed for regular snapshots.');
  }
  checkStatus(call, vm, doing);
  checkDisksFree(call, doing, vm);
  const disks = [...snapshot.images.keys()].flatMap((id) => db.disks.get(id) ?? []);
  const bytes = disks.reduce((sum, disk) => sum + bytesAbove(call, disk, snapshot.images.get(disk.id) ?? ''), 0);
  const { description } = snapshot;
  const job = startJob(lab, db, { description: `Removing Snapshot ${description} of VM ${vm.name}`, correlationId });
  snapshot.status = 'locked';
  lock(call, vm, disks, true);
  told(call, vm, 342, `Snapshot '${description}' deletion for VM '${vm.name}' was initiated by {user}.`);
  lab.changed(`snapshot ${description} of VM ${vm.name} goes`);
  run.inBackground(async () => {
    await run.sleep(storageTimes.mergeSnapshot + bytes / PER_SECOND);
    for (const disk of disks) {
      const base = snapshot.images.get(disk.id) ?? '';
      const gone = mergeAbove(call, disk, base);
      for (const other of vm.snapshots) {
        if (gone !== undefined && other.images.get(disk.id) === gone) {
          other.images = new Map(other.images).set(disk.id, base);
        }
      }
    }
    vm.snapshots = vm.snapshots.filter((one) => one !== snapshot);
    switchGuest(call, vm);
    lock(call, vm, disks, false);
    told(call, vm, 356, `Snapshot '${description}' deletion for VM '${vm.name}' has been completed.`);
    endJob(lab, job, 'finished');
    lab.changed(`snapshot ${description} of VM ${vm.name} removed`);
  });
  return job;
}
