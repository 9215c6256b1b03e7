/** The guard at every change: no step begins outside of its maintenance window, on a real server with real schedules. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decideSignal } from '../../workflows/messages.ts';
import { RunHandle } from '../support/run.ts';
import { commandFailed, FakeWorld } from './fixtures/fake-world.ts';
import { Rig } from './fixtures/rig.ts';

let rig: Rig;
const folder = mkdtempSync(join(tmpdir(), 'ovirt-runbooks-window-'));
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await rig.close();
});

const states = (steps: readonly { id: string; state: string }[]) =>
  Object.fromEntries(steps.map(({ id, state }) => [id, state]));
const changes = (world: FakeWorld) => world.calls.filter((call) => call.startsWith('apply'));
const GAMMA = { step: 'change-gamma', by: 'ann' };
const DOES_NOT_FIT =
  /^"Change gamma" needs about 36 s and 10 ms for its undo and does not fit into the maintenance window: it closes at .* UTC, in \d+/;

const EMPTY = 'BEGIN:VCALENDAR\nEND:VCALENDAR\n';
/** Yesterday, today and tomorrow. */
const FREEZE = (): string => {
  const day = (offset: number) =>
    new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
  return `BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:${day(-1)}\nDTEND;VALUE=DATE:${day(2)}\nSUMMARY:Year-end freeze\nEND:VEVENT\nEND:VCALENDAR\n`;
};

function calendar(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function schedule(taskQueue: string, cron: string, input: object) {
  const scheduleId = `window-${randomUUID()}`;
  const handle = await rig.client.schedule.create({
    scheduleId,
    spec: { cronExpressions: [cron], timezone: 'Europe/Zurich' },
    action: {
      type: 'startWorkflow',
      workflowType: 'windowed',
      workflowId: scheduleId,
      taskQueue,
      args: [{ host: 'host1', ...input }],
    },
    policies: { overlap: 'SKIP', catchupWindow: '1 minute', pauseOnFailure: true },
  });
  return Object.assign(handle, {
    /** The first run that it started. */
    run: async () => {
      for (;;) {
        const [first] = (await handle.describe()).info.recentActions;
        if (first) return new RunHandle(rig.client.workflow.getHandle(first.action.workflow.workflowId));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  });
}

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

  test('keeps nobody from its host meanwhile, and takes its locks again behind it', { timeout: 60_000 }, async () => {
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
        [{ long: '1h' }, /Unrecognized key: "long"/],
      ] as const) {
        const { type, message } = await (await start({ host: 'host1', window }, 'windowed')).end();
        expect([type, message]).toEqual(['InvalidInput', expect.stringMatching(sentence)]);
      }
    });
  });
});

describe('a blackout', () => {
  test('closes the window, names itself, and is read again with each look', async () => {
    const blackouts = calendar('freeze.ics', FREEZE());
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', window: { length: '1h', blackouts } }, 'windowed');
      const { waiting } = await run.waitingFor('window');
      expect(waiting?.reason?.[0]).toContain('it is closed for the blackout "Year-end freeze" until ');
      expect(changes(world)).toEqual([]);
      calendar('freeze.ics', EMPTY);
      await run.decide({ step: 'change-alpha', verb: 'retry', by: 'ann' });
      expect((await run.end()).type).toBe('succeeded');
    });
  });

  test('calendar that cannot be read or understood keeps the window closed', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', window: { length: '1h', blackouts: 'absent.ics' } }, 'windowed');
      const { waiting } = await run.waitingFor('window');
      expect(waiting?.reason?.[0]).toContain('its blackouts absent.ics cannot be told: ENOENT');
      const blackouts = calendar('broken.ics', 'no calendar');
      await run.decide({ step: 'change-alpha', verb: 'retry', input: { window: { blackouts } }, by: 'ann' });
      const again = await run.until(({ waiting: now }) => now !== undefined && now.since !== waiting?.since);
      expect(again.waiting?.reason?.[0]).toContain('it is no iCalendar file');
      expect(changes(world)).toEqual([]);
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
      const nightly = await schedule(taskQueue, '*/20 * * * * * *', { size: 0, window });
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

  test('that parks can be told to wait for the next window, and finds the schedule paused or gone', {
    timeout: 60_000,
  }, async () => {
    const world = new FakeWorld();
    await rig.with(world, async (_start, taskQueue) => {
      const yearly = await schedule(taskQueue, '30 2 1 1 *', { window: { length: '30s', timeZone: 'UTC' } });
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

describe('what must not be left', () => {
  const MAINTAIN = 'maintain';

  test('is not taken over where the steps up to its end do not fit together', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      // Each of the three steps takes 600 ms, and so does each undo.
      const run = await start({ host: 'host1', window: { length: '1s' } }, MAINTAIN);
      const { waiting } = await run.waitingFor('window');
      expect(waiting?.reason?.[0]).toMatch(/^"Set maintenance" needs about 2 s and 1 s for its undo/);
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
      const blackouts = calendar('later.ics', EMPTY);
      await rig.with(world, async (start) => {
        const run = await start({ host: 'host1', window: { length: '1h', blackouts } }, 'windowed');
        await again.reached;
        calendar('later.ics', FREEZE());
        again.release();
        await run.waitingFor('window');
        await run.decide({ step: 'change-alpha', verb: 'abort', by: 'ann' });
        expect((await run.end()).report?.remains.map(({ what }) => what)).toEqual(remaining);
      });
    }
  });
});
