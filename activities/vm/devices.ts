import { type EngineDisk, engineDisk } from '../../connectors/engine/model/disk.ts';
import {
  type EngineDiskAttachment,
  type EngineWatchdog,
  engineCdrom,
  engineDiskAttachment,
  engineWatchdog,
} from '../../connectors/engine/model/vm.ts';
import { type EngineDecision, engineOperation } from '../operation.ts';
import { type VmFacts, vmFacts, vmPath, withoutVm } from './facts.ts';
import type { VmParams } from './params.ts';
import { findIso } from './preflight.ts';
import { GIB, wishedVm } from './wish.ts';

interface DiskFacts extends VmFacts {
  readonly attached?: EngineDiskAttachment;
  readonly disk?: EngineDisk;
}

/**
 * Makes the disk that a VM boots from; leaves it attached, active and `ok`. A VM that has a boot disk keeps it.
 * (engine, POST /vms/{id}/diskattachments)
 */
export const addVmDisk = engineOperation<VmParams, DiskFacts>({
  name: 'addVmDisk',
  title: ({ name }) => `Give ${name} its disk`,
  settleSeconds: 900,
  async look(context, { name }) {
    const { vm } = await vmFacts(context, name);
    if (vm === undefined) return {};
    const attachments = await context.engine().list(`/vms/${vm.id}/diskattachments`, engineDiskAttachment);
    const attached = attachments.find(({ bootable }) => bootable === true);
    const disk = attached && (await context.engine().find(`/disks/${attached.id}`, engineDisk));
    return { vm, ...(attached !== undefined && { attached }), ...(disk !== undefined && { disk }) };
  },
  decide({ vm, attached, disk }, { name }, { inventory }): EngineDecision<undefined> {
    const { sizeGiB, domain, format, interface: bus } = wishedVm(inventory, name).disk;
    const thin = format === 'thin';
    if (attached === undefined) {
      const body = {
        interface: bus,
        bootable: true,
        // Left out it would be attached but unplugged.
        active: true,
        disk: {
          name: `${name}_Disk1`,
          provisioned_size: sizeGiB * GIB,
          format: thin ? 'cow' : 'raw',
          sparse: thin,
          storage_domains: { storage_domain: [{ name: domain }] },
        },
      };
      const changes = [{ request: 'POST' as const, path: `${vmPath({ vm }, name)}/diskattachments`, body }];
      if (vm === undefined) return withoutVm(name, changes);
      return {
        state: 'wouldDo',
        changes,
        evidence: [`${name} has no disk to boot from`],
        awaits: `the storage makes the disk of ${name}`,
        undo: {
          title: `Remove the disk of ${name}`,
          call: { operation: 'removeVmDisk', params: { name } satisfies VmParams },
          byHand: `remove the disk ${name}_Disk1 in the Administration Portal`,
        },
      };
    }
    const now = `the boot disk of ${name} is ${disk?.status ?? 'there'}`;
    const evidence = [now];
    if (disk?.status === 'locked') return { state: 'underWay', changes: [], evidence, awaits: now };
    if (disk?.status === 'illegal') {
      const findings = [{ what: `the boot disk of ${name} is illegal`, fix: 'Remove it in the Administration Portal' }];
      return { state: 'refused', changes: [], evidence, findings };
    }
    if (attached.active !== false) return { state: 'already', changes: [], evidence };
    const path = `${vmPath({ vm }, name)}/diskattachments/${attached.id}`;
    return { state: 'wouldDo', changes: [{ request: 'PUT', path, body: { active: true } }], evidence };
  },
});

/** Removes the boot disk of a VM with its content. (engine, DELETE /vms/{id}/diskattachments/{id}) */
export const removeVmDisk = engineOperation<VmParams, DiskFacts>({
  name: 'removeVmDisk',
  title: ({ name }) => `Remove the disk of ${name}`,
  settleSeconds: 600,
  look: addVmDisk.look,
  decide({ vm, attached, disk }, { name }): EngineDecision<undefined> {
    if (attached === undefined)
      return { state: 'already', changes: [], evidence: [`${name} has no disk to boot from`] };
    const now = `the boot disk of ${name} is ${disk?.status ?? 'there'}`;
    const evidence = [now];
    if (disk?.status === 'locked') return { state: 'underWay', changes: [], evidence, awaits: now };
    const path = `${vmPath({ vm }, name)}/diskattachments/${attached.id}`;
    // Else it would only be detached.
    const query = { detach_only: 'false' };
    return { state: 'wouldDo', changes: [{ request: 'DELETE', path, query }], evidence };
  },
});

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

interface WatchdogFacts extends VmFacts {
  readonly watchdog?: EngineWatchdog;
}

/** Gives a VM the watchdog that is wished, from its next start on. (engine, /vms/{id}/watchdogs) */
export const setVmWatchdog = engineOperation<VmParams, WatchdogFacts>({
  name: 'setVmWatchdog',
  title: ({ name }) => `Give ${name} its watchdog`,
  settleSeconds: 60,
  async look(context, { name }) {
    const { vm } = await vmFacts(context, name);
    if (vm === undefined) return {};
    const [watchdog] = await context.engine().list(`/vms/${vm.id}/watchdogs`, engineWatchdog);
    return { vm, ...(watchdog !== undefined && { watchdog }) };
  },
  decide({ vm, watchdog }, { name }, { inventory }): EngineDecision<undefined> {
    const { model = 'i6300esb', action = 'reset' } = wishedVm(inventory, name).watchdog ?? {};
    const evidence = [watchdog === undefined ? `${name} has no watchdog` : `${name} has a ${watchdog.model}`];
    if (watchdog?.model === model && watchdog.action === action) return { state: 'already', changes: [], evidence };
    const body = { model, action };
    const path = `${vmPath({ vm }, name)}/watchdogs`;
    if (vm === undefined) return withoutVm(name, [{ request: 'POST', path, body }]);
    if (watchdog !== undefined) {
      const changes = [{ request: 'PUT' as const, path: `${path}/${watchdog.id}`, body }];
      return { state: 'wouldDo', changes, evidence };
    }
    return {
      state: 'wouldDo',
      changes: [{ request: 'POST', path, body }],
      evidence,
      undo: {
        title: `Remove the watchdog of ${name}`,
        call: { operation: 'removeVmWatchdog', params: { name } satisfies VmParams },
        byHand: `edit VM ${name} in the Administration Portal, High Availability, Watchdog Model`,
      },
    };
  },
});

/** Leaves a VM without a watchdog. */
export const removeVmWatchdog = engineOperation<VmParams, WatchdogFacts>({
  name: 'removeVmWatchdog',
  title: ({ name }) => `Remove the watchdog of ${name}`,
  settleSeconds: 60,
  look: setVmWatchdog.look,
  decide({ vm, watchdog }, { name }): EngineDecision<undefined> {
    if (watchdog === undefined) return { state: 'already', changes: [], evidence: [`${name} has no watchdog`] };
    const changes = [{ request: 'DELETE' as const, path: `${vmPath({ vm }, name)}/watchdogs/${watchdog.id}` }];
    return { state: 'wouldDo', changes, evidence: [`${name} has a ${watchdog.model}`] };
  },
});
