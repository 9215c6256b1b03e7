/** Children at the same time: how many, when no more begin, who is asked about which. */
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { worksOf } from '../../cli/runs/work.ts';
import type { Session } from '../../cli/temporal.ts';
import { commandFailed, FakeWorld } from './fixtures/fake-world.ts';
import { familyRig, REPLAYING, YES } from './fixtures/family-rig.ts';

const family = familyRig();

describe('siblings', () => {
  const at = ['host1', 'host2', 'host3', 'host4'];

  test('run at the same time, no more than the limit', async () => {
    const world = new FakeWorld();
    await family(world, async (start) => {
      const first = world.hold('apply alpha@host1');
      const second = world.hold('apply alpha@host2');
      const run = await start({ at, limit: 2, stopAfter: 1, ...YES }, 'siblings');
      await Promise.all([first.reached, second.reached]);
      expect((await run.status()).children).toHaveLength(2);
      first.release();
      second.release();
      expect((await run.end()).type).toBe('succeeded');
      expect([...world.present].sort()).toEqual(at.map((host) => `alpha@${host}`));
    });
  });

  test('are told with what the activity of each last said, by the step that it is for their parent', async () => {
    const world = new FakeWorld();
    await family(world, async (start, { client }) => {
      const first = world.hold('apply alpha@host1');
      const run = await start({ at: ['host1'], limit: 1, stopAfter: 1, ...YES }, 'siblings');
      await first.reached;
      const second = world.hold('apply alpha@host1');
      world.fail('apply alpha@host1', ApplicationFailure.retryable('the engine is away', 'Unreachable'));
      first.release();
      await second.reached;
      const seen = { handle: run.handle, description: await run.handle.describe() };
      expect([...(await worksOf({ client } as Session, seen))]).toEqual([
        ['make-alpha-on-host1', { trouble: { attempt: 2, why: 'the engine is away' } }],
      ]);
      second.release();
      expect((await run.end()).type).toBe('succeeded');
    });
  });

  test('stop after a failure: the ones at work end, no other begins before people have decided', async () => {
    const world = new FakeWorld();
    world.fail('apply alpha@host1', commandFailed('no'));
    await family(world, async (start, rig) => {
      const second = world.hold('apply alpha@host2');
      const run = await start({ at, limit: 2, stopAfter: 1, ...YES }, 'siblings');
      await second.reached;
      const { waiting } = await run.waitingFor('parked');
      expect(waiting?.id).toBe('make-alpha-on-host1/change-alpha');
      second.release();
      const begun = async () => (await run.status()).children?.map(({ endState }) => endState);
      // It waits for an answer, and what it met the others may meet.
      await run.until(({ steps }) => steps.some(({ id, state }) => id === 'make-alpha-on-host2' && state === 'done'));
      expect(await begun()).toEqual([undefined, 'succeeded']);
      await rig.run(`${run.id}.make-alpha-on-host1`).decide({ step: 'change-alpha', verb: 'rollback', by: 'Ada' });
      const parked = await run.until((status) => status.waiting?.id === 'make-alpha-on-host1');
      expect(await begun()).toEqual(['rolledBack', 'succeeded']);
      await run.decide({ ...parked.waiting?.answer, verb: 'retry', by: 'Ada' });
      expect((await run.end()).type).toBe('succeeded');
      expect([...world.present].sort()).toEqual(at.map((host) => `alpha@${host}`));
    });
  });

  test('go on after fewer failures than stop them, even one at a time; people are asked about each behind that', async () => {
    const world = new FakeWorld();
    world.fail('apply alpha@host1', commandFailed('no'));
    world.fail('apply alpha@host3', commandFailed('no'));
    await family(world, async (start, rig) => {
      const run = await start({ at, limit: 1, stopAfter: 2, ...YES }, 'siblings');
      for (const host of ['host1', 'host3']) {
        await run.until(({ waiting }) => waiting?.id === `make-alpha-on-${host}/change-alpha`);
        const child = rig.run(`${run.id}.make-alpha-on-${host}`);
        await child.decide({ step: 'change-alpha', verb: 'rollback', by: 'Ada' });
      }
      const first = await run.until(({ waiting }) => waiting?.id === 'make-alpha-on-host1');
      expect(first.children?.map(({ id, endState }) => [id.slice(run.id.length), endState])).toEqual([
        ['.make-alpha-on-host1', 'rolledBack'],
        ['.make-alpha-on-host2', 'succeeded'],
        ['.make-alpha-on-host3', 'rolledBack'],
      ]);
      await run.decide({ ...first.waiting?.answer, verb: 'retry', by: 'Ada' });
      await run.until(({ waiting }) => waiting?.id === 'make-alpha-on-host3');
      // One failure less: what was stopped has gone on meanwhile.
      expect([...world.present].sort()).toEqual(['alpha@host1', 'alpha@host2', 'alpha@host4']);
      await run.decide({ step: 'make-alpha-on-host3', verb: 'skip', reason: 'it is broken', by: 'Ada' });
      expect((await run.end()).type).toBe('succeeded');
    });
  });

  test('are asked for one by one, and taken back together', async () => {
    const world = new FakeWorld();
    await family(
      world,
      async (start) => {
        const run = await start({ at: at.slice(0, 2), limit: 2, stopAfter: 1, asks: true }, 'siblings');
        const { children } = await run.until(
          (status) => status.children?.filter(({ waiting }) => waiting !== undefined).length === 2,
        );
        expect(children?.map(({ waiting }) => waiting?.id)).toEqual(['change-alpha', 'change-alpha']);
        const first = await run.status();
        expect(first.waiting?.id).toMatch(/^make-alpha-on-host[12]\/change-alpha$/);
        const typed = first.waiting?.typed;
        expect(await run.decide({ ...first.waiting?.answer, typed, by: 'Ada' })).toContain('approve by Ada');
        const second = await run.until(({ waiting }) => waiting !== undefined && waiting.id !== first.waiting?.id);
        await run.until(({ steps }) => steps.filter(({ state }) => state === 'done').length === 2);
        await run.decide({ ...second.waiting?.answer, verdict: 'reject', typed: undefined, by: 'Ada' });
        expect((await run.end()).type).toBe('rejected');
        expect([...world.present]).toEqual([]);
      },
      REPLAYING,
    );
  });
});
