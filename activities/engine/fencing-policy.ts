import type { EngineCluster } from '../../connectors/engine/model/cluster.ts';
import type { JsonObject } from '../../failures/operator-error.ts';
import type { InventoryFencingPolicy } from '../../inventory/wished.ts';

/** When the engine fences the hosts of a cluster, and when it spares them. (engine, /clusters, fencing_policy) */
export interface FencingPolicy extends JsonObject {
  readonly enabled?: boolean;
  readonly skip_if_sd_active?: { readonly enabled: boolean };
  readonly skip_if_connectivity_broken?: { readonly enabled: boolean; readonly threshold?: number };
}

type EnginePolicy = NonNullable<EngineCluster['fencing_policy']>;

/** Only what is wished, because the engine takes what is absent for unchanged. */
export function wishedPolicy({
  enabled,
  skipIfStorageActive,
  skipIfConnectivityBroken: from,
}: InventoryFencingPolicy): FencingPolicy {
  return {
    ...(enabled !== undefined && { enabled }),
    ...(skipIfStorageActive !== undefined && { skip_if_sd_active: { enabled: skipIfStorageActive } }),
    ...(from !== undefined && {
      skip_if_connectivity_broken: from === false ? { enabled: false } : { enabled: true, threshold: from },
    }),
  };
}

/** Of a policy that is there, what the wished one is about. */
export function sameParts(found: EnginePolicy, wished: FencingPolicy): FencingPolicy {
  const { enabled, skip_if_sd_active: active, skip_if_connectivity_broken: broken } = found;
  const threshold = wished.skip_if_connectivity_broken?.threshold !== undefined ? broken?.threshold : undefined;
  return {
    ...(wished.enabled !== undefined && { enabled: enabled === true }),
    ...(wished.skip_if_sd_active !== undefined && { skip_if_sd_active: { enabled: active?.enabled === true } }),
    ...(wished.skip_if_connectivity_broken !== undefined && {
      skip_if_connectivity_broken: {
        enabled: broken?.enabled === true,
        ...(threshold !== undefined && { threshold }),
      },
    }),
  };
}

/** As people read it: `on, hosts with a live lease spared, all spared from 50 % without connectivity on`. */
export function policyWords({
  enabled,
  skip_if_sd_active: active,
  skip_if_connectivity_broken: broken,
}: FencingPolicy): string {
  const { threshold } = broken ?? {};
  return [
    ...(enabled === undefined ? [] : [enabled ? 'on' : 'off']),
    ...(active === undefined ? [] : [`hosts with a live lease ${active.enabled ? 'spared' : 'fenced'}`]),
    ...(broken?.enabled === false ? ['connectivity of others not looked at'] : []),
    ...(broken?.enabled === true ? [`all spared from ${threshold ?? '?'} % without connectivity on`] : []),
  ].join(', ');
}
