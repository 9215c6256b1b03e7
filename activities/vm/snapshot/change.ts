import { lines } from '../../engine/trace.ts';
import { type EngineDecision, engineOperation } from '../../operation.ts';
import { busy, type SnapshotFacts, snapshotFacts, snapshotWords } from './facts.ts';
import type { VmSnapshot } from './params.ts';

/** Making or removing ended with an error (AuditLogType of the engine). */
const FAILED = [46, 69, 357];

function failure({ trace }: SnapshotFacts): readonly string[] | undefined {
  return trace.events.some(({ code }) => FAILED.includes(code)) ? lines(trace) : undefined;
}

/**
 * Makes a snapshot of a VM's disks, without its memory, so that the VM does not pause; leaves it `ok`, with a volume more
 * for each disk. (article, section 15; engine, POST /vms/{id}/snapshots)
 */
export const createVmSnapshot = engineOperation<VmSnapshot, SnapshotFacts>({
  name: 'createVmSnapshot',
  title: ({ name, snapshot }) => `Make the snapshot "${snapshot}" of ${name}`,
  settleSeconds: 1800,
  look: snapshotFacts,
  decide(facts, params): EngineDecision<undefined> {
    const { vm, snapshot } = facts;
    const evidence = snapshotWords(facts, params);
    if (snapshot !== undefined && snapshot.snapshot_status !== 'locked') {
      return { state: 'already', changes: [], evidence };
    }
    const undo = {
      title: `Remove the snapshot "${params.snapshot}" of ${params.name}`,
      call: { operation: 'removeVmSnapshot', params },
      byHand: `remove snapshot "${params.snapshot}" of VM ${params.name} in the Administration Portal`,
    };
    const wait = busy(facts, evidence);
    if (wait !== undefined) return { ...wait, undo };
    const failed = failure(facts);
    if (failed !== undefined) {
      const what = `the snapshot "${params.snapshot}" could not be made`;
      return { state: 'underWay', changes: [], evidence, failed: { what, lines: failed } };
    }
    // Left out, the memory would be kept too, and the VM would stand still meanwhile.
    const body = { description: params.snapshot, persist_memorystate: false };
    const changes = [{ request: 'POST' as const, path: `/vms/${vm.id}/snapshots`, body }];
    return { state: 'wouldDo', changes, evidence, undo };
  },
});

/**
 * Removes a snapshot: what was written since is merged into the volume below, while the VM runs or not; it can take hours.
 * (engine, DELETE /vms/{id}/snapshots/{id})
 */
export const removeVmSnapshot = engineOperation<VmSnapshot, SnapshotFacts>({
  name: 'removeVmSnapshot',
  title: ({ name, snapshot }) => `Remove the snapshot "${snapshot}" of ${name}`,
  settleSeconds: 4 * 3600,
  look: snapshotFacts,
  decide(facts, params): EngineDecision<undefined> {
    const { vm, snapshot } = facts;
    const evidence = snapshotWords(facts, params);
    const wait = busy(facts, evidence);
    if (wait !== undefined) return wait;
    if (snapshot === undefined) return { state: 'already', changes: [], evidence };
    const failed = failure(facts);
    if (failed !== undefined) {
      const what = `the snapshot "${params.snapshot}" could not be removed`;
      return { state: 'underWay', changes: [], evidence, failed: { what, lines: failed } };
    }
    const changes = [{ request: 'DELETE' as const, path: `/vms/${vm.id}/snapshots/${snapshot.id}` }];
    return { state: 'wouldDo', changes, evidence };
  },
});

/**
 * Sets a VM that is down back to a snapshot, to be looked at: what it was before is kept until that is committed or undone.
 * (engine, POST /vms/{id}/previewsnapshot)
 */
export const previewVmSnapshot = engineOperation<VmSnapshot, SnapshotFacts>({
  name: 'previewVmSnapshot',
  title: ({ name, snapshot }) => `Set ${name} back to "${snapshot}" for a look`,
  settleSeconds: 900,
  look: snapshotFacts,
  decide(facts, params): EngineDecision<undefined> {
    const { vm, snapshot } = facts;
    const evidence = snapshotWords(facts, params);
    if (snapshot?.snapshot_status === 'in_preview' && vm.status !== 'image_locked') {
      return { state: 'already', changes: [], evidence };
    }
    const undo = {
      title: `Set ${params.name} to where it was before the preview`,
      call: { operation: 'undoVmPreview', params },
      byHand: `shut VM ${params.name} down and undo the preview of its snapshot in the Administration Portal`,
    };
    const wait = busy(facts, evidence);
    if (wait !== undefined) return { ...wait, undo };
    if (snapshot === undefined || vm.status !== 'down') {
      const what = snapshot === undefined ? `${vm.name} has no such snapshot` : `VM ${vm.name} is ${vm.status}`;
      return { state: 'refused', changes: [], evidence, findings: [{ what, fix: 'Shut the VM down, then retry' }] };
    }
    const body = { snapshot: { id: snapshot.id }, restore_memory: false };
    const changes = [{ request: 'POST' as const, path: `/vms/${vm.id}/previewsnapshot`, body }];
    return { state: 'wouldDo', changes, evidence, undo };
  },
});

/** Keeps what a preview shows; what the VM was before is lost. (engine, POST /vms/{id}/commitsnapshot) */
export const commitVmPreview = endOfPreview(
  'commitVmPreview',
  'commitsnapshot',
  ({ name }) => `Keep what ${name} shows`,
);

/** Takes a VM back to what it was before a preview. (engine, POST /vms/{id}/undosnapshot) */
export const undoVmPreview = endOfPreview(
  'undoVmPreview',
  'undosnapshot',
  ({ name }) => `Set ${name} to where it was before the preview`,
);

function endOfPreview(name: string, action: string, title: (params: VmSnapshot) => string) {
  return engineOperation<VmSnapshot, SnapshotFacts>({
    name,
    title,
    settleSeconds: 900,
    look: snapshotFacts,
    decide(facts, params): EngineDecision<undefined> {
      const { vm, snapshot } = facts;
      const evidence = snapshotWords(facts, params);
      const wait = busy(facts, evidence);
      if (wait !== undefined) return wait;
      if (snapshot?.snapshot_status !== 'in_preview') return { state: 'already', changes: [], evidence };
      const changes = [{ request: 'POST' as const, path: `/vms/${vm.id}/${action}` }];
      if (vm.status === 'down') return { state: 'wouldDo', changes, evidence };
      const findings = [{ what: `VM ${vm.name} is ${vm.status}`, fix: 'Shut it down, then retry' }];
      return { state: 'refused', changes, evidence, findings };
    },
  });
}
