/** Runs that wait for their window, and for the next one of their schedule, on a real server with real schedules. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FakeWorld } from './fixtures/fake-world.ts';
import { changes, states } from './fixtures/looking.ts';
import { Rig } from './fixtures/rig.ts';
import { GAMMA, schedule } from './fixtures/windows.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(async () => rig.close());

describe('a run that is to wait for its window', () => {
  test('plans at once, changes nothing before, goes on by itself', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const opens = new Date(Date.now() + 8000).toISOString();
      const run = await start({ host: 'host1', window: { opens, length: '1h', atEnd: 'rollback' } }, 'windowed');
      const { waiting, phase, steps } = await run.waitingFor('window');
      expect([phase, states(steps)['change-alpha']]).toEqual(['waiting', 'pending']);
      expect(waiting).toMatchObject({
        until: opens,
        title: '"Change alpha" waits for its maintenance window',
        reason: [expect.stringContaining('it opens at ')],
      });
      expect(changes(world)).toEqual([]);
      const { type, report } = await run.end();
      expect(type).toBe('succeeded');
      expect(Date.parse(report?.endedAt ?? '')).toBeGreaterThan(Date.parse(opens));
      expect(report?.decisions).toMatchObject([{ by: 'maintenance window', what: 'goes on: Change alpha' }]);
    });
  });

  test('can be let go on earlier, or cancelled', async () => {
    const window = { opens: new Date(Date.now() + 86_400_000).toISOString(), length: '1h' };
    await rig.with(new FakeWorld(), async (start) => {
      const first = await start({ host: 'host1', window }, 'windowed');
      await first.waitingFor('window');
      await first.decide({ step: 'change-alpha', verb: 'proceed', reason: 'it is urgent', by: 'ann' });
      expect((await first.end()).type).toBe('succeeded');
    });
    await rig.with(new FakeWorld(), async (start) => {
      const second = await start({ host: 'host1', window }, 'windowed');
      await second.waitingFor('window');
      await second.handle.cancel();
      expect((await second.end()).type).toBe('cancelled');
    });
  });

  test('keeps nobody from its host meanwhile, and takes its locks again behind it', async () => {
    const world = new FakeWorld();
    const apart = await rig.apart();
    await apart.with(world, async (start) => {
      const window = { opens: new Date(Date.now() + 86_400_000).toISOString(), length: '1h' };
      const tomorrow = await start({ host: 'host1', standingApproval: { by: 'ann' }, window }, 'guarded');
      await tomorrow.waitingFor('window');
      const today = await start({ host: 'host1' }, 'guarded');
      await today.waitingFor('approval');
      await tomorrow.decide({ step: 'change-alpha', verb: 'proceed', reason: 'it is urgent', by: 'ann' });
      await tomorrow.until(({ waiting }) => waiting?.kind === 'lock');
      await today.approve();
      expect((await today.end()).type).toBe('succeeded');
      expect((await tomorrow.end()).type).toBe('succeeded');
      // The second one found done what the first one was to do.
      expect(changes(world)).toEqual(['apply alpha run', 'apply gamma run']);
    });
  });

  test('is refused at once where its window is none', async () => {
    await rig.with(new FakeWorld(), async (start) => {
      for (const [window, sentence] of [
        [{ length: 'soon' }, /window\.length: must be a duration such as 4h/],
        [{ length: '1h', opens: 'tonight' }, /window\.opens: must be a time with its zone, such as /],
        [{ length: '1h', atEnd: 'stop' }, /window\.atEnd: /],
        [{ length: '1h', timeZone: 'Europe/Zuerich' }, /window\.timeZone: must be a name of the time zone database/],
        [{ long: '1h' }, /window\.long: unknown field\./],
      ] as const) {
        const { type, message } = await (await start({ host: 'host1', window }, 'windowed')).end();
        expect([type, message]).toEqual(['InvalidInput', expect.stringMatching(sentence)]);
      }
    });
  });
});

describe('a run of a schedule', () => {
  test('that continues goes on by itself in the next window, whose own firing is passed over', {
    timeout: 120_000,
  }, async () => {
    const world = new FakeWorld();
    const held = world.hold('apply alpha');
    await rig.with(world, async (_start, taskQueue) => {
      // Gamma fits only in the first 3 s of each window.
      const window = { length: '13s', atEnd: 'continue' };
      const nightly = await schedule(rig, taskQueue, '*/20 * * * * * *', { size: 0, window });
      await held.reached;
      const run = await nightly.run();
      // Alpha takes until there is no room for gamma, and there will be none for long.
      while (Math.floor((Date.now() % 20_000) / 1000) !== 4) await new Promise((resolve) => setTimeout(resolve, 50));
      held.release();
      const { type, report } = await run.end();
      expect(type).toBe('succeeded');
      const gone = report?.decisions.at(-1);
      expect(gone).toMatchObject({ by: 'maintenance window', what: 'goes on: Change gamma' });
      expect(gone?.note).toMatch(/^\w{3} \d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? – \d\d:\d\d(:\d\d)? (CET|CEST)$/);
      const { info } = await nightly.describe();
      expect(info.numActionsSkippedOverlap).toBeGreaterThan(0);
      await nightly.delete();
    });
  });

  test('that parks can be told to wait for the next window, and finds the schedule paused or gone', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (_start, taskQueue) => {
      const yearly = await schedule(rig, taskQueue, '30 2 1 1 *', { window: { length: '30s', timeZone: 'UTC' } });
      await yearly.trigger();
      const run = await yearly.run();
      const first = await run.waitingFor('window');
      expect(first.waiting?.reason?.[1]).toMatch(/within a year has room for 36 s \(they last 30s\)/);

      await run.decide({ ...GAMMA, verb: 'retry', input: { window: { length: '1h', opens: '2020-01-01T00:00:00Z' } } });
      const second = await run.until(({ waiting }) => waiting?.options.includes('postpone') === true);
      expect(second.waiting).toMatchObject({
        answer: { step: 'change-gamma', verb: 'postpone', by: 'your name' },
        show: { 'Next window': expect.stringMatching(/^\w{3} \d{4}-01-01 01:30 – 02:30 UTC$/) },
      });
      await run.decide({ ...GAMMA, verb: 'postpone' });
      const third = await run.until(({ phase }) => phase === 'waiting');
      expect(third.waiting?.until).toMatch(/-01-01T01:30:00.000Z$/);

      await yearly.pause('not this year');
      await run.decide({ ...GAMMA, verb: 'retry' });
      const paused = await run.until(({ phase }) => phase === 'parked');
      expect(paused.waiting?.reason?.[1]).toMatch(/is paused \(not this year\), so there is no next window\.$/);

      await yearly.delete();
      await run.decide({ ...GAMMA, verb: 'retry' });
      const gone = await run.until(({ waiting }) => /is gone/.test(waiting?.reason?.[1] ?? ''));
      expect(gone.phase).toBe('parked');
      await run.decide({ ...GAMMA, verb: 'rollback' });
      expect((await run.end()).type).toBe('rolledBack');
    });
  });
});
