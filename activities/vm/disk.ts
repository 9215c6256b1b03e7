import { type EngineDisk, engineDisk } from '../../connectors/engine/model/disk.ts';
import { type EngineDiskAttachment, engineDiskAttachment } from '../../connectors/engine/model/vm.ts';
import { type EngineDecision, engineOperation } from '../operation.ts';
import { type VmFacts, vmFacts, vmPath, withoutVm } from './facts.ts';
import type { VmParams } from './params.ts';
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
