import * as z from 'zod';
import { commonInput, type RunbookDefinition } from './definition.ts';
import { vmLock } from './locks.ts';

export const SnapshotVmInput = z.strictObject({
  name: z.string().min(1).describe('VM: its name in the engine'),
  snapshot: z.string().min(1).max(4000).describe('Description of the snapshot, by which it is found again'),
  action: z
    .enum(['create', 'restore', 'remove'])
    .default('create')
    .describe('create: make it; restore: set the VM back to it for a look, then keep or undo that; remove: merge it'),
  ...commonInput,
});

export type SnapshotVmInput = z.infer<typeof SnapshotVmInput>;

export const snapshotVm: RunbookDefinition<SnapshotVmInput> = {
  name: 'snapshotVm',
  title: 'Take, restore or remove a snapshot of a VM',
  purpose:
    'Makes a snapshot of a VM and shows the volumes before and after; sets the VM back to one for a look, and keeps or undoes that as people decide; or removes one by merging it.',
  risk: 'disruptive',
  input: SnapshotVmInput,
  locks: ({ name }) => [vmLock(name)],
  identity: ['name', 'snapshot', 'action', 'mode', 'plan', 'standingApproval', 'ticket'],
  example: { name: 'vm1', snapshot: 'before the update' },
  typicalDuration: '10 minutes',
  source: 'article, section 15; oVirt /vms/{id}/snapshots',
};
