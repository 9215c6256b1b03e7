import { uuid } from '../../../ovirt/ids.ts';
import type { Lab } from '../../../types.ts';
import type { Entity } from '../wire/values.ts';
import type { DiskAttachmentRow } from './disk-attachments.ts';
import type { VmNicRow } from './vm-nics.ts';

/** A state of a VM: how it was set, and for each of its disks the volume that holds that state. */
export interface SnapshotRow {
  readonly id: string;
  description: string;
  date: number;
  type: 'regular' | 'active' | 'preview';
  status: 'ok' | 'locked' | 'in_preview';
  /** Locked because it is being made. */
  making?: boolean | undefined;
  readonly memory: boolean;
  /** Disk to volume; of the active one the disks themselves tell. */
  images: ReadonlyMap<string, string>;
  /** The VM as it was; absent of the active one, for which the VM itself tells. */
  configuration?: Configuration | undefined;
}

/** What goes back to a VM with its state. */
export interface Configuration {
  readonly settings: Entity;
  readonly nics: readonly VmNicRow[];
  readonly attachments: readonly DiskAttachmentRow[];
}

/** The state that the VM is in; it has a place among its snapshots from the beginning. */
export const activeSnapshot = (lab: Lab, id = uuid(lab)): SnapshotRow => ({
  id,
  description: 'Active VM',
  date: Math.floor(lab.clock.now()),
  type: 'active',
  status: 'ok',
  memory: false,
  images: new Map(),
});

/** What has states: a VM. */
interface HasSnapshots {
  readonly snapshots: readonly SnapshotRow[];
}

export const activeOf = (vm: HasSnapshots): SnapshotRow | undefined =>
  vm.snapshots.find(({ type }) => type === 'active');
export const previewedOf = (vm: HasSnapshots): SnapshotRow | undefined =>
  vm.snapshots.find(({ status }) => status === 'in_preview');
