/**
 * Which CPU type a cluster of oVirt 4.3 may have, from what `/proc/cpuinfo` says of its hosts. Names and flags as in the
 * engine's ServerCPUList for level 4.3 (packaging/dbscripts/upgrade/pre_upgrade/0000_config.sql); families and models as
 * Linux names them (arch/x86/include/asm/intel-family.h).
 */

/** What one host's processor is. */
export interface Processor {
  /** GenuineIntel or AuthenticAMD. */
  readonly vendor: string;
  readonly family: number;
  readonly model: number;
  /** Flags as the kernel writes them. */
  readonly flags: ReadonlySet<string>;
}

interface Generation {
  readonly name: string;
  readonly family: number;
  /** Models of the CPUID family; absent: all of them. */
  readonly models?: readonly number[];
  /** The name has a variant for CPUs whose TSX is off. */
  readonly tsx?: true;
}

interface Vendor {
  readonly prefix: string;
  /** Behind every name of the vendor. */
  readonly suffix: string;
  /** Oldest first. */
  readonly generations: readonly Generation[];
  /** Behind the generation's name, best first: the flags that every host must have for it. */
  readonly mitigations: readonly { readonly words: string; readonly flags: readonly (readonly string[])[] }[];
}

const VENDORS: Readonly<Record<string, Vendor>> = {
  GenuineIntel: {
    prefix: 'Intel',
    suffix: ' Family',
    generations: [
      { name: 'Nehalem', family: 6, models: [26, 30, 31, 46] },
      { name: 'Westmere', family: 6, models: [37, 44, 47] },
      // Ivy Bridge has no type of its own before 4.4.
      { name: 'SandyBridge', family: 6, models: [42, 45, 58, 62] },
      { name: 'Haswell', family: 6, models: [60, 63, 69, 70], tsx: true },
      { name: 'Broadwell', family: 6, models: [61, 71, 79, 86], tsx: true },
      { name: 'Skylake Client', family: 6, models: [78, 94, 142, 158] },
      // Cascade Lake is a Skylake Server to 4.3.
      { name: 'Skylake Server', family: 6, models: [85] },
    ],
    mitigations: [
      { words: ' IBRS SSBD MDS', flags: [['spec_ctrl', 'ibrs'], ['ssbd'], ['md_clear']] },
      { words: ' IBRS SSBD', flags: [['spec_ctrl', 'ibrs'], ['ssbd']] },
    ],
  },
  AuthenticAMD: {
    prefix: 'AMD',
    suffix: '',
    generations: [
      { name: 'Opteron G4', family: 21, models: [1] },
      { name: 'Opteron G5', family: 21, models: [2, 16, 19] },
      { name: 'EPYC', family: 23 },
    ],
    mitigations: [{ words: ' IBPB SSBD', flags: [['ibpb'], ['ssbd', 'virt_ssbd']] }],
  },
};

/** Only the newest AMD generation has variants by mitigation. */
const MITIGATED_AMD = 'EPYC';

export type CpuTypeChoice = { readonly type: string } | { readonly refused: string };

/**
 * The newest type that every host can give: that of the oldest CPU, with the mitigations that all of them have.
 * (article, section 7)
 */
export function commonCpuType(hosts: ReadonlyMap<string, Processor>): CpuTypeChoice {
  const vendors = new Map([...hosts].map(([name, { vendor }]) => [vendor, name]));
  if (vendors.size !== 1) {
    const who = [...vendors].map(([vendor, name]) => `${name} has ${vendor}`).join(', ');
    return { refused: `the hosts of a cluster need CPUs of one vendor; ${who || 'no host was read'}` };
  }
  const [known] = [...vendors.keys()].map((vendor) => VENDORS[vendor]);
  if (known === undefined) return { refused: `oVirt 4.3 knows no CPU type for ${[...vendors.keys()].join()}` };
  const places = [...hosts].map(([name, processor]) => ({ name, at: generationOf(known, processor) }));
  const unknown = places.find(({ at }) => at < 0);
  if (unknown !== undefined) {
    const { family, model } = hosts.get(unknown.name) as Processor;
    return { refused: `oVirt 4.3 knows no type for the CPU of ${unknown.name}: family ${family}, model ${model}` };
  }
  const generation = known.generations[Math.min(...places.map(({ at }) => at))] as Generation;
  const every = (flags: readonly string[]) =>
    [...hosts.values()].every((processor) => flags.some((flag) => processor.flags.has(flag)));
  const tsx = generation.tsx !== true || every(['rtm']) ? '' : '-noTSX';
  const mitigated = known.prefix !== 'AMD' || generation.name === MITIGATED_AMD;
  const best = mitigated ? known.mitigations.find(({ flags }) => flags.every(every)) : undefined;
  return { type: `${known.prefix} ${generation.name}${tsx}${best?.words ?? ''}${known.suffix}` };
}

/** -1 where no generation has this family and model. */
function generationOf({ generations }: Vendor, { family, model }: Processor): number {
  return generations.findIndex((known) => known.family === family && (known.models?.includes(model) ?? true));
}
