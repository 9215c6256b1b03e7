import { disksOf } from '../database/disks.ts';
import type { VmRow } from '../database/vms.ts';
import type { Call } from '../routing/call.ts';
import { refused } from '../wire/fault.ts';

/** Refuses what cannot be done to a VM while one of its snapshots is worked on; `doing` is like `edit VM`. */
export function checkQuiet(doing: string, vm: VmRow): void {
  const [busy] = vm.snapshots.filter((snapshot) => snapshot.status === 'locked');
  if (!busy) return;
  throw refused(
    409,
    busy.making
      ? `Cannot ${doing}. Snapshot is currently being created for VM ${vm.name}.`
      : `Cannot ${doing}. The VM is performing an operation on a Snapshot. Please wait for the operation to finish, and try again.`,
  );
}

export function checkNoPreview(doing: string, vm: VmRow): void {
  if (!vm.snapshots.some((snapshot) => snapshot.status === 'in_preview')) return;
  throw refused(409, `Cannot ${doing}. VM is previewing a Snapshot.`);
}

export function checkDisksFree(call: Call, doing: string, vm: VmRow): void {
  const locked = disksOf(call.db, vm).filter((disk) => disk.status !== 'ok');
  if (locked.length === 0) return;
  const names = locked.map((disk) => disk.alias).join(', ');
  throw refused(409, `Cannot ${doing}: The following disks are locked: ${names}. Please try again in a few minutes.`);
}
