import type { EngineDatabase } from './database.ts';

/** How a VM has a disk. */
export interface DiskAttachmentRow {
  readonly vmId: string;
  readonly diskId: string;
  interface: string;
  bootable: boolean;
  /** Plugged in. */
  active: boolean;
  readOnly: boolean;
  passDiscard: boolean;
}

export const attachmentsOf = (db: EngineDatabase, vm: { readonly id: string }): DiskAttachmentRow[] =>
  db.diskAttachments.filter((attachment) => attachment.vmId === vm.id);
