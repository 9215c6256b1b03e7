import { describe, expect, it } from 'vitest';
import type { HostStatus } from '../../../activities/host/parse/vm-status.ts';
import { verifyHostedEngine } from '../../../activities/hosted-engine/verify.ts';
import { block, on } from './ha-hosts.ts';
import { contextOf } from './site.ts';

const context = contextOf();

type Facts = Parameters<typeof verifyHostedEngine.decide>[0];

const healthy = block(1);
const engine: Facts['engine'] = {
  deployed: true,
  fqdn: 'ovirt.test.local',
  storageDomain: '2639f482',
  status: { globalMaintenance: false, hosts: [healthy] },
  secretsFile: false,
  bootstrapVm: false,
  bridge: true,
  running: [],
};
const serving: Facts = {
  engine,
  units: Object.fromEntries(context.profile.hostedEngine.services.map((service) => [service, on])),
  liveliness: 'Hosted Engine is up!',
  ca: 'the CA in engine-ca.pem',
  health: { status: 200, text: 'DB Up!Welcome to Health Status!' },
  portal: { status: 200, text: '<html></html>' },
};
const decide = (facts: Partial<Facts> = {}) =>
  verifyHostedEngine.decide({ ...serving, ...facts }, { host: 'host1' }, context);
const withHost = (change: Partial<HostStatus>): Partial<Facts> => ({
  engine: { ...engine, status: { globalMaintenance: false, hosts: [{ ...healthy, ...change }] } },
});

describe('verifyHostedEngine', () => {
  it('passes when everything serves, with a line of evidence for each', () => {
    const decision = decide();
    expect(decision).toMatchObject({
      state: 'already',
      output: { fqdn: 'ovirt.test.local', portal: 'https://ovirt.test.local/ovirt-engine', score: 3400 },
    });
    expect(decision.evidence).toEqual([
      'the engine serves at https://ovirt.test.local/ovirt-engine, HA score 3400',
      expect.stringContaining('wdmd active/running'),
      'host1.test.local (id 1): engine VM up, health good, Up, score 3400',
      'check-liveliness: Hosted Engine is up!',
      'https://127.0.0.1:8443/ovirt-engine/services/health: HTTP 200, DB Up!Welcome to Health Status!',
      'https://127.0.0.1:8443/ovirt-engine/: HTTP 200',
      'certificate verified with the CA in engine-ca.pem',
    ]);
  });

  it('tolerates the memory penalty and says so', () => {
    expect(decide(withHost({ score: 3000 })).state).toBe('already');
    expect(decide(withHost({ score: 3000 })).evidence.join('\n')).toContain('score 3000 instead of 3400');
  });

  it.each<[string, Partial<Facts>, string]>([
    [
      'no engine',
      { engine: { ...engine, deployed: false } },
      'no hosted engine is deployed on host1, not ovirt.test.local',
    ],
    [
      'another engine',
      { engine: { ...engine, fqdn: 'other.test.local' } },
      'engine other.test.local is deployed on host1, not ovirt.test.local',
    ],
    [
      'a service that is down',
      { units: { ...serving.units, sanlock: { ...on, active: false, words: 'failed/failed' } } },
      'sanlock on host1 is failed/failed',
    ],
    [
      'stale data',
      withHost({ live: false }),
      'host1.test.local (id 1): stale: engine VM up, health good, Up, score 3400',
    ],
    ['a network penalty', withHost({ score: 1800 }), 'host1.test.local has a score of 1800; at least 3000 is sound'],
    [
      'no status',
      { engine: { ...engine, status: { globalMaintenance: false, hosts: [] } } },
      'the HA daemons on host1 publish no status',
    ],
    [
      'global maintenance',
      { engine: { ...engine, status: { globalMaintenance: true, hosts: [healthy] } } },
      'global maintenance is set, so nobody would restart the engine VM',
    ],
    ['no liveliness', { liveliness: 'Hosted Engine is not up!' }, 'check-liveliness says: Hosted Engine is not up!'],
    [
      'a database that is down',
      { health: { status: 500, text: 'DB Down!' } },
      'the health page of the engine says: HTTP 500, DB Down!',
    ],
    ['a portal that is not there yet', { portal: { status: 503, text: '' } }, 'the portal answers: HTTP 503'],
    [
      'a certificate that does not hold',
      { health: { text: 'the certificate is not signed by the CA' } },
      'the health page of the engine says: the certificate is not signed by the CA',
    ],
  ])('does not pass with %s', (_what, change, sentence) => {
    const decision = decide(change);
    expect(decision.state).toBe('refused');
    expect(decision.findings?.map(({ what }) => what)).toContain(sentence);
  });
});
