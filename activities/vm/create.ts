import { type EngineDecision, engineOperation } from '../operation.ts';
import { leaseDomain, nextRun, type VmFacts, vmFacts } from './facts.ts';
import type { VmParams, VmPlace } from './params.ts';
import type { SetVm } from './settings.ts';
import { presentSettings, settingsBody, vmBody, vmChanges, vmDifferences, wishedVm } from './wish.ts';

interface SettingFacts extends VmFacts {
  readonly lease?: string;
}

/**
 * Makes a VM from the template Blank, without devices; leaves it `down`. One that exists keeps its state and gets the
 * settings that differ, which count from its next start. (article, section 13; engine, POST /vms, PUT /vms/{id})
 */
export const createVm = engineOperation<VmPlace, SettingFacts>({
  name: 'createVm',
  title: ({ name }) => `Create the VM ${name}`,
  settleSeconds: 300,
  async look(context, { name }) {
    const [{ vm }, lease] = await Promise.all([vmFacts(context, name), leaseDomain(context, name)]);
    return { ...(vm && { vm: await nextRun(context, vm) }), ...(lease !== undefined && { lease }) };
  },
  decide({ vm, lease }, { name, cluster }, { inventory }): EngineDecision<undefined> {
    const wish = wishedVm(inventory, name);
    if (vm === undefined) {
      return {
        state: 'wouldDo',
        changes: [{ request: 'POST', path: '/vms', body: vmBody(wish, cluster, lease) }],
        evidence: [`the engine has no VM ${name}`],
        undo: {
          title: `Remove the VM ${name}`,
          call: { operation: 'removeVm', params: { name } satisfies VmParams },
          byHand: `remove VM ${name} with its disks in the Administration Portal`,
        },
      };
    }
    const evidence = [`VM ${name} is ${vm.status}`];
    if (vm.status === 'image_locked')
      return { state: 'underWay', changes: [], evidence, awaits: `VM ${name} is locked` };
    const wanted = vmChanges(vm, wish, lease);
    if (wanted.length === 0) return { state: 'already', changes: [], evidence };
    const settings = presentSettings(vm, wanted);
    const before = settings.map(({ what, value }) => `${what} ${value}`).join(', ');
    return {
      state: 'wouldDo',
      changes: [{ request: 'PUT', path: `/vms/${vm.id}`, body: settingsBody(wanted) }],
      evidence: [...evidence, ...vmDifferences(vm, wish, lease)],
      undo: {
        title: `Give VM ${name} its former settings`,
        call: { operation: 'setVm', params: { name, settings } satisfies SetVm },
        byHand: `in the Administration Portal, set of VM ${name}: ${before}`,
      },
    };
  },
});

/** Removes a VM that is down, with its disks; leaves none of its name. (engine, DELETE /vms/{id}) */
export const removeVm = engineOperation<VmParams, VmFacts>({
  name: 'removeVm',
  title: ({ name }) => `Remove the VM ${name}`,
  settleSeconds: 600,
  look: (context, { name }) => vmFacts(context, name),
  decide({ vm }, { name }): EngineDecision<undefined> {
    const evidence = [vm === undefined ? `the engine has no VM ${name}` : `VM ${name} is ${vm.status}`];
    if (vm === undefined) return { state: 'already', changes: [], evidence };
    if (vm.status === 'image_locked')
      return { state: 'underWay', changes: [], evidence, awaits: `VM ${name} is locked` };
    if (vm.status === 'down')
      return { state: 'wouldDo', changes: [{ request: 'DELETE', path: `/vms/${vm.id}` }], evidence };
    const findings = [{ what: `VM ${name} is ${vm.status}`, fix: 'Shut it down first' }];
    return { state: 'refused', changes: [], evidence, findings };
  },
});
