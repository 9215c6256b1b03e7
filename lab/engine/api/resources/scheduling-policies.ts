import { SCHEDULING_POLICY } from '../database/cluster-settings.ts';
import type { SchedulingPolicy } from '../database/scheduling-policies.ts';
import { schedulingPolicies as known } from '../database/scheduling-policies.ts';
import type { Handler, Resource } from '../routing/call.ts';
import { many, one } from '../routing/call.ts';
import { unknownId } from '../wire/fault.ts';

const policyResource = (policy: SchedulingPolicy): Resource => ({
  type: 'scheduling_policy',
  service: 'scheduling_policy',
  path: `/schedulingpolicies/${policy.id}`,
  entity: {
    name: policy.name,
    default_policy: policy.id === SCHEDULING_POLICY,
    locked: true,
    properties: policy.properties.map((property) => ({ ...property })),
  },
});

export const schedulingPolicies: Readonly<Record<string, Handler>> = {
  list: () => many('scheduling_policy', known.map(policyResource)),
};

export const schedulingPolicy: Readonly<Record<string, Handler>> = {
  get: ({ route }) => {
    const found = known.find((policy) => policy.id === route.ids[0]);
    if (!found) throw unknownId();
    return one(policyResource(found));
  },
};
