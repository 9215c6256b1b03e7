/** What a run brings about for itself only does not outlast it, whatever the way out. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandFailed, FakeWorld } from './fixtures/fake-world.ts';
import { STANDING } from './fixtures/looking.ts';
import { Rig } from './fixtures/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(() => rig.close());

const OWNED = { kind: 'globalMaintenance', target: 'hosted-engine', step: 'Set maintenance' };
const ended = (world: FakeWorld) => world.calls.filter((call) => call.startsWith('apply undo-maintenance'));

describe('an owned state', () => {
  test('is written down before the change, and released by the step that ends it', async () => {
    const world = new FakeWorld();
    const held = world.hold('apply maintenance');
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', standingApproval: STANDING }, 'maintain');
      await held.reached;
      expect((await run.record()).owns).toMatchObject([OWNED]);
      held.release();
      const { type, report } = await run.end();
      expect(type).toBe('succeeded');
      expect(report?.plan?.steps.at(-1)).toMatchObject({ id: 'end-maintenance', unknownUntil: 'Set maintenance' });
      expect(report).not.toHaveProperty('owns');
      expect(await run.record()).not.toHaveProperty('owns');
      expect(ended(world)).toEqual(['apply undo-maintenance run']);
    });
  });

  test('that the procedure does not end is ended after its last step', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const { type, report } = await (
        await start({ host: 'host1', size: 0, standingApproval: STANDING }, 'maintain')
      ).end();
      expect(type).toBe('succeeded');
      expect(world.present).toEqual(new Set(['alpha']));
      expect(ended(world)).toEqual(['apply undo-maintenance undo']);
      expect(report?.steps.find(({ id }) => id === 'set-maintenance')).toMatchObject({ state: 'undone' });
    });
  });

  test('that cannot be ended does not let the run succeed', async () => {
    const world = new FakeWorld();
    world.fail('apply undo-maintenance', commandFailed('it sticks'));
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', size: 0, standingApproval: STANDING }, 'maintain');
      await run.waitingFor('parked');
      await run.decide({ step: 'set-maintenance', verb: 'skip', reason: 'the night is over', by: 'ann' });
      const { type, report } = await run.end();
      expect(type).toBe('partlyRolledBack');
      expect(report?.remains).toHaveLength(1);
      expect((await run.record()).owns).toMatchObject([OWNED]);
      expect(world.present).toEqual(new Set(['alpha', 'maintenance']));
    });
  });

  test('keeps the undo of the first attempt where the second one finds it under way', async () => {
    const world = new FakeWorld();
    world.fail('apply maintenance', commandFailed('no answer'));
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', size: 0, standingApproval: STANDING }, 'maintain');
      await run.waitingFor('parked');
      world.underWay.add('maintenance');
      await run.decide({ step: 'set-maintenance', verb: 'retry', by: 'ann' });
      const { type, message } = await run.end();
      expect(type, message).toBe('succeeded');
      expect(ended(world)).toEqual(['apply undo-maintenance undo']);
    });
  });

  test('that was there before is neither taken over nor ended', async () => {
    const world = new FakeWorld();
    world.present.add('maintenance');
    await rig.with(world, async (start) => {
      const { type, report } = await (await start({ host: 'host1', standingApproval: STANDING }, 'maintain')).end();
      expect(type).toBe('succeeded');
      expect(report?.plan?.steps.map(({ id }) => id)).not.toContain('end-maintenance');
      expect(world.present).toEqual(new Set(['alpha', 'maintenance']));
    });
  });

  test('that somebody else set after the plan is left to them', async () => {
    const world = new FakeWorld();
    const held = world.hold('check maintenance');
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', standingApproval: STANDING }, 'maintain');
      await held.reached;
      const again = world.hold('check maintenance');
      held.release();
      await again.reached;
      world.present.add('maintenance');
      again.release();
      const { type, report } = await run.end();
      expect(type).toBe('succeeded');
      expect(report?.steps.find(({ id }) => id === 'end-maintenance')).toMatchObject({
        state: 'already',
        summary: 'not needed: this run has not brought about that the hosted engine is in global maintenance',
      });
      expect(world.present).toEqual(new Set(['alpha', 'maintenance']));
    });
  });
});

describe('on the way out', () => {
  test.each([
    ['rollback', 'rolledBack', []],
    ['cancel', 'cancelled', []],
    ['reject', 'rejected', []],
    ['reject and keep', 'rejected', ['alpha']],
  ])('%s ends the owned state once', async (way, end, left) => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1' }, 'maintain');
      const { waiting } = await run.waitingFor('approval');
      if (way === 'cancel') await run.handle.cancel();
      else if (way === 'reject') await run.decide({ ...waiting?.answer, verdict: 'reject' });
      else if (way === 'reject and keep') await run.decide({ ...waiting?.answer, verdict: 'reject', keep: true });
      else {
        world.fail('check verify', commandFailed('gamma does not serve'));
        await run.decide(waiting?.answer);
        await run.waitingFor('parked');
        await run.decide({ step: 'verify-gamma', verb: 'rollback', by: 'ann' });
      }
      expect((await run.end()).type).toBe(end);
      expect(world.present).toEqual(new Set(left));
      expect(ended(world)).toEqual(['apply undo-maintenance undo']);
      expect(await run.record()).not.toHaveProperty('owns');
    });
  });

  test('what led to a step that nothing takes back stays with it, is listed, and the owned state is ended', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1' }, 'noReturn');
      await run.waitingFor('approval');
      await run.handle.cancel();
      const { type, report } = await run.end();
      expect(type).toBe('partlyRolledBack');
      expect(world.present).toEqual(new Set(['alpha', 'gamma']));
      expect(ended(world)).toEqual(['apply undo-maintenance undo']);
      expect(report?.remains.slice(0, 2)).toMatchObject([
        { what: '"Change gamma" has been begun, and nothing takes it back', byHand: 'make gamma anew' },
        { what: '"Change alpha" is still in effect' },
      ]);
    });
  });

  test('a state that goes into such a step is named until that is verified, and never ended by the way out', async () => {
    const world = new FakeWorld();
    const held = world.hold('apply gamma');
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', size: 0 }, 'noReturn');
      await held.reached;
      expect((await run.record()).owns).toMatchObject([OWNED]);
      held.release();
      await run.waitingFor('approval');
      expect(await run.record()).not.toHaveProperty('owns');
      await run.handle.cancel();
      const { type, report } = await run.end();
      expect(type).toBe('partlyRolledBack');
      expect(ended(world)).toEqual([]);
      expect(world.present).toEqual(new Set(['maintenance', 'alpha', 'gamma']));
      expect(report?.remains.map(({ what }) => what)).toContain('"Set maintenance" is still in effect');
    });
  });

  test('one that fails half way leaves it, and the report says whose it is', async () => {
    const world = new FakeWorld();
    world.fail('apply gamma', commandFailed('gamma broke'));
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', size: 0 }, 'noReturn');
      await run.waitingFor('parked');
      await run.decide({ step: 'change-gamma', verb: 'rollback', by: 'ann' });
      const { type, report } = await run.end();
      expect(type).toBe('partlyRolledBack');
      expect(ended(world)).toEqual([]);
      expect(report?.remains).toContainEqual({
        what: expect.stringMatching(
          /^the hosted engine is in global maintenance, since .* by "Set maintenance" of run /,
        ),
        byHand: 'unmake maintenance',
      });
      expect((await run.record()).owns).toMatchObject([OWNED]);
    });
  });

  test('where somebody else had set it, such a step is taken all the same', async () => {
    const world = new FakeWorld();
    world.present.add('maintenance');
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', size: 0, standingApproval: STANDING }, 'noReturn');
      expect((await run.end()).type).toBe('succeeded');
      expect(world.present).toEqual(new Set(['maintenance', 'alpha', 'gamma', 'mend']));
    });
  });

  test('abort leaves it, and says since when, whose it is and how to end it', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1' }, 'maintain');
      await run.waitingFor('approval');
      world.fail('check verify', commandFailed('gamma does not serve'));
      await run.approve();
      const { owns } = await run.waitingFor('parked');
      await run.decide({ step: 'verify-gamma', verb: 'abort', by: 'ann' });
      const { type, report } = await run.end();
      expect(type).toBe('aborted');
      expect(report?.remains).toContainEqual({
        what: `the hosted engine is in global maintenance, since ${owns?.[0]?.since}, by "Set maintenance" of run ${run.id}`,
        byHand: 'unmake maintenance',
      });
      expect((await run.record()).owns).toMatchObject([OWNED]);
      expect(world.present).toEqual(new Set(['alpha', 'maintenance']));
    });
  });

  test('a run that fails beside its procedure ends it too', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', size: 1 }, 'maintain');
      await run.waitingFor('approval');
      world.fail('check verify', commandFailed('gamma does not serve'));
      await run.approve();
      await run.waitingFor('parked');
      world.fail('check maintenance', commandFailed('nothing can be planned any more'));
      await run.decide({ step: 'verify-gamma', verb: 'retry', input: { size: 2 }, by: 'ann' });
      const { type, report } = await run.end();
      expect([type, report?.remains.map(({ byHand }) => byHand)]).toEqual(['failed', ['unmake alpha']]);
      expect(world.present).toEqual(new Set(['alpha']));
    });
  });
});
