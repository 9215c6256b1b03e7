import type { EngineDisk } from '../../connectors/engine/model/disk.ts';
import { engineCdrom } from '../../connectors/engine/model/vm.ts';
import { type EngineDecision, engineOperation } from '../operation.ts';
import { type VmFacts, vmFacts, vmPath, withoutVm } from './facts.ts';
import type { VmParams } from './params.ts';
import { findIso } from './preflight.ts';
import { wishedVm } from './wish.ts';

/** The one CD drive that every VM has. */
const CD_DRIVE = '00000000-0000-0000-0000-000000000000';

interface CdFacts extends VmFacts {
  /** Id of what lies in the drive from the next start on; empty: nothing. */
  readonly inside: string;
  readonly image?: EngineDisk;
}

/**
 * Lays the installation image of a VM into its CD drive, for its next start. (article, section 13; engine,
 * PUT /vms/{id}/cdroms/{id})
 */
export const insertVmCd = engineOperation<VmParams, CdFacts>({
  name: 'insertVmCd',
  title: ({ name }) => `Insert the installation image into ${name}`,
  settleSeconds: 60,
  async look(context, { name }) {
    const { vm } = await vmFacts(context, name);
    const [drive, image] = await Promise.all([
      vm && context.engine().find(`/vms/${vm.id}/cdroms/${CD_DRIVE}`, engineCdrom),
      findIso(context, wishedVm(context.inventory, name).iso),
    ]);
    return { ...(vm && { vm }), inside: drive?.file?.id ?? '', ...(image !== undefined && { image }) };
  },
  decide({ vm, inside, image }, { name }, { inventory }): EngineDecision<undefined> {
    const { iso } = wishedVm(inventory, name);
    if (image === undefined) {
      const findings = [{ what: `the engine has no image ${iso}`, fix: 'Bring it about with uploadIso' }];
      return { state: 'refused', changes: [], evidence: [], findings };
    }
    if (inside === image.id)
      return { state: 'already', changes: [], evidence: [`${iso} lies in the drive of ${name}`] };
    const body = { file: { id: image.id } };
    const changes = [{ request: 'PUT' as const, path: `${vmPath({ vm }, name)}/cdroms/${CD_DRIVE}`, body }];
    if (vm === undefined) return withoutVm(name, changes);
    return {
      state: 'wouldDo',
      changes,
      evidence: [inside === '' ? `the drive of ${name} is empty` : `another image lies in the drive of ${name}`],
      undo: {
        title: `Empty the drive of ${name}`,
        call: { operation: 'ejectVmCd', params: { name } satisfies VmParams },
        byHand: `edit VM ${name} in the Administration Portal and untick Attach CD`,
      },
    };
  },
});

/** Leaves the CD drive of a VM empty from its next start on. */
export const ejectVmCd = engineOperation<VmParams, CdFacts>({
  name: 'ejectVmCd',
  title: ({ name }) => `Empty the drive of ${name}`,
  settleSeconds: 60,
  look: insertVmCd.look,
  decide({ vm, inside }, { name }): EngineDecision<undefined> {
    if (inside === '') return { state: 'already', changes: [], evidence: [`the drive of ${name} is empty`] };
    const body = { file: { id: '' } };
    const changes = [{ request: 'PUT' as const, path: `${vmPath({ vm }, name)}/cdroms/${CD_DRIVE}`, body }];
    return { state: 'wouldDo', changes, evidence: [`an image lies in the drive of ${name}`] };
  },
});
