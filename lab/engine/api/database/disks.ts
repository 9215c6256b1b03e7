import type { GuestDisk } from '../../../ovirt/guests.ts';
import type { EngineDatabase } from './database.ts';
import { attachmentsOf } from './disk-attachments.ts';
import type { NamedReference } from './events.ts';
import type { Job } from './jobs.ts';
import type { VmRow } from './vms.ts';

/** What the leader of the storage pool does for a disk; it goes on while the engine is away. */
export interface DiskTask {
  readonly kind: 'add' | 'remove' | 'move' | 'copy';
  readonly user: string;
  readonly correlationId: string;
  readonly job: Job;
  /** The VM that the disk is made for. */
  readonly vm?: NamedReference | undefined;
  /** Id of the domain that the disk is moved or copied to. */
  readonly to?: string | undefined;
}

/** A virtual disk; its content is a volume of its domain, named by the image's id. */
export interface DiskRow {
  readonly id: string;
  /** The volume on top of its image. */
  imageId: string;
  alias: string;
  description: string;
  provisionedSize: number;
  format: 'raw' | 'cow';
  sparse: boolean;
  readonly contentType: string;
  domainId: string;
  readonly shareable: boolean;
  wipeAfterDelete: boolean;
  status: 'locked' | 'ok' | 'illegal';
  task?: DiskTask | undefined;
}

/** The disks that a VM starts with: those that are plugged in. */
export const disksOf = (db: EngineDatabase, vm: { readonly id: string }): DiskRow[] =>
  attachmentsOf(db, vm).flatMap((attachment) => (attachment.active ? (db.disks.get(attachment.diskId) ?? []) : []));

export const vmsWith = (db: EngineDatabase, disk: DiskRow): VmRow[] =>
  db.diskAttachments.flatMap((attachment) =>
    attachment.diskId === disk.id ? (db.vms.get(attachment.vmId) ?? []) : [],
  );

/** The volumes that a running VM works with: those of its disks, and the image in its drive. */
export function guestDisks(db: EngineDatabase, vm: VmRow): GuestDisk[] {
  const cd = db.disks.get(vm.insertedCd ?? '');
  const all = [...disksOf(db, vm), ...(cd ? [cd] : [])];
  return all.map((disk) => ({ domain: disk.domainId, volume: disk.imageId }));
}
