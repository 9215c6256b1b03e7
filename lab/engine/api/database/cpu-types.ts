import type { LabHost } from '../../../types.ts';
import type { Version } from './data-centers.ts';

/** A CPU type as a cluster can be set to: the smallest set of features that its VMs may count on. */
export interface CpuType {
  readonly name: string;
  readonly level: number;
  readonly architecture: 'x86_64' | 'ppc64' | 's390x';
}

const intelModels = [
  'Nehalem',
  'Westmere',
  'SandyBridge',
  'Haswell-noTSX',
  'Haswell',
  'Broadwell-noTSX',
  'Broadwell',
  'Skylake Client',
] as const;

/** ServerCPUList of the engine's configuration: each model with its variants, levels counted on. */
function intel(first: number, models: readonly string[], variants: readonly string[]): CpuType[] {
  const names = models.flatMap((model) => variants.map((variant) => `Intel ${model}${variant} Family`));
  return names.map((name, index) => ({ name, level: first + index, architecture: 'x86_64' }));
}

const x86 = (level: number, name: string): CpuType => ({ name, level, architecture: 'x86_64' });

/** 4.3 knows no variant that has IBRS alone, and leaves a gap where Nehalem's was. */
const newest: readonly CpuType[] = [
  x86(5, 'Intel Nehalem Family'),
  x86(7, 'Intel Nehalem IBRS SSBD Family'),
  x86(8, 'Intel Nehalem IBRS SSBD MDS Family'),
  ...intel(9, [...intelModels.slice(1), 'Skylake Server'], ['', ' IBRS SSBD', ' IBRS SSBD MDS']),
  x86(5, 'AMD Opteron G4'),
  x86(6, 'AMD Opteron G5'),
  x86(7, 'AMD EPYC'),
  x86(9, 'AMD EPYC IBPB SSBD'),
  { name: 'IBM POWER8', level: 3, architecture: 'ppc64' },
  { name: 'IBM POWER9', level: 4, architecture: 'ppc64' },
  { name: 'IBM z114, z196', level: 2, architecture: 's390x' },
  { name: 'IBM zBC12, zEC12', level: 3, architecture: 's390x' },
  { name: 'IBM z13s, z13', level: 4, architecture: 's390x' },
  { name: 'IBM z14', level: 5, architecture: 's390x' },
];

const older: readonly CpuType[] = [
  x86(3, 'Intel Conroe Family'),
  x86(4, 'Intel Penryn Family'),
  ...intel(5, intelModels, ['', ' IBRS', ' IBRS SSBD', ' IBRS SSBD MDS']),
  ...[1, 2, 3, 4, 5].map((generation) => x86(generation + 1, `AMD Opteron G${generation}`)),
  { name: 'IBM POWER8', level: 3, architecture: 'ppc64' },
];

export const cpuTypes = (version: Version): readonly CpuType[] => (version.minor >= 3 ? newest : older);

export const cpuTypeNamed = (version: Version, name: string): CpuType | undefined =>
  cpuTypes(version).find((type) => type.name === name);

/** The best type that a machine gives: all of them are Skylake servers, their mitigations differ. */
export function cpuTypeOf({ cpu }: LabHost): string {
  const has = (...flags: string[]) => flags.every((flag) => cpu.flags.includes(flag));
  const mitigations = !has('spec_ctrl', 'ssbd') ? '' : has('md_clear') ? ' IBRS SSBD MDS' : ' IBRS SSBD';
  return `Intel Skylake Server${mitigations} Family`;
}

/** Types of one maker form an order; the first word of a name is the maker. */
export const makerOf = (name: string): string => name.split(' ')[0] ?? '';
