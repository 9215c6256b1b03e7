/** Fencing: the agents of fence-agents 4.2.1 by which a host switches the power of another. */
import type { PackageBuild } from '../../types.ts';
import { fenceDrac5 } from './drac5.ts';
import { fenceIpmilan, ipmitool } from './ipmi.ts';

export const fencingPackages: readonly PackageBuild[] = [
  { package: 'ipmitool', programs: { ipmitool } },
  { package: 'fence-agents-drac5', programs: { '/usr/sbin/fence_drac5': fenceDrac5 } },
  {
    package: 'fence-agents-ipmilan',
    programs: Object.fromEntries(
      ['ipmilan', 'idrac', 'ilo3', 'ilo4', 'imm', 'ipmilanplus'].map((name) => [
        `/usr/sbin/fence_${name}`,
        fenceIpmilan,
      ]),
    ),
  },
];
