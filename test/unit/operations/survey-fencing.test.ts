import { describe, expect, it } from 'vitest';
import { surveyFencing } from '../../../activities/power/index.ts';
import { away, block, host1, host2 } from './ha-hosts.ts';
import { contextOf, inventoryWith } from './site.ts';

const bmc = { agent: 'drac5', address: '172.20.33.12', user: 'root', password: { env: 'BMC' } };
const context = contextOf(inventoryWith({ hosts: [{ role: 'hostedEngine' }, { role: 'hostedEngine', bmc }] })) as never;
const view = (number: number, change: object = {}) => ({
  ...{ id: `${number}`, name: `host${number}.test.local`, inventoryName: `host${number}`, status: 'up' },
  ...{ cluster: { id: 'c' }, vms: [], kdump_status: 'disabled' },
  ...change,
});
const IDRAC = { id: '9', type: 'drac5', address: '172.20.33.12', username: 'root', order: 1, options: [] };
const IPMI = { ...IDRAC, id: '8', type: 'ipmilan', order: 2 };

const decide = (facts: object = {}, input: object = {}) =>
  surveyFencing.decide(
    { host: view(2), agents: [], all: [view(1), view(2)], ha: [host1(), host2()], ...facts } as never,
    { host: 'host2', kdump: true, powerCycle: false, ...input },
    context,
  );

describe('surveyFencing', () => {
  it('tells the agent, who could fence the host, and whether it has to be installed again', () => {
    expect(decide()).toMatchObject({
      state: 'already',
      output: {
        ...{ agent: 'drac5 at 172.20.33.12, user root', proxies: ['host1'], installs: true, hostedEngine: true },
        ...{ runsEngine: false, fitElsewhere: ['host1'], vms: [], enabled: false },
      },
    });
    expect(decide({ host: view(2, { kdump_status: 'enabled' }), agents: [IDRAC] }).output?.installs).toBe(false);
    expect(decide({}, { kdump: false }).output?.installs).toBe(false);
  });

  it('tells the other agents of the host, in the order in which the engine tries them', () => {
    const { output, evidence } = decide({ agents: [IDRAC, IPMI] });
    expect(output?.others).toEqual(['ipmilan at 172.20.33.12, user root (order 2)']);
    expect(evidence).toContain(
      'in the engine: drac5 at 172.20.33.12, user root (order 1); ipmilan at 172.20.33.12, user root (order 2)',
    );
  });

  it.each<readonly [string, object, object, string]>([
    [
      'the password cannot be had',
      { secret: 'the password of the controller of host2 is missing: BMC is not set' },
      {},
      'the password of the controller of host2 is missing: BMC is not set',
    ],
    [
      'an agent may be that of the controller, or of another one behind the same address',
      { agents: [{ ...IDRAC, port: 22, options: [{ name: 'ipport', value: '22' }] }] },
      {},
      'whether the fence agent drac5 at 172.20.33.12, user root, options ipport=22 (order 1, port 22) of host2 is that of its bmc cannot be told: the address is the same, the port is not',
    ],
    [
      'nobody could fence it',
      { all: [view(1, { status: 'maintenance' }), view(2)] },
      {},
      'no other host of the cluster is up, so nobody could test the fence agent of host2 or fence it',
    ],
    [
      'the others are of another cluster',
      { all: [view(1, { cluster: { id: 'd' } }), view(2)] },
      {},
      'no other host of the cluster is up, so nobody could test the fence agent of host2 or fence it',
    ],
    [
      'it is not in service',
      { host: view(2, { status: 'non_operational' }) },
      {},
      'host2 is non_operational in the engine, so it cannot be installed again for Kdump',
    ],
    [
      'it is not in service, and is to be switched off',
      { host: view(2, { status: 'down' }) },
      { kdump: false, powerCycle: true },
      'host2 is down in the engine, so it cannot be switched off and on',
    ],
    [
      'no other host could run the engine VM',
      {
        ha: [
          host1({ status: [block(1, { localMaintenance: true, score: 0 }), away(2)], localMaintenance: true }),
          host2(),
        ],
      },
      {},
      'host2 is to be installed again for Kdump, but is the last host that could run the engine VM: host1 is in local maintenance',
    ],
  ])('refuses where %s', (_why, facts, input, what) => {
    const { state, changes, findings } = decide(facts, input);
    expect([state, changes, findings?.map((finding) => finding.what)]).toEqual(['refused', [], [what]]);
  });
});
