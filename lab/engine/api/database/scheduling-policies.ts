/** The scheduling policies that come with every installation, with their ids and what can be set on them. */
export interface SchedulingPolicy {
  readonly id: string;
  readonly name: string;
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

const known: Readonly<Record<string, string>> = {
  HighUtilization: '80',
  LowUtilization: '20',
  HeSparesCount: '0',
  CpuOverCommitDurationMinutes: '2',
  HighVmCount: '10',
  SpmVmGrace: '5',
  MigrationThreshold: '5',
};

const policy = (id: string, name: string, ...properties: string[]): SchedulingPolicy => ({
  id,
  name,
  properties: properties.map((property) => ({ name: property, value: known[property] ?? '' })),
});

const CPU = ['HighUtilization', 'CpuOverCommitDurationMinutes'] as const;
const SPARES = ['HighUtilization', 'HeSparesCount', 'CpuOverCommitDurationMinutes'] as const;

export const schedulingPolicies: readonly SchedulingPolicy[] = [
  policy(
    '5a2b0939-7d46-4b73-a469-e9c2c7fc6a53',
    'power_saving',
    'HighUtilization',
    'LowUtilization',
    'HeSparesCount',
    'CpuOverCommitDurationMinutes',
  ),
  policy('b4ed2332-a7ac-4d5f-9596-99a439cb2812', 'none', ...CPU),
  policy('7677771e-5eab-422e-83fa-dc04080d21b7', 'cluster_maintenance', ...CPU),
  policy('20d25257-b4bd-4589-92a6-c4c5c5d3fd1a', 'evenly_distributed', ...SPARES),
  policy(
    '8d5d7bec-68de-4a67-b53e-0ac54686d579',
    'vm_evenly_distributed',
    ...SPARES,
    'HighVmCount',
    'SpmVmGrace',
    'MigrationThreshold',
  ),
];
