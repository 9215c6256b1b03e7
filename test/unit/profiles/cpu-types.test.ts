import { describe, expect, it } from 'vitest';
import { parseProcessor } from '../../../activities/host/parse/cpu.ts';
import { commonCpuType, type Processor } from '../../../profiles/cpu-types.ts';

/** Of a Dell R640, shortened. */
const CPUINFO = `processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 85
model name\t: Intel(R) Xeon(R) Silver 4114 CPU @ 2.20GHz
stepping\t: 4
flags\t\t: fpu vme rtm vmx spec_ctrl ssbd md_clear

processor\t: 1
vendor_id\t: GenuineIntel
`;

const intel = (model: number, ...flags: string[]): Processor => ({
  vendor: 'GenuineIntel',
  family: 6,
  model,
  flags: new Set(flags),
});
const amd = (family: number, model: number, ...flags: string[]): Processor => ({
  vendor: 'AuthenticAMD',
  family,
  model,
  flags: new Set(flags),
});
const chosen = (...hosts: Processor[]) =>
  commonCpuType(new Map(hosts.map((processor, index) => [`host${index + 1}`, processor])));

describe('parseProcessor', () => {
  it('reads the first processor', () => {
    expect(parseProcessor(CPUINFO)).toEqual({
      vendor: 'GenuineIntel',
      family: 6,
      model: 85,
      flags: new Set(['fpu', 'vme', 'rtm', 'vmx', 'spec_ctrl', 'ssbd', 'md_clear']),
    });
  });

  it('knows what is no cpuinfo', () => {
    expect(parseProcessor('cat: /proc/cpuinfo: Permission denied')).toBeUndefined();
  });
});

describe('the CPU type of a cluster', () => {
  const FULL = ['spec_ctrl', 'ssbd', 'md_clear', 'rtm'];

  it.each<[string, Processor[], string]>([
    ['one host', [intel(85, ...FULL)], 'Intel Skylake Server IBRS SSBD MDS Family'],
    ['the oldest decides', [intel(85, ...FULL), intel(45, ...FULL)], 'Intel SandyBridge IBRS SSBD MDS Family'],
    [
      'the least mitigated decides',
      [intel(85, ...FULL), intel(85, 'spec_ctrl', 'ssbd')],
      'Intel Skylake Server IBRS SSBD Family',
    ],
    ['newer kernels write ibrs', [intel(85, 'ibrs', 'ssbd', 'md_clear')], 'Intel Skylake Server IBRS SSBD MDS Family'],
    ['without any', [intel(44)], 'Intel Westmere Family'],
    [
      'TSX off on one host',
      [intel(79, ...FULL), intel(79, 'spec_ctrl', 'ssbd', 'md_clear')],
      'Intel Broadwell-noTSX IBRS SSBD MDS Family',
    ],
    ['TSX on', [intel(63, ...FULL)], 'Intel Haswell IBRS SSBD MDS Family'],
    ['Ivy Bridge', [intel(62, ...FULL)], 'Intel SandyBridge IBRS SSBD MDS Family'],
    ['AMD', [amd(23, 49, 'ibpb', 'ssbd')], 'AMD EPYC IBPB SSBD'],
    ['AMD, virtual SSBD', [amd(23, 1, 'ibpb', 'virt_ssbd')], 'AMD EPYC IBPB SSBD'],
    ['an older AMD has no variants', [amd(21, 2, 'ibpb', 'ssbd'), amd(23, 1, 'ibpb', 'ssbd')], 'AMD Opteron G5'],
  ])('%s', (_what, hosts, type) => {
    expect(chosen(...hosts)).toEqual({ type });
  });

  it.each<[string, Processor[], string]>([
    [
      'two vendors',
      [intel(85), amd(23, 1)],
      'the hosts of a cluster need CPUs of one vendor; host1 has GenuineIntel, host2 has AuthenticAMD',
    ],
    [
      'a CPU that is too new',
      [intel(85), intel(143)],
      'oVirt 4.3 knows no type for the CPU of host2: family 6, model 143',
    ],
    ['no host', [], 'the hosts of a cluster need CPUs of one vendor; no host was read'],
  ])('%s is refused', (_what, hosts, refused) => {
    expect(chosen(...hosts)).toEqual({ refused });
  });
});
