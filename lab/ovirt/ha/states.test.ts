import { describe, expect, it } from 'vitest';
import { healthy, judge, notHere, statusJson } from './engine-status.ts';
import { LivenessHistory } from './liveness.ts';
import { score } from './score.ts';
import type { Machine, Orders, Remote, View } from './states.ts';
import { advance, deadline, decide } from './states.ts';

const up = healthy;
const bad = { reason: 'failed liveliness check', health: 'bad', vm: 'up', detail: 'Up' } as const;
const gone = { reason: 'bad vm status', health: 'bad', vm: 'down_unexpected', detail: 'Down' } as const;
const remote = (over: Partial<Remote>): Remote => ({
  hostId: 2,
  hostname: 'host2.test.local',
  score: 3400,
  alive: true,
  engine: notHere,
  ...over,
});
const view = (over: Partial<View>): View => ({
  now: 1000,
  globalMaintenance: false,
  localMaintenance: false,
  local: notHere,
  score: 3400,
  history: 120,
  remotes: [],
  ...over,
});
const orders = (given: string[] = [], ok = true): Orders => ({
  start: async () => given.push('start') > 0 && ok,
  stop: async () => given.push('stop') > 0 && ok,
  forceStop: async () => given.push('forceStop') > 0 && ok,
});
const go = async (state: Machine['state'] | Machine, v: Partial<View>, o = orders()) =>
  (await decide(typeof state === 'string' ? { state } : state, view(v), o)).to;

describe('the state machine of an agent', () => {
  it('begins by looking whether the VM runs here', async () => {
    expect(await go('StartState', {})).toBe('ReinitializeFSM');
    expect(await go('ReinitializeFSM', { local: bad })).toBe('EngineStarting');
    expect(await go('ReinitializeFSM', {})).toBe('EngineDown');
  });

  it('starts the VM only with a minute of history and the best score, ties included', async () => {
    expect(await go('EngineDown', { history: 59 })).toBe('EngineDown');
    expect(await go('EngineDown', { history: 60 })).toBe('EngineStart');
    expect(await go('EngineDown', { remotes: [remote({})] })).toBe('EngineStart');
    expect(await go('EngineDown', { remotes: [remote({ score: 3401 })] })).toBe('EngineDown');
    expect(await go('EngineDown', { remotes: [remote({ score: 9999, alive: false })] })).toBe('EngineStart');
    expect(await go('EngineDown', { remotes: [remote({ engine: up })] })).toBe('EngineDown');
  });

  it('says why, in the words of agent.log', async () => {
    const step = await decide({ state: 'EngineDown' }, view({}), orders());
    expect(step.log).toBe('Engine down and local host has best score (3400), attempting to start engine VM');
    const wait = await decide({ state: 'EngineDown' }, view({ history: 10 }), orders());
    expect(wait.log).toBe('The engine is not running, but we do not have enough data to decide which hosts are alive');
  });

  it('goes to global maintenance from everywhere and stays without giving orders', async () => {
    const given: string[] = [];
    for (const state of ['EngineUp', 'EngineDown', 'EngineStarting', 'EngineStop', 'GlobalMaintenance'] as const) {
      expect(await go(state, { globalMaintenance: true, local: up }, orders(given))).toBe('GlobalMaintenance');
    }
    expect(given).toEqual([]);
    expect(await go('GlobalMaintenance', { local: up })).toBe('ReinitializeFSM');
    expect(await go('GlobalMaintenance', { localMaintenance: true })).toBe('LocalMaintenance');
  });

  it('keeps a running engine VM although local maintenance is set', async () => {
    expect(await go('EngineUp', { local: up, localMaintenance: true })).toBe('EngineUp');
    expect(await go('EngineDown', { localMaintenance: true })).toBe('LocalMaintenance');
    expect(await go('LocalMaintenance', {})).toBe('ReinitializeFSM');
  });

  it('gives a bad engine 300 s, a starting one 600 s, a stopping one 300 s', async () => {
    expect(await go({ state: 'EngineUpBadHealth', timerFrom: 701 }, { local: bad })).toBe('EngineUpBadHealth');
    expect(await go({ state: 'EngineUpBadHealth', timerFrom: 700 }, { local: bad })).toBe('EngineStop');
    expect(await go({ state: 'EngineStarting', timerFrom: 401 }, { local: bad })).toBe('EngineStarting');
    expect(await go({ state: 'EngineStarting', timerFrom: 400 }, { local: bad })).toBe('EngineStop');
    expect(await go({ state: 'EngineStop', timerFrom: 700 }, { local: up })).toBe('EngineForceStop');
    expect(deadline({ state: 'EngineUpBadHealth', timerFrom: 423 })).toBe(723);
  });

  it('treats a VM that went down here as unexpected and waits 560 s with score 0', async () => {
    expect(await go('EngineUp', { local: gone })).toBe('EngineUnexpectedlyDown');
    expect(await go({ state: 'EngineUnexpectedlyDown', timerFrom: 441 }, { local: notHere })).toBe(
      'EngineUnexpectedlyDown',
    );
    expect(await go({ state: 'EngineUnexpectedlyDown', timerFrom: 440 }, { local: notHere })).toBe('EngineDown');
    expect(await go('EngineUp', { local: { ...notHere, vm: 'down_missing' } })).toBe('EngineMaybeAway');
    expect(await go({ state: 'EngineMaybeAway', timerFrom: 960 }, {})).toBe('EngineUnexpectedlyDown');
  });

  it('shuts a healthy VM down for a host that is 800 points better', async () => {
    expect(await go('EngineUp', { local: up, score: 1800, remotes: [remote({ score: 2599 })] })).toBe('EngineUp');
    expect(await go('EngineUp', { local: up, score: 1800, remotes: [remote({ score: 2600 })] })).toBe('EngineStop');
  });

  it('gives the shutdown order once, then waits', async () => {
    const given: string[] = [];
    let machine: Machine = { state: 'EngineStop' };
    for (const now of [1000, 1010, 1020]) {
      const step = await decide(machine, view({ now, local: up }), orders(given));
      machine = advance(machine, step, now);
    }
    expect(given).toEqual(['stop']);
    expect(machine).toEqual({ state: 'EngineStop', timerFrom: 1000 });
  });

  it('judges the VM by what vdsm says and whether the engine answers', () => {
    const base = { vdsmAnswers: true, engineAnswers: true };
    expect(statusJson(judge({ ...base, status: 'Up' }, 'down'))).toBe('{"health": "good", "vm": "up", "detail": "Up"}');
    expect(statusJson(judge({ ...base, status: undefined }, 'down'))).toBe(
      '{"reason": "vm not running on this host", "health": "bad", "vm": "down", "detail": "unknown"}',
    );
    expect(statusJson(judge({ ...base, status: 'Up', engineAnswers: false }, 'up'))).toBe(
      '{"reason": "failed liveliness check", "health": "bad", "vm": "up", "detail": "Up"}',
    );
    expect(statusJson(judge({ ...base, status: 'Down' }, 'up'))).toBe(
      '{"reason": "bad vm status", "health": "bad", "vm": "down_unexpected", "detail": "Down"}',
    );
    // A guest that powers down may still answer: health can be good then.
    expect(judge({ ...base, status: 'Powering down' }, 'up')).toMatchObject({
      health: 'good',
      detail: 'Powering down',
    });
  });
});

describe('the score', () => {
  const fit = {
    networkProbes: 5,
    bridgeUp: true,
    freeMemoryMb: 40000,
    vmMemoryMb: 16384,
    cpuLoad: 0.1,
    failedStarts: 0,
  };
  it('starts at 3400 and loses what is missing', () => {
    expect(score('EngineDown', fit).value).toBe(3400);
    expect(score('EngineDown', { ...fit, networkProbes: 3 }).value).toBe(3400 - 640);
    expect(score('EngineDown', { ...fit, networkProbes: 0 }).value).toBe(1800);
    expect(score('EngineDown', { ...fit, bridgeUp: false }).value).toBe(2800);
    expect(score('EngineDown', { ...fit, cpuLoad: 0.65 }).value).toBe(2900);
    expect(score('EngineDown', { ...fit, failedStarts: 2 }).value).toBe(3300);
    expect(score('EngineDown', { ...fit, failedStarts: 4 }).value).toBe(0);
  });
  it('is 3000 in global maintenance on the host whose memory the VM uses, but not in EngineUp', () => {
    const tight = { ...fit, freeMemoryMb: 10000 };
    expect(score('GlobalMaintenance', tight).value).toBe(3000);
    expect(score('EngineUp', tight).value).toBe(3400);
  });
  it('is 0 where the state says so', () => {
    for (const state of ['LocalMaintenance', 'EngineUnexpectedlyDown', 'ReinitializeFSM', 'AgentStopped'] as const) {
      expect(score(state, fit).value).toBe(0);
    }
  });
});

describe('who is alive', () => {
  it('needs a minute of own history and a timestamp that moved', () => {
    const history = new LivenessHistory();
    for (let at = 0; at < 60; at += 10) {
      expect([...history.alive(at)]).toEqual([]);
      history.record(
        at,
        new Map([
          [1, at],
          [2, 500 + at],
          [3, 77],
        ]),
      );
    }
    history.record(
      60,
      new Map([
        [1, 60],
        [2, 560],
        [3, 77],
      ]),
    );
    expect([...history.alive(60)]).toEqual([1, 2]);
  });
});
