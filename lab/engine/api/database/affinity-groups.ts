import type { EngineDatabase, HostRow } from './database.ts';
import type { VmRow } from './vms.ts';

/** True: together, or on these hosts; false: apart, or not on them; undefined: the rule is switched off. */
type Polarity = boolean | undefined;

export interface AffinityRule {
  readonly positive: Polarity;
  /** A host that breaks it takes no VM; otherwise it would weigh against the host, which the lab does not do. */
  readonly enforcing: boolean;
}

/** Which VMs of a cluster belong together or apart, and on which hosts. */
export interface AffinityGroupRow {
  readonly id: string;
  readonly clusterId: string;
  name: string;
  description: string;
  vmsRule: AffinityRule;
  hostsRule: AffinityRule;
  vmIds: readonly string[];
  hostIds: readonly string[];
}

/** VMs that carry a label run on hosts that carry it. */
export interface AffinityLabelRow {
  readonly id: string;
  name: string;
  readOnly: boolean;
  readonly vmIds: Set<string>;
  readonly hostIds: Set<string>;
}

/** What the scheduler says of a host that breaks a rule; it names no rules (engine: VmAffinityFilterPolicyUnit). */
const broken = (filter: string, positive: boolean): { filter: string; because: string } => ({
  filter,
  because: positive ? 'it did not match positive affinity rules ' : 'it matched negative affinity rules ',
});

/** Judges hosts for a VM by its labels and by the enforcing rules of its groups. */
export function affinityJudge(
  db: EngineDatabase,
  vm: Pick<VmRow, 'id'>,
): (row: HostRow) => { filter: string; because: string } | undefined {
  const own = [...db.affinityGroups.values()].filter(({ vmIds }) => vmIds.includes(vm.id));
  const hostsOfOthers = (positive: boolean): Set<string> =>
    new Set(
      own
        .filter(({ vmsRule }) => vmsRule.enforcing && vmsRule.positive === positive)
        .flatMap(({ vmIds }) => vmIds.filter((id) => id !== vm.id))
        .flatMap((id) => db.vms.get(id)?.hostId ?? []),
    );
  const [together, apart] = [hostsOfOthers(true), hostsOfOthers(false)];
  const onHosts = own.filter(({ hostsRule }) => hostsRule.enforcing && hostsRule.positive !== undefined);
  const labels = [...db.affinityLabels.values()].filter(({ vmIds }) => vmIds.has(vm.id));
  return (row) => {
    if (labels.some(({ hostIds }) => !hostIds.has(row.id))) return broken('VmToHostsAffinityGroups', true);
    const wrong = onHosts.find(({ hostsRule, hostIds }) => hostIds.includes(row.id) !== hostsRule.positive);
    if (wrong) return broken('VmToHostsAffinityGroups', wrong.hostsRule.positive === true);
    if (together.size > 0 && !together.has(row.id)) return broken('VmAffinityGroups', true);
    return apart.has(row.id) ? broken('VmAffinityGroups', false) : undefined;
  };
}
