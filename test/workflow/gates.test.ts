import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FakeWorld } from './fixtures/fake-world.ts';
import { STANDING } from './fixtures/looking.ts';
import { Rig } from './fixtures/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(() => rig.close());

describe('an offer', () => {
  test('taken: the plan lists both ways, the run takes one', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1' }, 'ways');
      const { waiting } = await run.waitingFor('approval');
      expect(waiting).toMatchObject({ show: { Host: 'host1', 'On a reject': 'the rough way is taken' } });
      expect((await run.plan()).steps.map(({ title, state, unknownUntil }) => [title, state, unknownUntil])).toEqual([
        ['Take the gentle way', 'wouldDo', undefined],
        ['Change alpha gently', 'unknown', 'Take the gentle way'],
        ['Change gamma for good', 'unknown', 'Take the gentle way'],
        ['Change gamma', 'unknown', 'Take the gentle way'],
      ]);
      await run.approve('Ada');
      const { type, report } = await run.end();
      expect(type).toBe('succeeded');
      expect([...world.present]).toEqual(['alpha']);
      expect(report?.steps.map(({ id, state, summary }) => [id, state, summary])).toEqual([
        ['take-the-gentle-way', 'passed', 'taken by Ada'],
        ['change-alpha-gently', 'done', 'alpha made'],
        ['change-gamma-for-good', 'already', 'not needed: the gentle way was chosen'],
        ['change-gamma', 'already', 'not needed: the gentle way was chosen'],
      ]);
    });
  });

  test('declined: nothing is rolled back, the run goes the other way', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1' }, 'ways');
      const { waiting } = await run.waitingFor('approval');
      await run.decide({ ...waiting?.answer, verdict: 'reject', by: 'Ada', note: 'no capacity' });
      const asked = await run.until((status) => status.waiting?.id === 'change-gamma-for-good');
      expect(asked.steps[0]?.summary).toBe('declined by Ada: the rough way is taken (no capacity)');
      await run.decide({ ...asked.waiting?.answer, typed: 'host1', by: 'Ada' });
      expect((await run.end()).type).toBe('succeeded');
      expect([...world.present]).toEqual(['gamma']);
    });
  });
});

describe('an approval that has to be typed', () => {
  test('refuses what is missing or something else, and takes exactly what it asked for', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1' }, 'ways');
      const offered = await run.waitingFor('approval');
      await run.decide({ ...offered.waiting?.answer, verdict: 'reject', by: 'Ada' });
      const { waiting } = await run.until((status) => status.waiting?.id === 'change-gamma-for-good');
      expect(waiting).toMatchObject({ typed: 'host1', show: { 'To be typed': 'host1' } });
      const { typed: _typed, ...untyped } = waiting?.answer ?? {};
      await expect(run.decide({ ...untyped, by: 'Ada' })).rejects.toMatchObject({
        cause: { message: 'Refused: typed: must be "host1", typed by whoever approves; it is missing.' },
      });
      await expect(run.decide({ ...waiting?.answer, by: 'Ada' })).rejects.toMatchObject({
        cause: {
          message: 'Refused: typed: must be "host1", typed by whoever approves; "type it here" is something else.',
        },
      });
      await run.decide({ ...waiting?.answer, typed: 'host1', by: 'Ada' });
      expect((await run.end()).type).toBe('succeeded');
    });
  });

  test('is answered by no standing approval, and rejected without typing', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const taken = await (await start({ host: 'host1', standingApproval: STANDING }, 'ways')).end();
      expect(taken.type).toBe('succeeded');
      expect([...world.present]).toEqual(['alpha']);

      const run = await start({ host: 'host1', standingApproval: STANDING }, 'typed');
      const { waiting } = await run.waitingFor('approval');
      await run.decide({ ...waiting?.answer, verdict: 'reject', typed: undefined, by: 'Ada' });
      expect((await run.end()).type).toBe('rejected');
      expect(world.present.has('gamma')).toBe(false);
    });
  });
});
