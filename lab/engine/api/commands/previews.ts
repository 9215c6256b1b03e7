/** Going back to a saved state: looking at it first, then keeping it or returning to where the VM was. */
import { uuid } from '../../../ovirt/ids.ts';
import type { DiskRow } from '../database/disks.ts';
import type { Job } from '../database/jobs.ts';
import { endJob, startJob } from '../database/jobs.ts';
import { vmStatus } from '../database/placement.ts';
import type { Configuration, SnapshotRow } from '../database/snapshots.ts';
import { activeOf, activeSnapshot, previewedOf } from '../database/snapshots.ts';
import type { VmRow } from '../database/vms.ts';
import type { Call } from '../routing/call.ts';
import { refused } from '../wire/fault.ts';
import { checkSpace, dropOthers, growImage, imagesOf, returnTo } from './images.ts';
import { checkDisksFree, checkNoPreview, checkQuiet } from './snapshot-checks.ts';
import { configurationOf, lock, told } from './snapshots.ts';
import { storageTimes } from './storage-times.ts';

function checkDown(call: Call, doing: string, vm: VmRow): void {
  const status = vmStatus(call.lab, call.db, vm);
  if (status === 'image_locked')
    throw refused(409, `Cannot ${doing}: VM is locked. Please try again in a few minutes.`);
  if (status !== 'down') throw refused(409, `Cannot ${doing}. At least one of the VMs is not down.`);
}

/** The VM is set, and has its cards and disks, as it was then; disks that came later stay without it. */
function takeOn(call: Call, vm: VmRow, was: Configuration | undefined): void {
  if (!was) return;
  vm.settings = was.settings;
  vm.nics = was.nics.map((nic) => ({ ...nic }));
  const others = call.db.diskAttachments.filter((one) => one.vmId !== vm.id);
  const own = was.attachments.filter((one) => call.db.disks.has(one.diskId)).map((one) => ({ ...one }));
  call.db.diskAttachments = [...others, ...own];
}

/** The volumes of a disk that saved states hold. */
const held = (vm: VmRow, disk: DiskRow): string[] => vm.snapshots.flatMap((one) => one.images.get(disk.id) ?? []);

const disksOfSnapshot = (call: Call, snapshot: SnapshotRow): DiskRow[] =>
  [...snapshot.images.keys()].flatMap((id) => call.db.disks.get(id) ?? []);

/** Lets a VM that is down be as it was, on volumes of its own; where it was stays among its snapshots. */
export function previewSnapshot(call: Call, vm: VmRow, snapshot: SnapshotRow | undefined): Job {
  const { lab, db, run, correlationId } = call;
  const doing = 'preview Snapshot';
  checkDown(call, doing, vm);
  if (snapshot?.type !== 'regular') throw refused(400, "Cannot preview Snapshot. VM's Snapshot does not exist.");
  checkQuiet(doing, vm);
  checkNoPreview(doing, vm);
  checkDisksFree(call, doing, vm);
  const disks = disksOfSnapshot(call, snapshot);
  checkSpace(call, doing, disks);
  const { description } = snapshot;
  const job = startJob(lab, db, { description: `Preview VM Snapshot ${description} of VM ${vm.name}`, correlationId });
  told(call, vm, 46, `Snapshot-Preview ${description} for VM ${vm.name} was initiated by {user}.`);
  lock(call, vm, disks, true);
  lab.changed(`preview of snapshot ${description} of VM ${vm.name}`);
  run.inBackground(async () => {
    await run.sleep(storageTimes.preview);
    const images = new Map(imagesOf(db, vm).map((disk) => [disk.id, disk.imageId]));
    const before: SnapshotRow = {
      id: activeOf(vm)?.id ?? uuid(lab),
      description: 'Active VM before the preview',
      date: Math.floor(lab.clock.now()),
      type: 'preview',
      status: 'ok',
      memory: false,
      images,
      configuration: configurationOf(call, vm),
    };
    vm.snapshots = [activeSnapshot(lab), before, ...vm.snapshots.filter((one) => one.type !== 'active')];
    for (const disk of disks) growImage(call, disk, snapshot.images.get(disk.id) ?? disk.imageId);
    takeOn(call, vm, snapshot.configuration);
    snapshot.status = 'in_preview';
    lock(call, vm, disks, false);
    told(call, vm, 71, `Snapshot-Preview ${description} for VM ${vm.name} has been completed.`);
    endJob(lab, job, 'finished');
    lab.changed(`snapshot ${description} of VM ${vm.name} in preview`);
  });
  return job;
}

interface Ending {
  readonly code: number;
  readonly word: string;
  work(previewed: SnapshotRow, before: SnapshotRow): void;
}

function endPreview(call: Call, vm: VmRow, ending: Ending): Job {
  const { lab, db, run, correlationId } = call;
  const doing = 'revert to Snapshot';
  const previewed = previewedOf(vm);
  const before = vm.snapshots.find(({ type }) => type === 'preview');
  if (!previewed || !before) throw refused(400, "Cannot revert to Snapshot. VM's Snapshot does not exist.");
  checkQuiet(doing, vm);
  checkDown(call, doing, vm);
  checkDisksFree(call, doing, vm);
  const { description } = previewed;
  const job = startJob(lab, db, {
    description: `Restoring VM Snapshot ${description} of VM ${vm.name}`,
    correlationId,
  });
  const disks = [...new Set([...disksOfSnapshot(call, previewed), ...disksOfSnapshot(call, before)])];
  told(call, vm, ending.code, `${ending.word} a Snapshot-Preview for VM ${vm.name} was initialized by {user}.`);
  lock(call, vm, disks, true);
  lab.changed(`preview of VM ${vm.name} ends`);
  run.inBackground(async () => {
    await run.sleep(storageTimes.revert);
    previewed.status = 'ok';
    ending.work(previewed, before);
    for (const disk of disks) dropOthers(call, disk, held(vm, disk));
    lock(call, vm, disks, false);
    told(call, vm, ending.code + 1, `${ending.word} a Snapshot-Preview for VM ${vm.name} has been completed.`);
    endJob(lab, job, 'finished');
    lab.changed(`preview of VM ${vm.name} ended`);
  });
  return job;
}

/** Keeps the state in preview: everything that came after it is gone. */
export const commitPreview = (call: Call, vm: VmRow): Job =>
  endPreview(call, vm, {
    code: 94,
    word: 'Committing',
    work: (previewed) => {
      vm.snapshots = vm.snapshots.filter(
        (one) => one.type === 'active' || (one.type === 'regular' && one.date <= previewed.date),
      );
    },
  });

/** Returns to where the VM was before the preview. */
export const undoPreview = (call: Call, vm: VmRow): Job =>
  endPreview(call, vm, {
    code: 650,
    word: 'Undoing',
    work: (_previewed, before) => {
      takeOn(call, vm, before.configuration);
      for (const disk of disksOfSnapshot(call, before))
        returnTo(call, disk, before.images.get(disk.id) ?? disk.imageId);
      const others = vm.snapshots.filter((one) => one !== before && one.type !== 'active');
      vm.snapshots = [activeSnapshot(call.lab, before.id), ...others];
    },
  });

/** Preview and commit in one; the answer waits for both. The engine puts its own correlation id in the client's place. */
export async function restoreSnapshot(call: Call, vm: VmRow, snapshot: SnapshotRow): Promise<void> {
  const own: Call = { ...call, correlationId: 'RestoreSnapshot' };
  const ended = async (job: Job): Promise<void> => {
    while (job.status === 'started') await call.run.sleep(1);
  };
  if (snapshot.status !== 'in_preview') await ended(previewSnapshot(own, vm, snapshot));
  await ended(commitPreview(own, vm));
}
