/** The guard at every change: no step begins outside of its maintenance window. */
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decideSignal } from '../../workflows/messages.ts';
import { commandFailed, FakeWorld } from './fixtures/fake-world.ts';
import { changes, states } from './fixtures/looking.ts';
import { Rig } from './fixtures/rig.ts';
import { Calendars, EMPTY, FREEZE, GAMMA } from './fixtures/windows.ts';

let rig: Rig;
const calendars = new Calendars();
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(async () => {
  calendars.remove();
  await rig.close();
});

const DOES_NOT_FIT =
  /^"Change gamma" needs about 36 s \(declared\) and 10 ms for its undo and does not fit into the maintenance window: it closes at .* UTC, in \d+/;

describe('a step that fits', () => {
  test('runs, and the worker is told until when it may begin', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const before = Date.now();
      const { type, report } = await (await start({ host: 'host1', window: { length: '1h' } }, 'windowed')).end();
      expect([type, report?.decisions]).toEqual(['succeeded', []]);
      const limit = Date.parse(world.limits.get('gamma') ?? '') + 36_010 - 3_600_000;
      expect(limit).toBeGreaterThanOrEqual(before);
      expect(limit).toBeLessThan(Date.now());
    });
  });

  test('needs no room when there is nothing to do', async () => {
    const world = new FakeWorld();
    world.present.add('alpha').add('gamma');
    await rig.with(world, async (start) => {
      const window = { opens: '2020-01-01T00:00:00Z', length: '1h' };
      expect((await (await start({ host: 'host1', window }, 'windowed')).end()).type).toBe('succeeded');
    });
  });
});

describe('a step that does not fit', () => {
  test('is not begun; the run parks and takes no answer but one of those it offers', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', window: { length: '30s' } }, 'windowed');
      const { waiting, phase, steps } = await run.waitingFor('window');
      expect([phase, states(steps)]).toEqual(['parked', { 'change-alpha': 'done', 'change-gamma': 'parked' }]);
      expect(waiting).toMatchObject({
        id: 'change-gamma',
        options: ['proceed', 'retry', 'rollback', 'abort'],
        answer: { step: 'change-gamma', verb: 'proceed', reason: 'why', by: 'your name' },
        reason: [expect.stringMatching(DOES_NOT_FIT), 'No schedule started this run, so it has no other window.'],
      });
      expect(waiting).not.toHaveProperty('until');
      expect((await run.record()).waiting).toEqual(waiting);

      const refused = async (decision: object) =>
        run.decide(decision).catch((error: Error) => (error.cause as Error).message);
      expect(await refused({ ...GAMMA, verb: 'skip', reason: 'x' })).toBe(
        'Refused: verb: skip is not possible here; allowed: proceed, retry, rollback, abort.',
      );
      expect(await refused({ ...GAMMA, verb: 'postpone' })).toMatch(/^Refused: verb: postpone is not possible here/);
      expect(await refused({ ...GAMMA, verb: 'proceed' })).toBe(
        'Refused: reason: is missing; whoever goes on outside of the maintenance window says why.',
      );
      expect(await refused({ step: 'change-alpha', verb: 'proceed', reason: 'x', by: 'ann' })).toBe(
        'Refused: step: the run does not wait for "change-alpha"; it waits for window change-gamma (proceed, retry, rollback, abort).',
      );
      expect(await refused({ ...GAMMA, verb: 'retry', input: { window: { length: 'soon' } } })).toMatch(
        /^Refused: input: window\.length: must be a duration such as 4h/,
      );
      expect(changes(world)).toEqual(['apply alpha run']);

      await run.decide({ ...GAMMA, verb: 'proceed', reason: 'the users are informed' });
      const { type, report } = await run.end();
      expect(type).toBe('succeeded');
      expect(world.limits.get('gamma')).toBeUndefined();
      expect(report?.decisions).toMatchObject([
        { by: 'ann', what: 'proceed: Change gamma', note: 'the users are informed' },
      ]);
    });
  });

  test('an early answer is refused as one by signal too; a doubled one is told who was first', async () => {
    const world = new FakeWorld();
    const held = world.hold('check gamma');
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', window: { length: '30s' } }, 'windowed');
      await held.reached;
      await run.handle.signal(decideSignal, { ...GAMMA, verb: 'proceed', reason: 'x' });
      held.release();
      const { refusals } = await run.waitingFor('window');
      expect(refusals?.[0]).toMatch(/^Refused: step: the run does not wait for "change-gamma"; nothing is asked/);
      await run.handle.signal(decideSignal, { ...GAMMA, verb: 'abort' });
      await run.handle.signal(decideSignal, { ...GAMMA, verb: 'proceed', reason: 'x', by: 'bob' });
      const { type, report } = await run.end();
      expect(type).toBe('aborted');
      expect(report?.reason).toBe('ann chose so when "Change gamma" did not fit into the maintenance window');
      expect(report?.remains.map(({ what }) => what)).toEqual(['"Change alpha" is still in effect']);
    });
  });

  test('gets room by a longer window, with a retry', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', window: { length: '30s' } }, 'windowed');
      await run.waitingFor('window');
      await run.decide({ ...GAMMA, verb: 'retry', input: { window: { length: '2h' } } });
      const { type, report } = await run.end();
      expect([type, changes(world)]).toEqual(['succeeded', ['apply alpha run', 'apply gamma run']]);
      expect(report?.decisions).toMatchObject([{ what: 'retry: Change gamma' }]);
    });
  });

  test('a retry alone looks at the clock again, and asks again', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', window: { length: '30s' } }, 'windowed');
      const { waiting } = await run.waitingFor('window');
      await run.decide({ ...GAMMA, verb: 'retry' });
      const again = await run.until(
        (status) => status.waiting !== undefined && status.waiting.since !== waiting?.since,
      );
      expect(again.waiting?.kind).toBe('window');
      await run.decide({ ...GAMMA, verb: 'rollback' });
      const { type } = await run.end();
      expect([type, world.present.size]).toEqual(['rolledBack', 0]);
    });
  });

  test('with atEnd rollback everything is taken back', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', window: { length: '30s', atEnd: 'rollback' } }, 'windowed');
      const { type, report } = await run.end();
      expect(type).toBe('rolledBack');
      expect(report?.reason).toMatch(DOES_NOT_FIT);
      expect(changes(world)).toEqual(['apply alpha run', 'apply undo-alpha undo']);
    });
  });

  test('a held run stays held when the window has let it go on', async () => {
    await rig.with(new FakeWorld(), async (start) => {
      const run = await start({ host: 'host1', window: { length: '30s' } }, 'windowed');
      await run.waitingFor('window');
      await run.decide({ verb: 'hold', by: 'bob' });
      await run.decide({ ...GAMMA, verb: 'proceed', reason: 'x' });
      await run.until(({ waiting }) => waiting?.kind === 'hold');
      await run.decide({ verb: 'resume', by: 'bob' });
      expect((await run.end()).type).toBe('succeeded');
    });
  });
});

describe('what must not be left', () => {
  const MAINTAIN = 'maintain';

  test('is not taken over where the steps up to its end do not fit together', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      // Each of the three steps takes 600 ms, and so does each undo.
      const run = await start({ host: 'host1', window: { length: '1s' } }, MAINTAIN);
      const { waiting } = await run.waitingFor('window');
      expect(waiting?.reason?.[0]).toMatch(/^"Set maintenance" needs about 2 s \(by default\) and 1 s for its undo/);
      expect(changes(world)).toEqual([]);
      await run.decide({ step: 'set-maintenance', verb: 'abort', by: 'ann' });
      const { report } = await run.end();
      expect(report?.remains).toEqual([]);
    });
  });

  test('is ended although the window has closed meanwhile', async () => {
    const world = new FakeWorld();
    world.fail('apply alpha', commandFailed('alpha broke'));
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', standingApproval: { by: 'ann' }, window: { length: '1h' } }, MAINTAIN);
      await run.waitingFor('parked');
      const window = { opens: '2020-01-01T00:00:00Z' };
      await run.decide({ step: 'change-alpha', verb: 'retry', input: { window }, by: 'ann' });
      expect((await run.end()).type).toBe('succeeded');
      expect(changes(world).slice(-2)).toEqual(['apply alpha run', 'apply undo-maintenance run']);
    });
  });
});

describe('a worker that comes too late', () => {
  const late = (details: object) => ApplicationFailure.nonRetryable('it was over', 'WindowClosed', details);

  test('has changed nothing: the step looks again and asks the window again', async () => {
    const world = new FakeWorld();
    world.fail('apply alpha', late({ nothingBegun: true }));
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', window: { length: '1h' } }, 'windowed');
      const { type, report } = await run.end();
      expect(type).toBe('succeeded');
      expect(changes(world)).toEqual(['apply alpha run', 'apply alpha run', 'apply gamma run']);
      expect(report?.steps.map(({ state, attempts }) => [state, attempts])).toEqual([
        ['done', 1],
        ['done', 1],
      ]);
    });
  });

  test('leaves nothing to take back, unless it may have begun', async () => {
    for (const [details, remaining] of [
      [{ nothingBegun: true }, []],
      [{}, ['"Change alpha" is still in effect']],
    ] as const) {
      const world = new FakeWorld();
      world.fail('apply alpha', late(details));
      const again = world.hold('apply alpha');
      const blackouts = calendars.write('later.ics', EMPTY);
      await rig.with(world, async (start) => {
        const run = await start({ host: 'host1', window: { length: '1h', blackouts } }, 'windowed');
        await again.reached;
        calendars.write('later.ics', FREEZE());
        again.release();
        await run.waitingFor('window');
        await run.decide({ step: 'change-alpha', verb: 'abort', by: 'ann' });
        expect((await run.end()).report?.remains.map(({ what }) => what)).toEqual(remaining);
      });
    }
  });
});

test('how long a step usually takes counts in place of what is declared, once five runs tell', async () => {
  const world = new FakeWorld();
  await rig.with(world, async (start, taskQueue) => {
    const once = async () => {
      world.present.clear();
      expect((await (await start({ host: 'host1', window: { length: '1h' } }, 'windowed')).end()).type).toBe(
        'succeeded',
      );
    };
    const listed = async () =>
      (await rig.client.workflow.count(`TaskQueue = "${taskQueue}" AND ExecutionStatus = "Completed"`)).count;
    for (let run = 1; run <= 4; run += 1) await once();
    await expect.poll(listed, { timeout: 20_000 }).toBe(4);
    world.present.clear();
    const declared = await start({ host: 'host1', window: { length: '30s' } }, 'windowed');
    expect((await declared.waitingFor('window')).waiting?.reason?.[0]).toMatch(DOES_NOT_FIT);
    await declared.decide({ ...GAMMA, verb: 'rollback' });
    await declared.end();

    await once();
    await expect.poll(listed, { timeout: 20_000 }).toBe(5);
    world.present.clear();
    const known = await start({ host: 'host1', window: { length: '30s' } }, 'windowed');
    const { type, report } = await known.end();
    expect(type).toBe('succeeded');
    const gamma = report?.plan?.steps.find(({ id }) => id === 'change-gamma');
    expect(gamma).toMatchObject({
      usual: { runs: 5, ms: expect.any(Number) },
      typicalDuration: expect.stringMatching(/s$/),
    });
    // A window in which not even that has room.
    world.present.clear();
    const over = await start({ host: 'host1', window: { length: '1h', opens: '2020-01-01T00:00:00Z' } }, 'windowed');
    expect((await over.waitingFor('window')).waiting?.reason?.[0]).toMatch(
      /^"Change alpha" needs about \d+ m?s \(usual in \d runs\) and \d+ m?s for its undo/,
    );
    await over.decide({ step: 'change-alpha', verb: 'abort', by: 'ann' });
    await over.end();
  });
});
