import { describe, expect, it } from 'vitest';
import { parseAgentLog } from '../../../activities/hosted-engine/ha/agent-log.ts';
import type { Owner } from '../../../activities/run/records.ts';
import { stoppedEngineVm, transferState } from '../../../activities/watch/engine-states.ts';
import { findOrphanedStates } from '../../../activities/watch/find-orphaned-states.ts';
import type { StandingState } from '../../../activities/watch/standing-state.ts';
import { maintenance } from '../../../activities/watch/standing-states.ts';
import { GLOBAL_MAINTENANCE } from '../../../runbooks/owned-states.ts';
import { away, block, context, host1, host2 } from './ha-hosts.ts';

const globalOn: StandingState = {
  owned: GLOBAL_MAINTENANCE,
  since: 'since 2019-11-15 15:57:39 (agent.log of host1)',
  hours: 2,
  byHand: 'hosted-engine --set-maintenance --mode=none',
};
const firewallOff: StandingState = {
  owned: { kind: 'disabledFirewall', target: 'host2' },
  byHand: 'systemctl start firewalld, on host2',
};
const owned = { ...GLOBAL_MAINTENANCE, since: '2026-11-23T22:00:00.000Z', step: 'Set maintenance', byHand: 'end it' };
const owner: Owner = { id: 'reboot-host1', runbook: 'rebootHostedEngineHost', owned };
const dead: Owner = { ...owner, ended: 'terminated at 2026-11-23T22:10:00.000Z' };
const none = { open: [], closed: [] };

function decide(
  states: readonly StandingState[],
  owners: readonly { open: readonly Owner[]; closed: readonly Owner[] }[] = [none],
  unseen: readonly string[] = [],
) {
  const sighting = { states, unseen: unseen.map((what) => ({ what, fix: 'look' })) };
  return findOrphanedStates.decide({ ...sighting, owners }, { host: 'host1', tolerateHours: 8 }, context);
}

describe('findOrphanedStates', () => {
  it('is content where nothing stands, and where an open run owns what stands', () => {
    expect(decide([])).toMatchObject({ state: 'already', evidence: ['nothing is left behind'] });
    const found = decide([globalOn], [none, { open: [owner], closed: [dead] }]);
    expect(found.state).toBe('already');
    expect(found.evidence[1]).toBe(
      'the hosted engine is in global maintenance since 2019-11-15 15:57:39 (agent.log of host1): run reboot-host1 (rebootHostedEngineHost) owns it since 2026-11-23T22:00:00.000Z',
    );
  });

  it('names the run that is no more, how it ended, and how its state is ended', () => {
    expect(decide([globalOn], [{ open: [], closed: [dead] }]).findings).toEqual([
      {
        what: 'the hosted engine is in global maintenance since 2019-11-15 15:57:39 (agent.log of host1); "Set maintenance" of run reboot-host1 (rebootHostedEngineHost) brought it about at 2026-11-23T22:00:00.000Z, and that run is no more: terminated at 2026-11-23T22:10:00.000Z',
        fix: 'When nobody needs it any more: end it',
      },
    ]);
  });

  it('tolerates for some hours what a person has set, and no longer; without an age, and for a firewall, not at all', () => {
    const nobody = 'no run has brought it about, so a person or another program has';
    expect(decide([globalOn]).evidence[1]).toContain(`${nobody}; it is a finding after 8 hours`);
    const { hours: _young, ...ageless } = globalOn;
    const found = decide([{ ...globalOn, hours: 9 }, ageless, firewallOff]).findings?.map(({ what }) => what);
    expect(found).toEqual([
      expect.stringContaining(nobody),
      expect.stringContaining(nobody),
      `the firewall of host2 is off; ${nobody}`,
    ]);
  });

  it('does not call sound what it could not look at', () => {
    expect(decide([], [none], ['host2 cannot be asked (no route)']).findings?.[0]?.what).toBe(
      'host2 cannot be asked (no route)',
    );
  });
});

describe('image transfers and the engine VM', () => {
  const paused = transferState({ id: 't', phase: 'paused_system', disk: { id: 'd1' } });
  const working = transferState({ id: 't', phase: 'transferring', image: { id: 'd2' } });

  it('a transfer of a dead run is told in any phase, one of people only when it stands still', () => {
    expect(decide([paused, working]).findings?.map(({ what }) => what)).toEqual([
      'an image transfer to disk d1 is open (paused_system); no run has brought it about, so a person or another program has',
    ]);
    const owned = { kind: 'imageTransfer' as const, target: 'd2', since: 'x', step: 'Open', byHand: 'cancel it' };
    const closed = [{ id: 'upload', runbook: 'uploadIso', owned, ended: 'terminated' }];
    expect(decide([working], [{ open: [], closed }]).findings?.[0]?.what).toContain('that run is no more: terminated');
    expect(decide([working], [{ open: closed, closed: [] }]).state).toBe('already');
  });

  it('the engine VM counts as stopped where nobody runs it and HA may not', () => {
    const nowhere = [away(1), away(2)];
    const down = (more: object) => [
      host1({ status: nowhere, domain: 'absent', ...more }),
      host2({ status: nowhere, ...more }),
    ];
    expect(stoppedEngineVm(down({ globalMaintenance: true }))).toMatchObject([
      { owned: { kind: 'stoppedEngineVm', target: 'hosted-engine' } },
    ]);
    expect(stoppedEngineVm(down({}))).toEqual([]);
    expect(stoppedEngineVm([host1({ globalMaintenance: true }), host2({ globalMaintenance: true })])).toEqual([]);
  });
});

describe('the maintenance that stands', () => {
  const line = (at: string, state: string) =>
    `MainThread::INFO::2019-11-15 ${at},123::hosted_engine::493::ovirt_hosted_engine_ha.agent.hosted_engine.HostedEngine::(_monitoring_loop) Current state ${state} (score: 3400)\n`;

  it('is dated by the agents, on their own clock', () => {
    const log = parseAgentLog(
      line('14:00:00', 'EngineUp') + line('15:57:39', 'GlobalMaintenance'),
      line('18:57:39', 'GlobalMaintenance'),
    );
    expect(maintenance([host1({ globalMaintenance: true, log }), host2()])).toMatchObject([
      { owned: GLOBAL_MAINTENANCE, since: 'since 2019-11-15 15:57:39 (agent.log of host1)', hours: 3 },
    ]);
    const rotated = parseAgentLog(line('15:57:39', 'LocalMaintenance'), line('18:57:39', 'LocalMaintenance'));
    const [local] = maintenance([host1(), host2({ localMaintenance: true, log: rotated })]);
    expect(local).toMatchObject({
      owned: { kind: 'localMaintenance', target: 'host2' },
      since: 'since before 2019-11-15 15:57:39 (agent.log of host2)',
    });
    expect(local).not.toHaveProperty('hours');
  });

  it('counts by the flag or by what the agent publishes', () => {
    const published = [block(1), away(2, { localMaintenance: true, state: 'LocalMaintenance' })];
    expect(maintenance([host1({ status: published }), host2({ status: published })])).toMatchObject([
      { owned: { kind: 'localMaintenance', target: 'host2' } },
    ]);
    expect(maintenance([host1(), host2()])).toEqual([]);
  });
});
