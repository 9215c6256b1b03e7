import { type EngineWatchdog, engineWatchdog } from '../../connectors/engine/model/vm.ts';
import { type EngineDecision, engineOperation } from '../operation.ts';
import { type VmFacts, vmFacts, vmPath, withoutVm } from './facts.ts';
import type { VmParams } from './params.ts';
import { wishedVm } from './wish.ts';

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
