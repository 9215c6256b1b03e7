import type { SnapshotPreflight, VmSnapshot } from '../activities/vm/snapshot/params.ts';
import { snapshotVm as definition } from '../runbooks/snapshot-vm.ts';
import type { Report } from './contract.ts';
import { operations, type Result, type Run, runbook } from './runtime/index.ts';

/**
 * Makes, restores or removes one snapshot of a VM, with the volumes before and after as evidence; a restored one is kept or
 * undone as people decide. (article, section 15)
 */
export async function snapshotVm(input: unknown): Promise<Report> {
  return runbook(definition, input, async (run) => {
    const { name, snapshot, action } = run.input;
    const meant = { name, snapshot };
    const look = operations.preflightSnapshot({ ...meant, action });
    const seen = await run.preflight(`Look at the snapshots of ${name}`, look);
    await run.check('Tell the volumes before', operations.tellVmVolumes({ name }), { once: true });
    const changed = await { create, restore, remove }[action](run, meant, seen);
    await run.check('Tell the volumes after', operations.tellVmVolumes({ name }), { needs: [changed] });
  });
}

function create(run: Run, meant: VmSnapshot): Promise<Result<unknown>> {
  return run.step(`Make the snapshot "${meant.snapshot}"`, operations.createVmSnapshot(meant), {
    typical: '2 minutes',
    undoTypical: '10 minutes',
  });
}

async function remove(run: Run, meant: VmSnapshot, { made }: SnapshotPreflight): Promise<Result<unknown>> {
  if (made !== undefined) {
    await run.approval(`Remove the snapshot "${meant.snapshot}"`, {
      show: { VM: meant.name, Made: made, Effect: 'the VM can no longer be set back to it; the merge may take hours' },
    });
  }
  return run.step(`Remove the snapshot "${meant.snapshot}"`, operations.removeVmSnapshot(meant), {
    typical: '10 minutes',
  });
}

async function restore(run: Run, meant: VmSnapshot): Promise<Result<unknown>> {
  const { name, snapshot } = meant;
  const shown = await run.step(`Set ${name} back to "${snapshot}"`, operations.previewVmSnapshot(meant), {
    typical: '2 minutes',
    undoTypical: '2 minutes',
  });
  const kept = await run.offer(`Keep ${name} as it was at "${snapshot}"`, {
    show: {
      'To look': `start ${name}, look, and shut it down again`,
      'If approved': 'what was written since the snapshot is lost for good',
    },
    otherwise: `${name} is set to where it was before`,
    unattended: 'no',
  });
  const yes = (answer: boolean) => answer;
  await run.when(kept, yes, 'it is not to be kept', async () => {
    await run.step('Keep what the preview shows', operations.commitVmPreview(meant), { needs: [shown] });
  });
  const no = (answer: boolean) => !answer;
  await run.when(kept, no, 'it is to be kept', async () => {
    await run.step('Undo the preview', operations.undoVmPreview(meant), { needs: [shown] });
  });
  return kept;
}
