import { describe, expect, it } from 'vitest';
import { cutHostPower, switchHostOn } from '../../../activities/failover/engine-outage.ts';
import { surveyFailover } from '../../../activities/failover/index.ts';
import { parseTransitions } from '../../../activities/hosted-engine/ha/agent-log.ts';
import { enginePlace } from '../../../activities/hosted-engine/ha/views.ts';
import { switchPower } from '../../../activities/power/controller.ts';
import { renderCommand } from '../../../activities/runtime/render-command.ts';
import { outages } from '../../../activities/watch/standing-states.ts';
import { outage } from '../../../runbooks/owned-states.ts';
import { away, block, host1, host2 } from './ha-hosts.ts';
import { contextOf, inventoryWith } from './site.ts';

const BMC = { agent: 'drac5', address: '172.20.33.11', user: 'root', password: { env: 'BMC' } };
const site = (bmc: object = {}) => {
  const options = { secure: true, cmd_prompt: '>', login_timeout: 30 };
  const hosts = [{ role: 'hostedEngine', bmc: { ...BMC, options, ...bmc } }, { role: 'hostedEngine' }];
  return contextOf(inventoryWith({ hosts }));
};
const context = site();
const params = { host: 'host2', target: 'host1' };

describe('a fence agent that a host runs', () => {
  it('is told everything on its standard input, always with an action; people see what it does, not the secret', async () => {
    const off = switchPower(context, 'host1', 'off');
    expect(renderCommand(off)).toBe('fence_drac5 < (action=off, ipaddr=172.20.33.11, the rest secret)');
    expect(await off.secretStdin?.()).toBe(
      'ipaddr=172.20.33.11\nlogin=root\naction=off\npasswd=secret of the password of the controller of host1\nsecure=1\ncmd_prompt=>\nlogin_timeout=30\n',
    );
  });

  it('is the one that the engine would call, with its names and options', async () => {
    const drac7 = switchPower(site({ agent: 'drac7', options: {} }), 'host1', 'on');
    expect(drac7.argv).toEqual(['fence_ipmilan']);
    expect(await drac7.secretStdin?.()).toContain('\nprivlvl=OPERATOR\nlanplus=1\ndelay=10\n');
    const slot = switchPower(site({ options: { slot: 's1' } }), 'host1', 'on');
    expect(await slot.secretStdin?.()).toContain('\nport=s1\n');
  });

  it('gets no password that would be read as another option', async () => {
    const broken = { ...context, secret: async () => 'a\naction=on' };
    await expect(switchPower(broken, 'host1', 'off').secretStdin?.()).rejects.toThrow(
      'the password of the controller of host1 has a line break, which no fence agent takes',
    );
  });
});

describe('cutHostPower', () => {
  const decide = (facts: object, bootId = 'a') =>
    cutHostPower.decide({ power: { power: 'on' }, bootId: 'a', ...facts } as never, { ...params, bootId }, context);

  it('cuts a boot that runs, and takes it back by switching the host on', () => {
    const { state, undo } = decide({});
    expect([state, undo?.call]).toEqual([
      'wouldDo',
      { operation: 'switchHostOn', params: { ...params, tellEngine: true } },
    ]);
  });

  it.each([
    ['already', { power: { power: 'off' }, bootId: undefined }],
    ['already', { bootId: 'b' }],
    ['refused', { bootId: undefined }],
    ['refused', { power: { fault: 'Unable to connect/login to fencing device' } }],
  ])('is %s, without a second cut, where it sees %j', (state, facts) => {
    expect(decide(facts).state).toBe(state);
  });

  it('believes no outage of a host that goes on with the same boot, and says that it has another power supply', () => {
    const what =
      'the power of host1 is off, says its controller, but host1 goes on with the same boot: it has another power supply, so there was no outage';
    const { state, findings, failed } = decide({ power: { power: 'off' } });
    expect([state, findings?.[0]?.what, failed?.what]).toEqual(['refused', what, what]);
  });

  it('never cuts a boot that nobody has noted', () => {
    expect(decide({}, '').findings?.[0]?.what).toBe('which boot of host1 is to end is not known');
  });
});

describe('switchHostOn', () => {
  const elsewhere = enginePlace([
    host1({ status: [away(1), block(2)], domain: 'absent' }),
    host2({ status: [away(1), block(2)], domain: 'running' }),
  ]);
  const decide = (facts: object, tellEngine = true) =>
    switchHostOn.decide(
      { power: { power: 'on' }, bootId: 'b', place: elsewhere, managed: { status: 'up' }, ...facts } as never,
      { ...params, tellEngine },
      context,
    );

  it('switches on what is off, waits for the boot and the engine, and then tells where the engine runs', () => {
    expect(decide({ power: { power: 'off' }, bootId: undefined }).state).toBe('wouldDo');
    expect(decide({ bootId: undefined }).state).toBe('underWay');
    expect(decide({ managed: 'no engine is healthy' }).state).toBe('underWay');
    expect(decide({ managed: { status: 'non_responsive' } }).state).toBe('underWay');
    expect(decide({})).toMatchObject({
      state: 'already',
      leaves: { what: 'the engine VM runs on host2; before the outage it ran on host1' },
    });
    expect(decide({}, false).leaves).toBeUndefined();
  });
});

describe('surveyFailover of the host of the engine VM', () => {
  const engineVm = { id: 'e', name: 'HostedEngine', status: 'up', host: { id: '1' }, origin: 'managed_hosted_engine' };
  const host = (id: string, more: object = {}) => ({
    id,
    name: `host${id}`,
    inventoryName: `host${id}`,
    address: 'a',
    status: 'up',
    cluster: { id: 'c' },
    vms: id === '1' ? [engineVm] : [],
    power: { power: 'on' },
    ...more,
  });
  const answer = (power: object) => [{ from: 'host2', power }];
  const said = ({ vms = [engineVm] as object[], controller = answer({ power: 'on' }), score = 3400, ...more }) =>
    surveyFailover.decide(
      {
        vms,
        hosts: [host('1'), host('2')],
        ha: [host1({ status: [block(1), away(2, { score })] }), host2({ status: [block(1), away(2, { score })] })],
        luns: [],
        ...('agents' in more && { agents: more.agents }),
        ...('none' in more ? {} : { controller }),
      } as never,
      { engineVm: true, cut: ['engineVm'], ...('host' in more && { host: more.host as string }) },
      context,
    );
  const words = (wish: Parameters<typeof said>[0]) => (said(wish).findings ?? []).map(({ what }) => what);

  it('names who would switch it, by which agent', () => {
    expect(said({}).output?.engineOutage).toEqual({
      host: 'host1',
      others: ['host2'],
      by: 'host2',
      agent: 'drac5 at 172.20.33.11, user root, options secure=1,cmd_prompt=>,login_timeout=30',
      spm: false,
    });
  });

  it('refuses what nobody could end, or what would stay down', () => {
    expect(words({ none: true })).toEqual([
      'the inventory names no management controller (bmc) of host1, so no other host could switch it',
    ]);
    expect(words({ controller: answer({ fault: 'Unable to connect/login to fencing device' }) })).toEqual([
      'the controller of host1 does not answer host2: Unable to connect/login to fencing device',
    ]);
    expect(words({ score: 2400 })).toEqual(['no other host has the full score of 3400: host2 has 2400']);
    expect(words({ vms: [engineVm, { id: 'v', name: 'vm1', status: 'up', host: { id: '1' } }] })).toEqual([
      'VM vm1 runs on host1 too: without the engine nobody would restart it',
    ]);
    const agent = (address: string, order: number) => ({
      type: 'drac5',
      address,
      username: 'root',
      order,
      options: [],
    });
    const [own, behind, other] = [agent('172.20.33.11', 1), agent('172.20.34.11', 2), agent('172.20.34.11', 1)];
    expect(words({ agents: [own, behind] })).toEqual([]);
    expect(words({ agents: [own, other] })).toEqual([
      'the engine switches host1 by several fence agents together, as for a host with two power supplies: beside its controller also drac5 at 172.20.34.11, user root, and one alone would not take its power',
    ]);
    expect(words({ host: 'host2' })).toEqual([
      'the engine VM runs on host1 now, not on host2, whose outage was agreed to',
    ]);
  });
});

it('reads what an HA agent went through, by its own log', () => {
  const line = (time: string, state: string) =>
    `MainThread::INFO::2019-11-15 ${time},123::hosted_engine::517::ovirt_hosted_engine_ha.agent.hosted_engine.HostedEngine::(start_monitoring) Current state ${state} (score: 3400)\n`;
  expect(parseTransitions(`${line('15:57:39', 'EngineDown')}${line('15:57:49', 'EngineStart')}awk: no\n`)).toEqual([
    { at: '2019-11-15 15:57:39', state: 'EngineDown' },
    { at: '2019-11-15 15:57:49', state: 'EngineStart' },
  ]);
});

it('knows the host that a dead run has switched off from one that is silent by itself', () => {
  const owned = { ...outage('host1'), since: '', step: '', byHand: '' };
  const owners = { open: [], closed: [{ id: 'r', runbook: 'checkFailover', owned }] };
  const dark = ['host1', 'host2'].map((host) => ({ host, what: 'silent', fix: 'look' }));
  expect(outages(dark, owners).map(({ owned: state }) => state)).toEqual([outage('host1')]);
});
