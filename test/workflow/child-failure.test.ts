/** What becomes of a run whose child does not succeed. */
import { describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { commandFailed, FakeWorld } from './fixtures/fake-world.ts';
import { changes, familyRig, knowsAsOwn, YES } from './fixtures/family-rig.ts';

const family = familyRig();

describe('a child that does not succeed', () => {
  test('parks, and is told through its parent to try again', async () => {
    const world = new FakeWorld();
    world.fail('apply alpha', commandFailed('not yet'));
    await family(world, async (start) => {
      const run = await start(YES);
      const asked = await run.waitingFor('parked');
      expect(asked.waiting).toMatchObject({
        id: 'make-alpha/change-alpha',
        title: 'Make alpha: "Change alpha" failed',
        reason: ['not yet', 'not yet'],
      });
      await run.decide({ ...asked.waiting?.answer, verb: 'retry', by: 'Ada' });
      expect((await run.end()).type).toBe('succeeded');
    });
  });

  test('is told through its parent to try again with another input, which it judges itself', async () => {
    const world = new FakeWorld();
    world.fail('apply alpha', commandFailed('too large'));
    await family(world, async (start) => {
      const run = await start(YES);
      const { waiting } = await run.waitingFor('parked');
      const retry = { ...waiting?.answer, verb: 'retry', by: 'Ada' };
      await expect(run.decide({ ...retry, input: { size: 'small' } })).rejects.toMatchObject({
        cause: { message: expect.stringMatching(/^Refused: .*size/) },
      });
      await run.decide({ ...retry, input: { size: 5 } });
      const { type, report } = await run.end();
      expect(type).toBe('succeeded');
      const child = world.reports.find(({ id }) => id === `${run.id}.make-alpha`);
      expect(child?.plan?.steps.map(({ commands }) => commands)).toContainEqual(['make alpha 5']);
      expect(report?.children?.[0]).toMatchObject({ endState: 'succeeded' });
    });
  });

  test('and was rolled back alone leaves its parent parked, which starts it anew or goes on without it', async () => {
    const world = new FakeWorld();
    world.fail('apply alpha', commandFailed('no'));
    world.fail('apply gamma', commandFailed('no'));
    await family(world, async (start, rig) => {
      const run = await start(YES);
      await run.waitingFor('parked');
      const child = rig.run(`${run.id}.make-alpha`);
      const { waiting } = await child.waitingFor('parked');
      await child.decide({ ...waiting?.answer, verb: 'rollback', by: 'Ada' });
      const parked = await run.until((status) => status.waiting?.id === 'make-alpha');
      expect(parked.waiting).toMatchObject({ kind: 'parked', options: ['retry', 'skip', 'rollback', 'abort'] });
      expect(parked.waiting?.reason?.[0]).toBe(
        `its run ${child.id} ended rolledBack: Ada chose to roll back after "Change alpha" failed: no.`,
      );
      await run.decide({ ...parked.waiting?.answer, verb: 'retry', by: 'Ada' });

      const second = await run.until((status) => status.waiting?.id === 'make-gamma/change-gamma');
      expect(second.children?.map(({ id, endState }) => [id.slice(run.id.length), endState])).toEqual([
        ['.make-alpha', 'rolledBack'],
        ['.make-alpha.2', 'succeeded'],
        ['.make-gamma', undefined],
      ]);
      const gamma = rig.run(`${run.id}.make-gamma`);
      await gamma.decide({ step: 'change-gamma', verb: 'abort', by: 'Ada' });
      await run.until((status) => status.waiting?.id === 'make-gamma');
      await run.decide({ step: 'make-gamma', verb: 'skip', reason: 'not needed tonight', by: 'Ada' });
      const { type, report } = await run.end();
      expect(type).toBe('succeeded');
      // What the child says it left is not forgotten with it.
      expect(report?.remains).toEqual([{ what: '"Change gamma" is still in effect', byHand: 'unmake gamma' }]);
      expect(report?.steps.find(({ id }) => id === 'make-gamma')?.state).toBe('skipped');
    });
  });

  test('and is started anew is taken back with what each of both starts has made', async () => {
    const world = new FakeWorld();
    world.fail('apply alpha', commandFailed('no'));
    world.fail('apply maintenance', commandFailed('no'));
    await family(world, async (start, rig) => {
      const run = await start(YES);
      await run.waitingFor('parked');
      await rig.run(`${run.id}.make-alpha`).decide({ step: 'change-alpha', verb: 'abort', by: 'Ada' });
      await run.until((status) => status.waiting?.id === 'make-alpha');
      await run.decide({ step: 'make-alpha', verb: 'retry', by: 'Ada' });
      await run.until((status) => status.waiting?.id === 'set-maintenance');
      await run.decide({ step: 'set-maintenance', verb: 'rollback', by: 'Ada' });
      expect((await run.end()).type).toBe('rolledBack');
      expect([...world.present]).toEqual([]);
      expect(knowsAsOwn(world, 'alpha')).toBe(true);
    });
  });

  test('takes its parent back with it, when that was said to the parent', async () => {
    const world = new FakeWorld();
    world.fail('apply gamma', commandFailed('no'));
    await family(world, async (start) => {
      const run = await start(YES);
      const { waiting } = await run.waitingFor('parked');
      expect(waiting?.id).toBe('make-gamma/change-gamma');
      await run.decide({ ...waiting?.answer, verb: 'rollback', by: 'Ada' });
      const { type, report } = await run.end();
      expect(type).toBe('rolledBack');
      expect(report?.reason).toContain('Ada decided so about "Make gamma"');
      expect([...world.present]).toEqual([]);
      expect(changes(world).at(-1)).toBe('apply undo-alpha undo');
    });
  });

  test('leaves all as it is, when its parent is told to abort: the undos of both stay listed', async () => {
    const world = new FakeWorld();
    world.fail('apply gamma', commandFailed('no'));
    await family(world, async (start) => {
      const run = await start(YES);
      const first = await run.waitingFor('parked');
      await run.decide({ ...first.waiting?.answer, verb: 'abort', by: 'Ada' });
      const { type, report } = await run.end();
      expect(type).toBe('aborted');
      expect(report?.remains).toEqual([
        { what: '"Make gamma: Change gamma" is still in effect', byHand: 'unmake gamma' },
        { what: '"Make alpha: Change alpha" is still in effect', byHand: 'unmake alpha' },
      ]);
      expect([...world.present]).toEqual(['alpha']);
    });
  });

  test('by a no in an approval rejects the whole, when that was said to the parent', async () => {
    const world = new FakeWorld();
    await family(world, async (start) => {
      const run = await start({ asks: true });
      const { waiting } = await run.waitingFor('approval');
      await run.decide({ ...waiting?.answer, verdict: 'reject', by: 'Ada', note: 'not today' });
      expect((await run.end()).type).toBe('rejected');
      expect([...world.present]).toEqual([]);
    });
  });

  test('because it was terminated: its parent knows what it had begun, and can take it back', async () => {
    const world = new FakeWorld();
    await family(world, async (start, rig) => {
      const held = world.hold('apply alpha');
      const run = await start(YES);
      await held.reached;
      const child = rig.run(`${run.id}.make-alpha`);
      await child.handle.terminate('by mistake');
      const { waiting } = await run.waitingFor('parked');
      expect(waiting?.id).toBe('make-alpha');
      // What the dead run had sent lives on.
      held.release();
      await until(() => world.present.has('alpha'));
      await run.decide({ ...waiting?.answer, verb: 'rollback', by: 'Ada' });
      expect((await run.end()).type).toBe('rolledBack');
      expect([...world.present]).toEqual([]);
    });
  });
});
