import { type HostView, hostInEngine } from '../engine/hosts.ts';
import { type EngineDecision, engineOperation } from '../operation.ts';
import type { PowerManagement } from './params.ts';

/**
 * Sets whether the engine may fence a host, whether it waits for a crash dump first, and whether the scheduling policy of
 * the cluster may switch its power. Leaves all else of the host. (article, section 9; engine, PUT /hosts/{id})
 */
export const setPowerManagement = engineOperation<PowerManagement, HostView>({
  name: 'setPowerManagement',
  title: ({ host, enabled }) => `${enabled ? 'Enable' : 'Disable'} power management of ${host}`,
  settleSeconds: 30,
  look: (context, { host }) => hostInEngine(context, host),
  decide(seen, wish): EngineDecision<undefined> {
    const before = powerOf(seen, wish.host);
    const evidence = [powerManagementWords(before)];
    if (JSON.stringify(before) === JSON.stringify(inOrder(wish))) return { state: 'already', changes: [], evidence };
    const { enabled, kdump, policyControl } = wish;
    return {
      state: 'wouldDo',
      changes: [
        {
          request: 'PUT',
          path: `/hosts/${seen.id}`,
          // The engine takes an absent port for its default.
          body: {
            ...(seen.port !== undefined && { port: seen.port }),
            power_management: { enabled, kdump_detection: kdump, automatic_pm_enabled: policyControl },
          },
        },
      ],
      evidence,
      undo: {
        title: `Set power management of ${wish.host} back: ${before.enabled ? 'on' : 'off'}`,
        call: { operation: 'setPowerManagement', params: before },
        byHand: `in the Administration Portal, power management of ${wish.host}: ${powerManagementWords(before)}`,
      },
    };
  },
});

function powerOf({ power_management: power }: HostView, host: string): PowerManagement {
  return inOrder({
    host,
    enabled: power?.enabled === true,
    kdump: power?.kdump_detection === true,
    policyControl: power?.automatic_pm_enabled === true,
  });
}

const inOrder = ({ host, enabled, kdump, policyControl }: PowerManagement): PowerManagement => ({
  host,
  enabled,
  kdump,
  policyControl,
});

function powerManagementWords({ host, enabled, kdump, policyControl }: PowerManagement): string {
  const on = (value: boolean) => (value ? 'on' : 'off');
  return `power management of ${host} is ${on(enabled)}, Kdump integration ${on(kdump)}, policy control ${on(policyControl)}`;
}
