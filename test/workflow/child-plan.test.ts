/** What children would do, planned as one: nothing is touched. */
import { describe, expect, test } from 'vitest';
import { FakeWorld } from './fixtures/fake-world.ts';
import { changes, familyRig, YES } from './fixtures/family-rig.ts';

const family = familyRig();

describe('the plan', () => {
  test("is one: a child's steps under its title; what needs a child that is not done is unknown until then", async () => {
    const world = new FakeWorld();
    await family(world, async (start) => {
      const run = await start({ mode: 'plan' });
      const { report } = await run.end();
      expect(
        report?.plan?.steps.map(({ title, state, commands, unknownUntil }) => [title, state, commands, unknownUntil]),
      ).toEqual([
        ['Make alpha: Look around', 'already', [], undefined],
        ['Make alpha: Change alpha', 'wouldDo', ['make alpha'], undefined],
        ['Make alpha: Verify', 'already', [], undefined],
        ['Make gamma', 'unknown', [], 'Make alpha'],
        ['Set maintenance', 'wouldDo', ['make maintenance'], undefined],
      ]);
      expect(changes(world)).toEqual([]);
      // The plan of a child is no proof of its own.
      expect(world.reports.map(({ runbook }) => runbook)).toEqual(['family']);
      const again = await (await start({ mode: 'plan' })).end();
      expect(again.report?.plan?.hash).toBe(report?.plan?.hash);

      world.present.add('alpha');
      const half = await (await start({ mode: 'plan' })).end();
      expect(half.report?.plan?.steps.map(({ id, state }) => [id, state])).toEqual([
        ['make-alpha/look-around', 'already'],
        ['make-alpha/change-alpha', 'already'],
        ['make-alpha/verify', 'already'],
        ['make-gamma/look-around', 'already'],
        ['make-gamma/change-gamma', 'wouldDo'],
        ['make-gamma/verify', 'already'],
        ['set-maintenance', 'wouldDo'],
      ]);
    });
  });

  test('is refused with what a child refuses, before anything is touched', async () => {
    const world = new FakeWorld();
    world.refused.set('look', [{ what: 'The host sleeps', fix: 'Wake it.' }]);
    await family(world, async (start) => {
      const { type, message } = await (await start(YES)).end();
      expect(type).toBe('failed');
      expect(message).toContain('The host sleeps. Wake it.');
      expect(changes(world)).toEqual([]);
    });
  });
});

describe('a comparison with what runbooks would do', () => {
  test('ends as failed with each difference and the runbook that mends it; nothing is changed', async () => {
    const world = new FakeWorld();
    world.refused.set('look', [{ what: 'The host sleeps', fix: 'Wake it.' }]);
    await family(world, async (start) => {
      const asleep = await (await start({}, 'comparing')).end();
      expect(asleep.type).toBe('failed');
      expect(asleep.report?.plan?.refusals?.map(({ what }) => what)).toEqual([
        'The host sleeps',
        'Make alpha: The host sleeps',
      ]);

      world.refused.clear();
      const missing = await (await start({}, 'comparing')).end();
      expect(missing.report?.plan?.refusals).toEqual([
        {
          what: 'Make alpha: "Change alpha" is still to be done: alpha is missing, it would take make alpha',
          fix: `npx runbook start making --input '{"thing":"alpha"}'`,
        },
      ]);
      expect(missing.report?.plan?.steps.at(-1)).toMatchObject({ title: 'Make gamma', unknownUntil: 'Make alpha' });

      world.present.add('alpha').add('gamma');
      const whole = await (await start({}, 'comparing')).end();
      expect(whole.type).toBe('succeeded');
      expect(whole.report?.steps.map(({ title, state }) => [title, state])).toEqual([
        ['Look around', 'passed'],
        ['Make alpha', 'passed'],
        ['Make gamma', 'passed'],
      ]);
      expect(changes(world)).toEqual([]);
    });
  });
});
