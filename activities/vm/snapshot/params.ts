/**
 * activities/vm/snapshot/ makes, tries, keeps and removes snapshots of VMs. This file: what its operations take and find.
 */
import type { VmParams } from '../params.ts';

export interface VmSnapshot extends VmParams {
  /** Its description, by which people and runs know it. */
  readonly snapshot: string;
}

export interface SnapshotPreflight {
  /** When the snapshot was made; absent where there is none. */
  readonly made?: string;
  /** The VM shows the snapshot's state, and nobody has decided yet. */
  readonly inPreview: boolean;
}
