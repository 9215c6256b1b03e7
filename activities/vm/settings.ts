import { type EngineDecision, engineOperation } from '../operation.ts';
import { nextRun, type VmFacts, vmFacts } from './facts.ts';
import type { VmParams } from './params.ts';
import { differing, type SettingValue, settingsBody } from './wish.ts';

export interface SetVm extends VmParams {
  readonly settings: readonly SettingValue[];
}

/**
 * Gives a VM these settings, which it may take up only at its next start; leaves all others, and its state. One that is
 * gone needs none. (engine, PUT /vms/{id})
 */
export const setVm = engineOperation<SetVm, VmFacts>({
  name: 'setVm',
  title: ({ name }) => `Change the settings of ${name}`,
  settleSeconds: 300,
  async look(context, { name }) {
    const { vm } = await vmFacts(context, name);
    return { ...(vm && { vm: await nextRun(context, vm) }) };
  },
  decide({ vm }, { name, settings }): EngineDecision<undefined> {
    if (vm === undefined) return { state: 'already', changes: [], evidence: [`the engine has no VM ${name}`] };
    const evidence = [`VM ${name} is ${vm.status}`];
    if (vm.status === 'image_locked')
      return { state: 'underWay', changes: [], evidence, awaits: `VM ${name} is locked` };
    const wanted = differing(vm, settings);
    if (wanted.length === 0) return { state: 'already', changes: [], evidence };
    const changes = [{ request: 'PUT' as const, path: `/vms/${vm.id}`, body: settingsBody(wanted) }];
    return { state: 'wouldDo', changes, evidence: [...evidence, ...wanted.map(({ what }) => `${what} is another`)] };
  },
});
