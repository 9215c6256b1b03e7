import { describe, expect, it } from 'vitest';
import {
  createCluster,
  createDataCenter,
  removeCluster,
  removeDataCenter,
  setCluster,
} from '../../../activities/engine/index.ts';
import { renderRequest } from '../../../connectors/engine/index.ts';
import type { Processor } from '../../../profiles/cpu-types.ts';
import { contextOf } from './site.ts';

const context = contextOf() as never;
const SKYLAKE = 'Intel Skylake Server IBRS SSBD MDS Family';
const WESTMERE = 'Intel Westmere Family';

describe('a data center', () => {
  const decide = (found?: { local: boolean }, params = {}) =>
    createDataCenter.decide(
      { found: found && { id: '1', name: 'D', status: 'up', ...found } } as never,
      { name: 'D', ...params },
      context,
    );

  it('is made with shared storage, and removed again', () => {
    const { state, changes, undo } = decide();
    expect([state, changes.map(renderRequest)]).toEqual(['wouldDo', ['POST /datacenters {"name":"D","local":false}']]);
    expect(undo?.call).toEqual({ operation: 'removeDataCenter', params: { name: 'D' } });
  });

  it('that is as wished is left alone', () => {
    expect(decide({ local: false })).toMatchObject({ state: 'already', changes: [], output: { differences: [] } });
  });

  it('with the other storage is changed, and changed back', () => {
    const { changes, output, undo } = decide({ local: true });
    expect(changes.map(renderRequest)).toEqual(['PUT /datacenters/1 {"local":false}']);
    expect(output).toEqual({ exists: true, differences: ['its storage is local instead of shared'] });
    expect(undo?.call).toEqual({ operation: 'createDataCenter', params: { name: 'D', local: true } });
    expect(decide({ local: false }, { local: true }).changes.map(renderRequest)).toEqual([
      'PUT /datacenters/1 {"local":true}',
    ]);
  });

  it('that is gone needs no removing', () => {
    const remove = (found?: object) => removeDataCenter.decide({ found } as never, { name: 'D' }, context);
    expect(remove().state).toBe('already');
    expect(remove({ id: '1', status: 'up' }).changes.map(renderRequest)).toEqual(['DELETE /datacenters/1']);
  });
});

describe('a cluster', () => {
  const intel = (model = 85): Processor => ({
    ...{ vendor: 'GenuineIntel', family: 6, model },
    flags: new Set(['ibrs', 'ssbd', 'md_clear']),
  });
  const amd: Processor = { vendor: 'AuthenticAMD', family: 23, model: 1, flags: new Set() };
  const found = (type: string, dataCenter = '1') => ({
    ...{ id: '5', name: 'C', data_center: { id: dataCenter }, cpu: { type } },
    ...{ switch_type: 'legacy', firewall_type: 'firewalld' },
  });
  const decide = (facts: object, params: object = {}) =>
    createCluster.decide(
      {
        dataCenter: { id: '1', name: 'D' },
        processors: new Map([['host1', intel()]]),
        knownTypes: [WESTMERE, SKYLAKE],
        ...facts,
      } as never,
      { name: 'C', dataCenter: 'D', hosts: ['host1'], ...params },
      context,
    );

  it('gets the type of the oldest CPU among its hosts, and is removed again', () => {
    const { changes, undo } = decide({
      processors: new Map([
        ['host1', intel()],
        ['host2', intel(44)],
      ]),
      knownTypes: ['Intel Westmere IBRS SSBD MDS Family'],
    });
    expect(changes.map(renderRequest)).toEqual([
      'POST /clusters {"name":"C","data_center":{"name":"D"},"cpu":{"architecture":"x86_64","type":"Intel Westmere IBRS SSBD MDS Family"},"switch_type":"legacy","firewall_type":"firewalld"}',
    ]);
    expect(undo?.call).toEqual({ operation: 'removeCluster', params: { name: 'C' } });
  });

  it('that exists is sent only what differs, and gets its former settings back', () => {
    expect(decide({ found: found(SKYLAKE) }).state).toBe('already');
    const { changes, output, undo } = decide({ found: { ...found(WESTMERE), firewall_type: 'iptables' } });
    expect(changes.map(renderRequest)).toEqual([
      `PUT /clusters/5 {"cpu":{"type":"${SKYLAKE}"},"firewall_type":"firewalld"}`,
    ]);
    expect(output?.differences).toEqual([
      `its CPU type is ${WESTMERE} instead of ${SKYLAKE}`,
      'its firewall type is iptables instead of firewalld',
    ]);
    const settings = { cpu: { type: WESTMERE }, firewall_type: 'iptables' };
    expect(undo?.call).toEqual({ operation: 'setCluster', params: { name: 'C', settings } });
    const back = setCluster.decide({ found: found(SKYLAKE) }, { name: 'C', settings }, context);
    expect(back.changes.map(renderRequest)).toEqual([
      `PUT /clusters/5 {"cpu":{"type":"${WESTMERE}"},"firewall_type":"iptables"}`,
    ]);
  });

  it('gets the fencing policy that is wished, and the parts of the former one back', () => {
    const fencing = { skipIfStorageActive: true, skipIfConnectivityBroken: 50 } as const;
    const wished = {
      skip_if_sd_active: { enabled: true },
      skip_if_connectivity_broken: { enabled: true, threshold: 50 },
    };
    expect(decide({}, { fencing }).changes[0]?.body).toMatchObject({ fencing_policy: wished });
    const before = {
      ...{ enabled: false, skip_if_sd_active: { enabled: false } },
      skip_if_connectivity_broken: { enabled: false, threshold: 70 },
    };
    const { changes, output, undo } = decide({ found: { ...found(SKYLAKE), fencing_policy: before } }, { fencing });
    expect(changes.map(renderRequest)).toEqual([`PUT /clusters/5 {"fencing_policy":${JSON.stringify(wished)}}`]);
    expect(output?.differences).toEqual([
      'its fencing policy is hosts with a live lease fenced, connectivity of others not looked at instead of hosts with a live lease spared, all spared from 50 % without connectivity on',
    ]);
    const { enabled: _kept, ...former } = before;
    expect(undo?.call.params).toEqual({ name: 'C', settings: { fencing_policy: former } });
    const there = { ...found(SKYLAKE), fencing_policy: { ...wished, enabled: true } };
    expect(decide({ found: there }, { fencing }).state).toBe('already');
    const off = { enabled: true, skipIfConnectivityBroken: false } as const;
    expect(decide({ found: there }, { fencing: off }).changes[0]?.body).toEqual({
      fencing_policy: { enabled: true, skip_if_connectivity_broken: { enabled: false } },
    });
  });

  it.each<readonly [string, object, object, string]>([
    ['the data center is not there', { dataCenter: undefined }, {}, 'the engine has no data center D'],
    ['it is elsewhere', { found: found(SKYLAKE, '2') }, {}, 'cluster C exists, but not in data center D'],
    [
      'the CPUs are of two vendors',
      {
        processors: new Map([
          ['host1', intel()],
          ['host2', amd],
        ]),
      },
      {},
      'the hosts of a cluster need CPUs of one vendor; host1 has GenuineIntel, host2 has AuthenticAMD',
    ],
    [
      'a CPU could not be read',
      {
        processors: new Map([
          ['host1', intel()],
          ['host2', undefined],
        ]),
      },
      {},
      'the CPU of host2 could not be read, so the type for all hosts is not known',
    ],
    [
      'a CPU is too new',
      { processors: new Map([['host1', intel(106)]]) },
      {},
      'oVirt 4.3 knows no type for the CPU of host1: family 6, model 106',
    ],
    [
      'the engine does not know the type',
      {},
      { cpuType: 'Intel 8086 Family' },
      'the engine knows no CPU type "Intel 8086 Family" at level 4.3',
    ],
  ])('is refused where %s', (_why, facts, params, what) => {
    const { state, changes, findings } = decide(facts, params);
    expect([state, changes, findings?.map((finding) => finding.what)]).toEqual(['refused', [], [what]]);
  });

  it('that is gone needs no removing', () => {
    const remove = (cluster?: object) => removeCluster.decide({ found: cluster } as never, { name: 'C' }, context);
    expect(remove().state).toBe('already');
    expect(remove(found(SKYLAKE)).changes.map(renderRequest)).toEqual(['DELETE /clusters/5']);
  });
});
