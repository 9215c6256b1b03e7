import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FakeWorld } from './fixtures/fake-world.ts';
import { STANDING, states } from './fixtures/looking.ts';
import { Rig } from './fixtures/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(() => rig.close());

describe('a run', () => {
  test('plans, waits at the gate, changes and verifies', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1' });
      const { waiting, steps } = await run.waitingFor('approval');
      expect(world.calls.filter((call) => call.startsWith('apply'))).toEqual(['apply alpha run']);
      expect(states(steps)).toMatchObject({
        'look-around': 'passed',
        'change-alpha': 'done',
        'mend-beta': 'already',
        'change-gamma': 'running',
      });
      expect(await run.decide(waiting?.answer)).toBe('Recorded: approve by your name for "Change gamma".');
      const { type, report } = await run.end();
      expect(type).toBe('succeeded');
      expect(states(report?.steps ?? [])).toEqual({
        'look-around': 'passed',
        'change-alpha': 'done',
        'check-beta': 'passed',
        'mend-beta': 'already',
        'change-gamma': 'passed',
        'change-gamma-2': 'done',
        'verify-gamma': 'passed',
      });
      expect(report?.remains).toEqual([]);
      expect(report?.decisions).toMatchObject([{ by: 'your name', what: 'approved: Change gamma' }]);
      expect(world.reports).toHaveLength(1);
    });
  });

  test('finds everything there the second time, and asks nobody', async () => {
    const world = new FakeWorld();
    world.present.add('alpha').add('gamma');
    await rig.with(world, async (start) => {
      const { report } = await (await start({ host: 'host1' })).end();
      expect(report?.endState).toBe('succeeded');
      expect(states(report?.steps ?? [])).toMatchObject({
        'change-alpha': 'already',
        'change-gamma': 'passed',
        'change-gamma-2': 'already',
      });
      expect(world.calls.some((call) => call.startsWith('apply'))).toBe(false);
    });
  });

  test('in mode plan touches nothing and lists what is not known yet', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const { report } = await (await start({ host: 'host1', mode: 'plan' })).end();
      expect(world.calls.every((call) => call.startsWith('check') && call.endsWith('plan'))).toBe(true);
      expect(report?.plan?.hash).toMatch(/^[0-9a-f]{64}$/);
      expect(report?.plan?.steps.map(({ id, state, unknownUntil }) => [id, state, unknownUntil])).toEqual([
        ['look-around', 'already', undefined],
        ['change-alpha', 'wouldDo', undefined],
        ['check-beta', 'unknown', 'Change alpha'],
        ['mend-beta', 'unknown', 'Change alpha'],
        ['change-gamma', 'wouldDo', undefined],
        ['change-gamma-2', 'wouldDo', undefined],
        ['verify-gamma', 'already', undefined],
      ]);
    });
  });

  test('takes the branch that the plan could not know', async () => {
    const world = new FakeWorld();
    world.betaBroken = true;
    await rig.with(world, async (start) => {
      const { report } = await (await start({ host: 'host1', standingApproval: STANDING })).end();
      expect(report?.endState).toBe('succeeded');
      expect(states(report?.steps ?? [])).toMatchObject({ 'mend-beta': 'done' });
      expect(report?.decisions).toMatchObject([{ by: 'night shift', note: 'standing approval' }]);
    });
  });

  test('is refused by its preflight before anything is touched', async () => {
    const world = new FakeWorld();
    world.refused.set('look', [{ what: 'The LUN is in use.', fix: 'Name another LUN.' }]);
    await rig.with(world, async (start) => {
      const { type, message, report } = await (await start({ host: 'host1' })).end();
      expect([type, message]).toEqual(['failed', 'failed: The LUN is in use. Name another LUN. Nothing remains.']);
      expect(report?.plan?.refusals).toHaveLength(1);
      expect(world.calls).toEqual(['check look plan']);
    });
  });

  test('plans around a check that refuses, and parks at it when it is still so', async () => {
    const world = new FakeWorld();
    world.present.add('alpha');
    world.refused.set('beta', [{ what: 'host1 does not answer.', fix: 'Look at its network.' }]);
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', standingApproval: STANDING });
      await run.waitingFor('parked');
      const planned = (await run.plan()).steps.map(({ title, state, unknownUntil }) => [title, state, unknownUntil]);
      expect(planned.slice(2, 4)).toEqual([
        ['Check beta', 'unknown', undefined],
        ['Mend beta', 'unknown', 'Check beta'],
      ]);
      world.refused.delete('beta');
      const { waiting } = await run.status();
      await run.decide({ ...waiting?.answer, by: 'Ada' });
      expect((await run.end()).type).toBe('succeeded');
    });
  });

  test('refuses to run another plan than the one named', async () => {
    await rig.with(new FakeWorld(), async (start) => {
      const { type, message } = await (await start({ host: 'host1', plan: 'deadbeef' })).end();
      expect(type).toBe('failed');
      expect(message).toMatch(/^failed: The plan is now [0-9a-f]{8}, not deadbeef/);
    });
  });

  test('asks again when a command differs from the approved plan', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1' });
      const { waiting } = await run.waitingFor('approval');
      world.commands.set('gamma', ['make gamma with force']);
      await run.decide(waiting?.answer);
      const again = await run.until((status) => status.waiting?.id === 'change-gamma-2-changed');
      expect(again.waiting?.show).toEqual({ Commands: 'make gamma with force' });
      await run.decide(again.waiting?.answer);
      expect((await run.end()).type).toBe('succeeded');
    });
  });
});
