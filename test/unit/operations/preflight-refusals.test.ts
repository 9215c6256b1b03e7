import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../activities/hosted-engine/preflight/facts.ts';
import { NO_ENGINE } from './ha-hosts.ts';
import { decide, found, good, map, names, path, resolved, site } from './preflight-facts.ts';
import { LUN } from './site.ts';

describe('what makes a deployment fail', () => {
  it.each<[string, Partial<HostFacts>, string]>([
    ['no root', { root: false }, 'commands on host1 do not run as root'],
    [
      'another system',
      {
        system: new Map([
          ['ID', 'centos'],
          ['VERSION_ID', '8'],
          ['PRETTY_NAME', 'CentOS Stream 8'],
        ]),
      },
      'host1 runs CentOS Stream 8, but profile ovirt-4.3 is for CentOS 7 or another Enterprise Linux 7',
    ],
    ['no virtualisation', { cpu: { count: 32, flags: new Set() } }, 'the CPU of host1 offers no virtualisation'],
    ['virtualisation off', { kvmDevice: false }, 'host1 has no /dev/kvm although its CPU can virtualise'],
    [
      'too few CPUs',
      { cpu: { count: 2, flags: new Set(['svm']) } },
      'the engine VM is to have 4 vCPUs, but host1 has 2 CPUs',
    ],
    [
      'too little memory',
      { memory: { totalMiB: 16000, usableMiB: 12000 } },
      'the engine VM is to have 16384 MiB of memory, but host1 has 11488 MiB available',
    ],
    [
      'a full /var/tmp',
      {
        fileSystems: [
          { mount: '/', availableGiB: 40 },
          { mount: '/var', availableGiB: 3.25 },
        ],
      },
      '/var/tmp on host1 has 3.3 GiB free; the appliance of the engine needs 10 GiB there',
    ],
    [
      'a full /',
      {
        fileSystems: [
          { mount: '/', availableGiB: 1 },
          { mount: '/var', availableGiB: 30 },
        ],
      },
      '/ on host1 has 1.0 GiB free; packages and logs need 4 GiB',
    ],
    ['no clock', { clock: undefined }, 'no time service answers on host1'],
    ['a clock without source', { clock: { synchronised: false } }, 'the clock of host1 is not synchronised'],
    [
      'a clock that is off',
      { clock: { synchronised: true, offsetSeconds: 7 } },
      'the clock of host1 is off by 7 seconds; less than 1 is needed',
    ],
    [
      'an engine without a name',
      names({ engine: { addresses: [], reverse: new Map() } }),
      "the engine's name ovirt.test.local does not resolve on host1",
    ],
    [
      'an engine named as the host',
      names({ engine: resolved('ovirt.test.local', '172.20.32.11') }),
      "the engine's name ovirt.test.local resolves to an address of host1 itself",
    ],
    [
      'an engine with another address',
      names({ engine: resolved('ovirt.test.local', '172.20.32.6') }),
      "the engine's name ovirt.test.local resolves to 172.20.32.6, but engine.address is 172.20.32.5",
    ],
    [
      'an engine without reverse entry',
      names({ engine: { addresses: ['172.20.32.5'], reverse: new Map() } }),
      'address 172.20.32.5 of ovirt.test.local has no reverse entry',
    ],
    [
      'a host with another reverse entry',
      names({ self: { addresses: ['172.20.32.11'], reverse: new Map([['172.20.32.11', ['old.test.local']]]) } }),
      'address 172.20.32.11 of host1.test.local resolves back to old.test.local',
    ],
    [
      'a host without a name',
      { hostName: 'localhost.localdomain', ...names({ self: resolved('localhost', '127.0.0.1') }) },
      'hostname -f on host1 says "localhost.localdomain", which is no fully qualified name',
    ],
    [
      'a host whose name the DNS does not answer',
      { hostName: '', ...names({ self: { addresses: [], reverse: new Map() } }) },
      'hostname -f on host1 gives no name: host1.test.local resolves to 172.20.32.11 there',
    ],
    [
      'a host that is another one',
      { hostName: 'host9.test.local', ...names({ self: resolved('host9.test.local', '172.20.32.11') }) },
      'host1 calls itself host9.test.local, but the inventory calls it host1.test.local',
    ],
    [
      'a host name on another interface',
      names({ self: resolved('host1.test.local', '10.0.0.11') }),
      "the host's name leads to interface em2, but the default route to em1",
    ],
    [
      'a host name on two interfaces',
      names({
        self: {
          addresses: ['172.20.32.11', '10.0.0.11'],
          reverse: new Map([
            ['172.20.32.11', ['host1.test.local']],
            ['10.0.0.11', ['host1.test.local']],
          ]),
        },
      }),
      "the host's name leads to em2 (10.0.0.11) and not only to the management interface em1",
    ],
    [
      'a host name elsewhere',
      names({ self: resolved('host1.test.local', '172.20.32.99') }),
      "the host's name resolves to 172.20.32.99, which is no address of host1",
    ],
    ['no gateway', { defaultRoute: undefined }, 'host1 has no default gateway'],
    [
      'no repository',
      { repositories: [], repositoriesAnswer: 'repolist: 0' },
      'yum on host1 lists no enabled repository: repolist: 0',
    ],
    [
      'an empty repository',
      { repositories: [{ id: 'base', packages: 0 }] },
      'repositories without any package on host1: base',
    ],
    [
      'no release package',
      { releaseAnswer: { url: 'http://x/y.rpm', text: 'HTTP/1.1 404 Not Found\r\n' } },
      'host1 cannot get http://x/y.rpm: HTTP 404',
    ],
    [
      'no way to the release package',
      { releaseAnswer: { url: 'http://x/y.rpm', text: 'curl: (6) Could not resolve host: x' } },
      'host1 cannot get http://x/y.rpm: curl: (6) Could not resolve host: x',
    ],
    [
      'remains of an attempt',
      { engine: { ...NO_ENGINE, bootstrapVm: true } },
      'host1 has the remains of an attempt to deploy, or another engine manages it: virtual machine HostedEngineLocal',
    ],
    [
      'another engine here',
      { engine: { ...NO_ENGINE, deployed: true, fqdn: 'old.test.local' } },
      'host1 has a hosted engine (old.test.local): /etc/ovirt-hosted-engine/hosted-engine.conf',
    ],
    ['no LUN', { lun: { wwid: LUN, signatures: [], children: [] } }, `LUN ${LUN} is not visible on host1`],
    [
      'a broken path',
      {
        lun: {
          ...good.lun,
          map: { ...map, paths: [path('15:0:0:4', 'sdc', 'failed faulty running'), path('18:0:0:4', 'sdj')] },
        },
      },
      `LUN ${LUN} on host1 has paths that are not active ready running: 15:0:0:4 sdc failed faulty running`,
    ],
    [
      'a small LUN',
      { lun: { ...good.lun, map: { ...map, size: '50G' } } },
      `LUN ${LUN} has 50G; a disk of 51 GiB needs 58 GiB there`,
    ],
    ['a read-only LUN', { lun: { ...good.lun, map: { ...map, readOnly: true } } }, `LUN ${LUN} is read-only on host1`],
    [
      'a used LUN',
      { lun: { ...good.lun, volumeGroup: '2639f482', signatures: ['LVM2_member'] } },
      `LUN ${LUN} on host1 is not empty: volume group 2639f482; signature LVM2_member`,
    ],
    [
      'a partitioned LUN',
      { lun: { ...good.lun, children: [{ name: 'x1', type: 'part', fileSystem: 'xfs', mountPoint: '/data' }] } },
      `LUN ${LUN} on host1 is not empty: partitions x1; mounted: x1 at /data`,
    ],
  ])('%s', (_what, change, sentence) => {
    expect(found(change)).toContain(sentence);
    expect(decide({ host: { ...good, ...change } })).toMatchObject({ state: 'refused', changes: [] });
  });

  it.each([
    [
      'a gateway elsewhere',
      { gateway: '10.9.9.1' },
      'engine.address 172.20.32.5/24 and the gateway 10.9.9.1 do not fit together',
    ],
    [
      'an engine in another network',
      { address: '10.9.9.5/24', gateway: '10.9.9.1' },
      'engine.address 10.9.9.5/24 is not an address of its own in the network of 172.20.32.11/24',
    ],
    [
      "the host's own address",
      { address: '172.20.32.11/24' },
      'engine.address 172.20.32.11/24 is not an address of its own in the network of 172.20.32.11/24',
    ],
  ])('%s', (_what, engine, sentence) => {
    expect(found({}, site({ engine }))).toContain(sentence);
  });

  it('a LUN of another size than the inventory expects', () => {
    expect(found({}, site({ storage: { size: '2.0T' } }))).toEqual([
      `LUN ${LUN} has 150G, but the inventory expects 2.0T: this may be the wrong LUN`,
    ]);
  });

  it('an engine on another host of the inventory', () => {
    const others = [{ name: 'host2', engine: { ...NO_ENGINE, deployed: true, fqdn: 'ovirt.test.local' } }];
    expect(decide({ host: good, others }).findings?.map(({ what }) => what)).toEqual([
      'host2 has a hosted engine (ovirt.test.local)',
    ]);
  });

  it('finds all at once, each with what to do', () => {
    const { findings = [] } = decide({
      host: { ...good, kvmDevice: false, defaultRoute: undefined, lun: { wwid: LUN, signatures: [], children: [] } },
      secretProblems: ['engine.password holds a line break'],
    });
    expect(findings).toHaveLength(4);
    for (const { fix } of findings) expect(fix).not.toBe('');
  });

  it.each([
    ['HostUnreachable', 'sshd'],
    ['HostKeyMismatch', 'pin'],
    ['AccessDenied', 'sudo'],
  ])('a host that cannot be asked: %s', (type, word) => {
    const decision = decide({ unreachable: { type, message: 'no answer from host1' } });
    expect(decision).toMatchObject({ state: 'refused', findings: [{ what: 'no answer from host1' }] });
    expect(decision.findings?.[0]?.fix).toContain(word);
  });
});
