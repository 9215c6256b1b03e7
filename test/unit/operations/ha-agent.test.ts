import { describe, expect, it } from 'vitest';
import { parseAgentLog } from '../../../activities/hosted-engine/ha/agent-log.ts';
import {
  type AgentState,
  describeAgent,
  parseLastFailure,
  parseSample,
  parseSymptoms,
} from '../../../activities/hosted-engine/ha/agent-state.ts';
import { checkHaAgent } from '../../../activities/hosted-engine/ha/check-agent.ts';
import { recoverHaAgent } from '../../../activities/hosted-engine/ha/recover-agent.ts';
import { startEngineVm } from '../../../activities/hosted-engine/ha/start-engine-vm.ts';
import { startHaFoundation } from '../../../activities/hosted-engine/ha/start-foundation.ts';
import { away, block, context, down, on, sight } from './ha-hosts.ts';

/** From the article, section 4.3. */
const JOURNAL = `Jun 29 14:34:44 host1 journal: ovirt-ha-agent ovirt_hosted_engine_ha.agent.hosted_engine.HostedEngine ERROR Failed to start necessary monitors
Jun 29 14:34:44 host1 journal: ovirt-ha-agent ovirt_hosted_engine_ha.agent.agent.Agent ERROR Traceback (most recent call last):#012  File "/usr/lib/python2.7/site-packages/ovirt_hosted_engine_ha/lib/brokerlink.py", line 86, in start_monitor#012    ).format(t=type, o=options, e=e)#012RequestError: brokerlink - failed to start monitor via ovirt-ha-broker: [Errno 2] No such file or directory, [monitor: 'ping', options: {'addr': '172.20.32.32'}]
Jun 29 14:34:44 host1 journal: ovirt-ha-agent ovirt_hosted_engine_ha.agent.agent.Agent ERROR Trying to restart agent
`;
const running = { pid: 1178, words: 'active/running' };
const waiting = { pid: 0, words: 'activating/auto-restart' };
const steady: AgentState = { sight: sight(), samples: [running, running], symptoms: [], seconds: 15 };
const crashing: AgentState = {
  sight: sight({ status: null, socket: false, vmConf: false, units: { 'ovirt-ha-broker': down('failed/failed') } }),
  samples: [running, waiting],
  symptoms: parseSymptoms(JOURNAL),
  seconds: 15,
  lastFailure: 'status 157',
};
const recover = (state: AgentState) => recoverHaAgent.decide(state, { host: 'host1' }, context);
const commands = (decision: { changes: readonly { argv: readonly string[] }[] }) =>
  decision.changes.map(({ argv }) => argv.join(' '));

describe('what an agent shows', () => {
  it('is read from the journal as the article has it, and with a refused connection', () => {
    expect(parseSymptoms(JOURNAL)).toEqual([
      'Failed to start necessary monitors',
      'failed to start monitor via ovirt-ha-broker: [Errno 2] No such file or directory',
    ]);
    expect(parseSymptoms('x failed to start monitor via ovirt-ha-broker: [Errno 111] Connection refused, [')).toEqual([
      'failed to start monitor via ovirt-ha-broker: [Errno 111] Connection refused',
    ]);
    expect(parseSymptoms('Started oVirt Hosted Engine High Availability Monitoring Agent.')).toEqual([]);
  });

  it('is read from systemctl, whatever the order', () => {
    expect(parseSample('MainPID=0\nActiveState=activating\nSubState=auto-restart\n')).toEqual(waiting);
  });

  it.each([
    ['status 157', 'ovirt-ha-agent.service: main process exited, code=exited, status=157/n/a\n'],
    ['signal KILL', 'ovirt-ha-agent.service: Main process exited, code=killed, status=9/KILL\n'],
    [undefined, 'Stopped oVirt Hosted Engine High Availability Monitoring Agent.\n'],
  ])('ended by %s, says systemd in the journal', (failure, line) => {
    expect(parseLastFailure(line)).toBe(failure);
  });

  it('ended as the newest line says', () => {
    const line = (status: string) => `ovirt-ha-agent.service: main process exited, code=exited, status=${status}/n/a\n`;
    expect(parseLastFailure(`${line('158')}Started it.\n${line('157')}Started it.\n`)).toBe('status 157');
  });

  const stopped = { pid: 0, words: 'inactive/dead' };
  const next = { ...running, pid: 1201 };
  const gaveUp = { lastFailure: 'status 157' };
  it.each<[string, AgentState['samples'], Partial<AgentState>, string]>([
    ['one that publishes', [running, running], {}, 'runs steadily and publishes: state EngineUp, score 3400'],
    ['running, then waiting', [running, waiting], gaveUp, 'ends and is restarted over and over (status 157)'],
    ['waiting, then running', [waiting, running], gaveUp, 'ends and is restarted over and over (status 157)'],
    ['running in two attempts', [running, next], gaveUp, 'ends and is restarted over and over (status 157)'],
    ['waiting, its journal lost', [running, waiting], {}, 'ends and is restarted over and over'],
    ['restarted by somebody', [running, next], {}, 'was started anew between two looks'],
    ['started by somebody, after a failure', [stopped, running], gaveUp, 'was started anew between two looks'],
    ['stopped', [stopped, stopped], gaveUp, 'is inactive/dead, and systemd does not try to start it'],
  ])('is described: %s', (_what, samples, failure, words) => {
    expect(describeAgent('host1', { ...steady, ...failure, samples })).toBe(`the HA agent of host1 ${words}`);
  });

  it('is not steady while its own block is stale', () => {
    const stale = sight({ status: [block(1, { live: false })] });
    expect(describeAgent('host1', { ...steady, sight: stale })).toBe(
      'the HA agent of host1 runs, but publishes nothing',
    );
  });
});

describe('recoverHaAgent', () => {
  it('does nothing to an agent that lasts and publishes', () => {
    const found = recover(steady);
    expect(found.state).toBe('already');
    // For a plan in which a reboot comes first.
    expect(commands(found)).toHaveLength(3);
  });

  it('connects the storage, then restarts the broker, then the agent', () => {
    expect(commands(recover(crashing))).toEqual([
      'hosted-engine --connect-storage',
      'systemctl restart ovirt-ha-broker',
      'systemctl restart ovirt-ha-agent',
    ]);
  });

  it('leaves a broker alone that serves', () => {
    expect(commands(recover({ ...crashing, sight: sight({ status: null }) }))).toEqual([
      'hosted-engine --connect-storage',
      'systemctl restart ovirt-ha-agent',
    ]);
  });

  it('restarts a broker that is active without its socket', () => {
    expect(commands(recover({ ...crashing, sight: sight({ status: null, socket: false }) }))).toContain(
      'systemctl restart ovirt-ha-broker',
    );
  });
});

describe('checkHaAgent', () => {
  const check = (state: AgentState, host = 'host1') => checkHaAgent.decide(state, { host }, context);

  it('tells the story of a dead broker and lets the recovery begin', () => {
    const { state, evidence, output } = check(crashing);
    expect({ state, output }).toEqual({ state: 'already', output: { steady: false } });
    expect(evidence.slice(0, 4)).toEqual([
      'the HA agent of host1 ends and is restarted over and over (status 157)',
      'journal of ovirt-ha-agent: Failed to start necessary monitors',
      'journal of ovirt-ha-agent: failed to start monitor via ovirt-ha-broker: [Errno 2] No such file or directory',
      '/var/run/ovirt-hosted-engine-ha/broker.socket is missing',
    ]);
  });

  it.each<[string, AgentState, string]>([
    [
      'nothing is deployed',
      { ...crashing, sight: sight({ conf: {} }) },
      'no hosted engine is deployed on host1, so its agent has nothing to do: systemd passes it over without an error',
    ],
    [
      'it is not configured',
      { ...crashing, sight: sight({ conf: { vmid: '2a78', host_id: '1', configured: 'False' } }) },
      'hosted-engine.conf of host1 says configured=False, so the agent ends by itself',
    ],
    [
      'the agent is masked',
      {
        ...crashing,
        sight: sight({ units: { 'ovirt-ha-agent': { ...down('masked'), loaded: false, masked: true } } }),
      },
      'ovirt-ha-agent on host1 is masked, so it cannot be started',
    ],
  ])('refuses where no restart helps: %s', (_what, state, sentence) => {
    expect(check(state).findings?.map(({ what }) => what)).toEqual([sentence]);
  });

  it('refuses a host that is not to run the engine', () => {
    expect(check(steady, 'host9').findings?.[0]?.what).toBe(
      'host9 does not have the role hostedEngine in the inventory',
    );
  });
});

describe('startHaFoundation', () => {
  it('starts what is down, sanlock first, and never restarts', () => {
    const decide = startHaFoundation.decide;
    expect(decide({ sanlock: on, vdsmd: on }, { host: 'host1' }, context).state).toBe('already');
    expect(
      commands(decide({ sanlock: down('failed/failed'), vdsmd: down('inactive/dead') }, { host: 'host1' }, context)),
    ).toEqual(['systemctl start sanlock', 'systemctl start vdsmd']);
  });
});

describe('startEngineVm', () => {
  const nobody = { claims: [], domains: [], unknown: [], globalMaintenance: true };
  const start = (facts: Parameters<typeof startEngineVm.decide>[0]) =>
    startEngineVm.decide(facts, { host: 'host1' }, context);

  it('starts the VM where nobody runs it, and only there', () => {
    expect(commands(start({ place: nobody, vmConf: true }))).toEqual(['hosted-engine --vm-start']);
    expect(start({ place: { ...nobody, domains: ['host2'], runsOn: 'host2' }, vmConf: true })).toMatchObject({
      state: 'already',
    });
    expect(start({ place: { ...nobody, claims: [block(2)], runsOn: 'host2' }, vmConf: true }).state).toBe('already');
    expect(start({ place: { ...nobody, claims: [away(1)].filter(({ vm }) => vm === 'up') }, vmConf: true }).state).toBe(
      'wouldDo',
    );
  });

  it('names its command in a plan made before the agent is back, and does not run it then', () => {
    const decision = start({ place: nobody, vmConf: false });
    expect(decision.state).toBe('refused');
    expect(commands(decision)).toEqual(['hosted-engine --vm-start']);
    expect(decision.findings?.[0]?.what).toBe(
      'the hosted engine configuration has not been retrieved from shared storage on host1',
    );
  });

  it("judges by the tool's own words: a success complains on stderr, a failure on stdout", () => {
    const success =
      "Command VM.getStats with args {'vmID': '2a78'} failed:\n(code=1, message=Virtual machine does not exist: {'vmId': u'2a78'})\nVM in WaitForLaunch\n";
    expect(startEngineVm.judge?.({ code: 0, log: success })).toBeUndefined();
    expect(startEngineVm.judge?.({ code: 1, log: 'VM exists and its status is Powering up\n' })).toBeUndefined();
    expect(startEngineVm.judge?.({ code: 1, log: 'VM failed to launch\n' })).toBe(
      'hosted-engine --vm-start: VM failed to launch',
    );
  });
});

describe("the agent's log", () => {
  const line = (time: string, text: string) =>
    `MainThread::INFO::2019-11-15 ${time},123::hosted_engine::517::ovirt_hosted_engine_ha.agent.hosted_engine.HostedEngine::(_monitoring_loop) ${text}\n`;
  const current = (time: string, state: string) => line(time, `Current state ${state} (score: 3400)`);

  it('tells the penalties of now: the newest of each kind, none of ten minutes ago', () => {
    const newest =
      line('15:40:00', 'Penalizing score by 600 due to mgmt bridge status') +
      line('15:56:39', 'Penalizing score by 1280 due to network status') +
      line('15:57:39', 'Penalizing score by 1600 due to network status') +
      line('15:57:39', 'Penalizing score by 400 due to free memory 2048 being lower than required 16384') +
      current('15:57:49', 'EngineDown');
    expect(parseAgentLog('', newest).penalties).toEqual([
      { points: 1600, reason: 'network status' },
      { points: 400, reason: 'free memory 2048 being lower than required 16384' },
    ]);
  });

  it('tells since when global maintenance is on', () => {
    expect(parseAgentLog(current('14:00:00', 'EngineUp') + current('15:57:39', 'GlobalMaintenance'), '')).toEqual({
      penalties: [],
      globalSince: { at: '2019-11-15 15:57:39', reaches: true },
    });
    expect(parseAgentLog(current('00:00:09', 'GlobalMaintenance'), '').globalSince?.reaches).toBe(false);
    expect(parseAgentLog(current('15:00:00', 'GlobalMaintenance') + current('16:00:00', 'EngineUp'), '')).toEqual({
      penalties: [],
    });
  });
});
