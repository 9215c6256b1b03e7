import { describe, expect, it } from 'vitest';
import type { OperationContext } from '../../../activities/operation.ts';
import {
  integrateKdump,
  powerCycleHost,
  resetFenceAgent,
  setFenceAgent,
  setPowerManagement,
  tellKdump,
} from '../../../activities/power/index.ts';
import { renderRequest } from '../../../connectors/engine/index.ts';
import { parseInventory } from '../../../inventory/load.ts';
import { SMALL_INVENTORY } from '../../support/small-inventory.ts';

const BMC =
  'bmc: { agent: drac5, address: 172.20.33.11, user: root, password: { env: P }, options: { secure: true, cmd_prompt: ">", login_timeout: 30 } }';
const inventory = (bmc = BMC) =>
  parseInventory(SMALL_INVENTORY.replace('    role: hostedEngine', `    role: hostedEngine\n    ${bmc}`), 'f')
    .inventory;
const context = (bmc?: string) =>
  ({ inventory: inventory(bmc), secret: async () => 's3cret' }) as unknown as OperationContext;
const HOST = { host: 'host1' };
const host = (extra: object = {}) => ({ id: '7', name: 'host1', address: 'a', status: 'up', vms: [], ...extra });
/** As the engine gives it back: in another order. */
const AGENT = {
  id: '9',
  type: 'drac5',
  address: '172.20.33.11',
  username: 'root',
  order: 1,
  options: [
    { name: 'login_timeout', value: '30' },
    { name: 'cmd_prompt', value: '>' },
    { name: 'secure', value: '1' },
  ],
};
const events = (...codes: number[]) => ({
  begun: codes.length > 0,
  events: codes.map((code, index) => ({ index, code, severity: 'normal' as const, description: `event ${code}` })),
});

describe('setFenceAgent', () => {
  const decide = (agents: (typeof AGENT)[], power?: object, bmc?: string, asked?: object) =>
    setFenceAgent.decide(
      { host: host(), agents, ...(power && { power }), ...(asked && { asked }) } as never,
      HOST,
      context(bmc),
    );
  const sent = (decision: ReturnType<typeof decide>) => decision.changes.map(renderRequest);

  it('makes an agent with the options of the article, its password shown to nobody', () => {
    const decision = decide([]);
    expect(sent(decision)).toEqual([
      'POST /hosts/7/fenceagents {"type":"drac5","address":"172.20.33.11","username":"root","order":1,"options":{"option":[{"name":"secure","value":"1"},{"name":"cmd_prompt","value":">"},{"name":"login_timeout","value":"30"}]},"password":"(secret)"}',
    ]);
    expect(decision.undo).toMatchObject({
      title: 'Remove the fence agent of host1',
      call: { operation: 'resetFenceAgent', params: { removed: true } },
    });
  });

  it.each(['on', 'off'])('is done only when the controller has told the power through another host (%s)', (power) => {
    expect(decide([AGENT], { power })).toMatchObject({
      state: 'already',
      evidence: [expect.any(String), `the power of host1 is ${power}, says its controller through another host`],
    });
  });

  it.each([
    [
      {
        fault:
          "2020-01-17 11:40:13,123 WARNING: Parse error: Ignoring unknown option 'agent=fence_drac5'\n\n2020-01-17 11:40:43,123 ERROR: Unable to connect/login to fencing device\n",
      },
      /^the fence agent of host1 does not work: Unable to connect\/login to fencing device$/,
    ],
    [{ fault: 'No other host was\n available' }, /does not work: No other host was available$/],
    [{ power: 'unknown' }, /does not tell whether host1 has power/],
  ])('sets the password anew where the test fails: %j', (power, why) => {
    const decision = decide([AGENT], power);
    expect(sent(decision)).toEqual([
      expect.stringMatching(/^PUT \/hosts\/7\/fenceagents\/9 .*"password":"\(secret\)"/),
    ]);
    expect(decision.findings?.[0]?.what).toMatch(why);
  });

  it('changes the one of the same controller, and can give it its former values back', () => {
    const former = { ...AGENT, username: 'fence' };
    const decision = decide([former]);
    expect(sent(decision)[0]).toContain('PUT /hosts/7/fenceagents/9 {"type":"drac5"');
    expect(decision.undo).toMatchObject({ call: { params: { removed: false, username: 'fence' } } });
  });

  const other = { ...AGENT, id: '8', type: 'apc', address: '172.20.33.90', order: 3 };

  it('comes behind the other agents of the host, which stay', () => {
    expect(sent(decide([other]))).toEqual([expect.stringMatching(/^POST \/hosts\/7\/fenceagents .*"order":4,/)]);
    expect(sent(decide([other, { ...AGENT, username: 'fence' }]))).toEqual([
      expect.stringMatching(/^PUT \/hosts\/7\/fenceagents\/9 .*"order":1,/),
    ]);
  });

  it('among several is done only when the controller itself has told the power, because the engine tells not who did', () => {
    const both = [AGENT, other];
    const well = decide(both, { power: 'on' }, undefined, { from: 'host2', power: { power: 'on' } });
    expect(well).toMatchObject({
      state: 'already',
      evidence: [expect.any(String), expect.any(String), 'the power of host1 is on, says its controller to host2'],
    });
    const silent = { from: 'host2', power: { fault: 'Connection timed out' } };
    const findings = [
      decide(both, { power: 'on' }, undefined, silent),
      decide(both, { power: 'on' }),
      decide(both, { fault: 'no' }, undefined, silent),
    ].map((decision) => [decision.state, decision.findings?.[0]?.what]);
    expect(findings).toEqual([
      [
        'wouldDo',
        'the fence agent of host1 does not work, another one answers the engine: the controller of host1 does not answer host2: Connection timed out',
      ],
      [
        'wouldDo',
        'the engine has several fence agents of host1, and no other host of the inventory is up to ask the controller itself',
      ],
      ['wouldDo', 'the fence agent of host1 does not work: no'],
    ]);
  });

  it('sends the port of the inventory as ipport, and another port is another controller', () => {
    const bmc =
      'bmc: { agent: ipmilan, address: 172.20.33.11, port: 6230, user: root, password: { env: P }, options: { lanplus: 1 } }';
    expect(sent(decide([{ ...AGENT, type: 'ipmilan' }], undefined, bmc))[0]).toMatch(
      /^POST .*"options":\{"option":\[\{"name":"lanplus","value":"1"\},\{"name":"ipport","value":"6230"\}\]\}/,
    );
  });

  it('needs the controller in the inventory', () => {
    expect(() => decide([], undefined, '')).toThrow('the inventory names no management controller (bmc) of host1');
  });
});

describe('resetFenceAgent', () => {
  const { id: _id, order: _order, ...values } = AGENT;
  const decide = (agents: (typeof AGENT)[], removed: boolean) =>
    resetFenceAgent.decide({ host: host(), agents } as never, { ...HOST, ...values, removed }, context());

  it('removes, or gives the former values back; a password that nobody knows cannot be made again', () => {
    expect(decide([AGENT], true).changes).toEqual([{ request: 'DELETE', path: '/hosts/7/fenceagents/9' }]);
    expect(decide([], true).state).toBe('already');
    expect(decide([AGENT], false).state).toBe('already');
    expect(decide([{ ...AGENT, username: 'other' }], false).changes.map(renderRequest)[0]).not.toContain('password');
    expect(decide([], false).findings?.[0]?.what).toContain('its former password is not known');
  });
});

describe('setPowerManagement', () => {
  const power = { enabled: false, kdump_detection: true, automatic_pm_enabled: true };
  const wish = { ...HOST, enabled: true, kdump: true, policyControl: false };

  it('sends the port along, because the engine takes an absent one for its default; undone as it was', () => {
    const decision = setPowerManagement.decide(host({ port: 54322, power_management: power }), wish, context());
    expect(decision.changes.map(renderRequest)).toEqual([
      'PUT /hosts/7 {"port":54322,"power_management":{"enabled":true,"kdump_detection":true,"automatic_pm_enabled":false}}',
    ]);
    const before = { ...HOST, enabled: false, kdump: true, policyControl: true };
    expect(decision.undo?.call).toEqual({ operation: 'setPowerManagement', params: before });
  });

  it('has nothing to do where all three are as wished', () => {
    const set = { enabled: true, kdump_detection: true, automatic_pm_enabled: false };
    expect(setPowerManagement.decide(host({ power_management: set }), wish, context()).state).toBe('already');
  });
});

describe('integrateKdump', () => {
  const decide = (seen: object, ...codes: number[]) =>
    integrateKdump.decide({ seen: host(seen), trace: events(...codes) }, HOST, context());

  it.each([
    [{ status: 'maintenance', kdump_status: 'disabled' }, 'wouldDo'],
    [{ status: 'installing', kdump_status: 'disabled' }, 'underWay'],
    [{ status: 'maintenance', kdump_status: 'enabled' }, 'already'],
    [{ status: 'up', kdump_status: 'disabled' }, 'refused'],
  ])('%j: %s', (seen, state) => {
    expect(decide(seen).state).toBe(state);
  });

  it('fails where the installation did well and the crash kernel still tells nothing, or did not do well', () => {
    const disabled = { status: 'maintenance', kdump_status: 'disabled' };
    expect(decide(disabled, 509, 504).failed?.fix).toContain('crashkernel=auto');
    expect(decide({ ...disabled, status: 'install_failed' }, 509, 505).failed?.what).toContain('installation of host1');
  });
});

describe('tellKdump', () => {
  it.each([
    ['enabled', 'host1 keeps the Kdump integration (fence_kdump_nodes in /etc/kdump.conf)'],
    ['unknown', 'host1 may have the Kdump integration (fence_kdump_nodes in /etc/kdump.conf)'],
    ['disabled', undefined],
  ])('of a host where it is %s: %s', (kdump_status, what) => {
    const { state, leaves } = tellKdump.decide(host({ kdump_status }), HOST, context());
    expect([state, leaves?.what]).toEqual(['already', what]);
  });
});

describe('powerCycleHost', () => {
  const decide = (seen: object, bootId: string | undefined, ...codes: number[]) =>
    powerCycleHost.decide(
      { seen: host(seen), trace: events(...codes), ...(bootId !== undefined && { bootId }) },
      { ...HOST, bootId: 'b1' },
      context(),
    );
  const MAINTENANCE = { status: 'maintenance' };

  it('is asked for once: what was sent is waited for, until another boot answers', () => {
    expect(decide(MAINTENANCE, 'b1').changes.map(renderRequest)).toEqual([
      'POST /hosts/7/fence {"fence_type":"restart"}',
    ]);
    expect(decide(MAINTENANCE, 'b1', 9017)).toMatchObject({ state: 'underWay', changes: [] });
    expect(decide(MAINTENANCE, undefined, 9017).awaits).toBe(
      'host1 is maintenance in the engine, host1 does not answer: event 9017',
    );
    expect(decide({ status: 'reboot' }, 'b2', 9017).state).toBe('underWay');
    expect(decide(MAINTENANCE, 'b2', 9017, 41).state).toBe('already');
    expect(decide(MAINTENANCE, undefined, 9017, 107).failed?.what).toBe('the engine could not switch host1 off and on');
  });

  it('never strikes a host that is in use, or a boot that is not known', () => {
    expect(decide({ status: 'up' }, 'b1').state).toBe('refused');
    const unknown = powerCycleHost.decide(
      { seen: host(MAINTENANCE), trace: events() },
      { ...HOST, bootId: '' },
      context(),
    );
    expect(unknown.findings?.[0]?.what).toBe('which boot of host1 is to end is not known');
  });
});
