import { describe, expect, it } from 'vitest';
import { findEngineVm } from '../../../activities/hosted-engine/ha/find-engine-vm.ts';
import { type InspectFacts, inspectHostedEngine } from '../../../activities/hosted-engine/ha/inspect.ts';
import type { HaHost } from '../../../activities/hosted-engine/ha/read-host.ts';
import { enginePlace } from '../../../activities/hosted-engine/ha/views.ts';
import { away, block, context, down, host1, host2 } from './ha-hosts.ts';

const web: InspectFacts['web'] = {
  url: 'https://127.0.0.1:8443/ovirt-engine',
  ca: 'the CA in engine-ca.pem',
  health: { status: 200, text: 'DB Up!Welcome to Health Status!' },
  portal: { status: 200, text: '<html></html>' },
  certificate: { notAfter: '2036-11-21', daysLeft: 3650 },
};
const BACKUP = 'last backup of the engine: 2019-11-14, 1 days ago';
const decide = (hosts: readonly HaHost[], change: Partial<InspectFacts['web']> = {}) =>
  inspectHostedEngine.decide({ hosts, web: { ...web, ...change }, backup: BACKUP }, { host: 'host1' }, context);
const found = (...args: Parameters<typeof decide>) => decide(...args).findings?.map(({ what }) => what) ?? [];
const stale = { live: false };
const STOPPED = 'ovirt-ha-agent';

describe('inspectHostedEngine', () => {
  it('is content with a sound engine and says where it runs', () => {
    const decision = decide([host1(), host2()]);
    expect(decision).toMatchObject({ state: 'already', changes: [], output: { runsOn: 'host1.test.local' } });
    expect(decision.evidence[0]).toBe('the hosted engine is sound: 2 hosts asked, host1.test.local runs the engine VM');
    expect(decision.evidence).toContain('the certificate of the engine ends on 2036-11-21');
  });

  const maintenance = { globalMaintenance: true };
  const both = [block(1, { state: 'GlobalMaintenance' }), away(2, { state: 'GlobalMaintenance' })];
  it.each<[string, readonly HaHost[], readonly string[]]>([
    [
      'a stopped agent calls everyone stale, so the other host is asked',
      [
        host1({ status: [block(1), away(2, { ...stale, stopped: true, score: 0 })] }),
        host2({ units: { [STOPPED]: down('inactive/dead') }, status: [block(1, stale), away(2, stale)] }),
      ],
      [
        'the HA agent of host2 is inactive/dead, so from there every host looks stale; asked in its place, host1 says: the engine VM runs on host1.test.local, health good',
      ],
    ],
    [
      'a broker without its socket',
      [
        host1({ status: [block(1), away(2, stale)] }),
        host2({ status: null, socket: false, vmConf: false, units: { 'ovirt-ha-broker': down('failed/failed') } }),
      ],
      [
        'ovirt-ha-broker on host2 is failed/failed',
        'the HA agent of host2 runs but publishes nothing: the socket of its broker is missing; asked in its place, host1 says: the engine VM runs on host1.test.local, health good',
      ],
    ],
    [
      'a host that cannot be reached',
      [
        host1({ status: [block(1), away(2, stale)] }),
        { name: 'host2', fqdn: 'host2.test.local', unreachable: 'connection refused' },
      ],
      ['host2 cannot be asked (connection refused); host1 sees it stale'],
    ],
    [
      'a host of the role on which nothing is deployed',
      [host1({ status: [block(1)] }), host2({ conf: {}, status: null, liveliness: 'You must run deploy first' })],
      ['host2 has the role hostedEngine in the inventory, but no hosted engine is deployed on it'],
    ],
    [
      'a host that others do not see',
      [host1({ status: [block(1), away(2, stale)] }), host2()],
      ['host1 does not see the agent of host2 publish any more, although host2 says that it does'],
    ],
    [
      'global maintenance with its beginning',
      [
        host1({
          ...maintenance,
          status: both,
          log: { penalties: [], globalSince: { at: '2019-11-15 15:57:39', reaches: true } },
        }),
        host2({ ...maintenance, status: both }),
      ],
      [
        'global maintenance is set since 2019-11-15 15:57:39 (by the agent.log of host1): nobody starts the engine VM again if it ends',
      ],
    ],
    [
      'nobody runs the VM, and nobody will',
      [
        host1({ ...maintenance, status: [away(1), away(2)], domain: 'absent' }),
        host2({ ...maintenance, status: [away(1), away(2)] }),
      ],
      [
        'no host runs the engine VM, and in global maintenance nobody will start it',
        'global maintenance is set: nobody starts the engine VM again if it ends',
      ],
    ],
    [
      'nobody runs the VM yet',
      [host1({ status: [away(1), away(2)], domain: 'absent' }), host2({ status: [away(1), away(2)] })],
      ['no host runs the engine VM; HA is to start it on the host with the best score'],
    ],
    [
      'two hosts claim the VM',
      [host1({ status: [block(1), block(2)] }), host2({ status: [block(1), block(2)], domain: 'running' })],
      [
        'hosts contradict each other about the engine VM: by HA it is up on host1.test.local and host2.test.local, libvirt runs it on host1 and host2',
      ],
    ],
    [
      'a VM that goes down while its health is still good',
      [
        host1({ status: [block(1, { detail: 'Powering down' }), away(2)] }),
        host2({ status: [block(1, { detail: 'Powering down' }), away(2)] }),
      ],
      ['the engine VM on host1.test.local is up, but not healthy: health good, Powering down, EngineUp'],
    ],
    [
      'a network penalty on the other host',
      [
        host1({ status: [block(1), away(2, { score: 1800 })] }),
        host2({
          status: [block(1), away(2, { score: 1800 })],
          log: { penalties: [{ points: 1600, reason: 'network status' }] },
        }),
      ],
      ['host2 has a score of 1800 instead of 3400: 1600 off for network status'],
    ],
    [
      'a penalty that makes HA shut the VM down',
      [
        host1({
          status: [block(1, { score: 2440 }), away(2)],
          log: { penalties: [{ points: 960, reason: 'network status' }] },
        }),
        host2({ status: [block(1, { score: 2440 }), away(2)] }),
      ],
      [
        'host1 has a score of 2440 instead of 3400: 960 off for network status',
        'host2 scores 3400, host1 with the engine VM 2440: from a difference of 800 on, HA shuts the engine VM down to move it',
      ],
    ],
    [
      'local maintenance',
      [
        host1({ status: [block(1), away(2, { score: 0, localMaintenance: true, state: 'LocalMaintenance' })] }),
        host2({
          localMaintenance: true,
          status: [block(1), away(2, { score: 0, localMaintenance: true, state: 'LocalMaintenance' })],
        }),
      ],
      ['host2 is in local maintenance: it does not take the engine VM'],
    ],
    [
      'local maintenance with its beginning, as far as the log reaches',
      [
        host1({ status: [block(1), away(2, { score: 0, localMaintenance: true, state: 'LocalMaintenance' })] }),
        host2({
          localMaintenance: true,
          status: [block(1), away(2, { score: 0, localMaintenance: true, state: 'LocalMaintenance' })],
          log: { penalties: [], localSince: { at: '2019-11-15 15:57:39', reaches: false } },
        }),
      ],
      [
        'host2 is in local maintenance since before 2019-11-15 15:57:39 (by the agent.log of host2): it does not take the engine VM',
      ],
    ],
    [
      'a configuration of another storage',
      [host1(), host2({ conf: { ...host2().sight?.conf, sdUUID: '0fd1a9c2' } })],
      ['sdUUID in /etc/ovirt-hosted-engine/hosted-engine.conf differs: e4edaa36 on host1; 0fd1a9c2 on host2'],
    ],
    [
      'a name that one host does not reach',
      [host1(), host2({ liveliness: 'Hosted Engine is not up!' })],
      ['check-liveliness on host2 says: Hosted Engine is not up!'],
    ],
  ])('finds %s', (_what, hosts, sentences) => {
    expect(found(hosts)).toEqual(sentences);
  });

  it('takes the memory penalty in global maintenance for what it is', () => {
    const log = { penalties: [{ points: 400, reason: 'free memory 9000 being lower than required 16384' }] };
    const status = [block(1, { score: 3000, state: 'GlobalMaintenance' }), away(2)];
    const { evidence, findings } = decide([host1({ status, log }), host2({ status })]);
    expect(findings).toBeUndefined();
    expect(evidence).toContain(
      'host1 has a score of 3000 instead of 3400: 400 off for free memory 9000 being lower than required 16384, normal in 4.3 where the engine VM itself uses it',
    );
  });

  it('finds a certificate of a host that is about to end, and tells of the others and of the last backup', () => {
    const what = 'the certificate of vdsm';
    const sound = [{ what, notAfter: '2030-01-31', daysLeft: 400 }];
    const ending = [{ what, notAfter: '2019-12-01', daysLeft: 16 }];
    const { findings, evidence } = decide([host1({ certificates: sound }), host2({ certificates: ending })]);
    expect(findings?.map((finding) => finding.what)).toEqual([
      'the certificate of vdsm on host2 ends on 2019-12-01, in 16 days',
    ]);
    expect(evidence).toEqual(expect.arrayContaining(['the certificate of vdsm on host1 ends on 2030-01-31', BACKUP]));
  });

  it('finds what is wrong with the web: page, portal, certificate', () => {
    const change = {
      health: { status: 503, text: '' },
      portal: { text: 'Cannot read https://127.0.0.1:8443/ovirt-engine/: connection refused.' },
      certificate: { notAfter: '2019-12-01', daysLeft: 12 },
    };
    expect(found([host1(), host2()], change)).toEqual([
      'the health page https://127.0.0.1:8443/ovirt-engine/services/health says: HTTP 503',
      'the portal https://127.0.0.1:8443/ovirt-engine/ answers: Cannot read https://127.0.0.1:8443/ovirt-engine/: connection refused.',
      'the certificate of the engine ends on 2019-12-01, in 12 days',
    ]);
  });
});

describe('findEngineVm', () => {
  const find = (...hosts: HaHost[]) => findEngineVm.decide(enginePlace(hosts), { host: 'host1' }, context);
  const nobody = { status: [away(1), away(2)], domain: 'absent' as const };
  const gone: HaHost = { name: 'host2', fqdn: 'host2.test.local', unreachable: 'no answer' };

  it('finds the host that runs it, also when only libvirt tells', () => {
    expect(find(host1(), host2()).output).toEqual({ runsOn: 'host1', start: false });
    expect(find(host1({ status: null }), host2({ status: null })).output).toEqual({ runsOn: 'host1', start: false });
  });

  it('has it started by hand only in global maintenance', () => {
    expect(find(host1(nobody), host2(nobody)).output).toEqual({ start: false });
    const on = { ...nobody, globalMaintenance: true };
    expect(find(host1(on), host2(on)).output).toEqual({ start: true });
  });

  it('does not guess about a host that nobody can tell of', () => {
    const on = { status: [away(1), away(2, stale)], domain: 'absent' as const, globalMaintenance: true };
    expect(find(host1(on), gone).findings?.[0]?.what).toBe(
      'no host is known to run the engine VM, but nobody can tell whether host2 does',
    );
    expect(find(host1({ ...on, status: [away(1), away(2)] }), gone).output).toEqual({ start: true });
  });
});
