/** A run with runs as its children: planned as one, asked through one, undone as one. */
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeIds, correlationId } from '../../activities/runtime/correlation-id.ts';
import { worksOf } from '../../cli/runs/work.ts';
import type { Session } from '../../cli/temporal.ts';
import type { RunHandle } from '../support/run.ts';
import { until } from '../support/until.ts';
import { commandFailed, FakeWorld } from './fixtures/fake-world.ts';
import { Rig } from './fixtures/rig.ts';

let bundled: Rig;
beforeAll(async () => {
  bundled = await Rig.open();
});
afterAll(() => bundled.close());

const YES = { standingApproval: { by: 'night shift' } };
type Start = (input?: object, type?: string) => Promise<RunHandle>;

/** Locks of its own for each test. */
async function family(
  world: FakeWorld,
  body: (start: Start, rig: Rig) => Promise<void>,
  options: Parameters<Rig['with']>[2] = {},
): Promise<void> {
  const rig = await bundled.apart();
  await rig.with(world, (start) => body((input = {}, type = 'family') => start(input, type), rig), options);
}

/** No workflow is kept in memory: each answer replays the whole history of parent and child. */
const REPLAYING = { maxCachedWorkflows: 0 };

/** By the ids under which the undo looks for what the run itself has made. */
function knowsAsOwn({ refs }: FakeWorld, thing: string): boolean {
  const [made, undone] = [refs.get(`apply ${thing} run`), refs.get(`apply undo-${thing} undo`)];
  return made !== undefined && undone !== undefined && changeIds(undone).includes(correlationId(made));
}

const changes = ({ calls }: FakeWorld) => calls.filter((call) => call.startsWith('apply'));

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

describe('children in order', () => {
  test('work under the locks of their parent, and are told as one: status, record, report', async () => {
    const world = new FakeWorld();
    await family(world, async (start) => {
      const run = await start(YES);
      const { type, report } = await run.end();
      expect(type).toBe('succeeded');
      expect(changes(world)).toEqual(['apply alpha run', 'apply gamma run', 'apply maintenance run']);
      expect(report?.steps.map(({ id, state, commands }) => [id, state, commands])).toEqual([
        ['make-alpha', 'done', undefined],
        ['make-alpha/look-around', 'passed', undefined],
        ['make-alpha/change-alpha', 'done', ['make alpha']],
        ['make-alpha/verify', 'passed', undefined],
        ['make-gamma', 'done', undefined],
        ['make-gamma/look-around', 'passed', undefined],
        ['make-gamma/change-gamma', 'done', ['make gamma']],
        ['make-gamma/verify', 'passed', undefined],
        ['set-maintenance', 'done', ['make maintenance']],
      ]);
      const children = [
        { id: `${run.id}.make-alpha`, runbook: 'making', phase: 'ended', endState: 'succeeded' },
        { id: `${run.id}.make-gamma`, runbook: 'making', phase: 'ended', endState: 'succeeded' },
      ];
      expect(report?.children).toEqual(children);
      expect((await run.record()).children).toEqual(children);
      expect(report?.remains).toEqual([]);

      const again = await (await start(YES)).end();
      expect(again.type).toBe('succeeded');
      expect(again.report?.steps.filter(({ state }) => state === 'done')).toEqual([]);
      expect(changes(world)).toHaveLength(3);
    });
  });

  test('ask through their parent, which passes on what is answered there', async () => {
    const world = new FakeWorld();
    await family(
      world,
      async (start) => {
        const run = await start({ asks: true });
        const { waiting, phase, children } = await run.waitingFor('approval');
        expect(phase).toBe('waiting');
        expect(waiting).toMatchObject({
          id: 'make-gamma/change-gamma',
          title: 'Make gamma: Change gamma',
          child: `${run.id}.make-gamma`,
          show: { Thing: 'gamma' },
        });
        expect(children?.[1]).toMatchObject({ phase: 'waiting', waiting: { id: 'change-gamma' } });
        expect((await run.record()).waiting?.id).toBe('make-gamma/change-gamma');
        await expect(run.decide({ ...waiting?.answer, plan: '00000000', by: 'Ada' })).rejects.toMatchObject({
          cause: {
            message: `Refused: plan: 00000000 is not the plan that waits for approval; that is ${waiting?.planHash}.`,
          },
        });
        await expect(run.decide({ ...waiting?.answer, approval: 'change-gamma', by: 'Ada' })).rejects.toMatchObject({
          cause: { message: expect.stringContaining('it waits for approval make-gamma/change-gamma') },
        });
        expect(await run.decide({ ...waiting?.answer, by: 'Ada' })).toBe(
          'Recorded: approve by Ada for "Make gamma: Change gamma".',
        );
        const { type, report } = await run.end();
        expect(type).toBe('succeeded');
        expect(report?.decisions.map(({ by, what }) => [by, what])).toEqual([
          ['Ada', 'Make gamma: approved: Change gamma'],
        ]);
      },
      REPLAYING,
    );
  });

  test('are cancelled with their parent: the newest step is taken back first, whosever it is', async () => {
    const world = new FakeWorld();
    await family(
      world,
      async (start) => {
        const held = world.hold('apply gamma');
        const run = await start(YES);
        await held.reached;
        await run.handle.cancel();
        held.release();
        expect((await run.end()).type).toBe('cancelled');
        expect(changes(world)).toEqual([
          'apply alpha run',
          'apply gamma run',
          'apply undo-gamma undo',
          'apply undo-alpha undo',
        ]);
        expect([...world.present]).toEqual([]);
        const [report] = world.reports.filter(({ runbook }) => runbook === 'family');
        expect(report?.steps.find(({ id }) => id === 'make-alpha/change-alpha')?.state).toBe('undone');
        expect(report?.remains).toEqual([]);
      },
      REPLAYING,
    );
  });

  test('a rollback in the parent takes back what children did that have ended', async () => {
    const world = new FakeWorld();
    world.fail('apply maintenance', commandFailed('no'));
    await family(world, async (start) => {
      const run = await start(YES);
      const { waiting } = await run.waitingFor('parked');
      await run.decide({ ...waiting?.answer, verb: 'rollback', by: 'Ada' });
      expect((await run.end()).type).toBe('rolledBack');
      expect(changes(world).slice(3)).toEqual(['apply undo-gamma undo', 'apply undo-alpha undo']);
      expect([...world.present]).toEqual([]);
      expect(knowsAsOwn(world, 'alpha')).toBe(true);
    });
  });
});

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

test('a parent that is terminated takes its child back: the child undoes what it did, and says so', async () => {
  const world = new FakeWorld();
  await family(world, async (start, rig) => {
    const held = world.hold('apply alpha');
    const run = await start(YES);
    await held.reached;
    const child = rig.run(`${run.id}.make-alpha`);
    await run.handle.terminate('enough');
    held.release();
    expect((await child.end()).type).toBe('cancelled');
    expect([...world.present]).toEqual([]);
    const [report] = world.reports.filter(({ id }) => id === child.id);
    expect(report).toMatchObject({ endState: 'cancelled', remains: [] });
  });
});

test('hold and resume reach the child', async () => {
  const world = new FakeWorld();
  await family(world, async (start) => {
    const held = world.hold('apply alpha');
    const run = await start(YES);
    await held.reached;
    await run.decide({ verb: 'hold', by: 'Ada' });
    held.release();
    const { phase, waiting } = await run.until((status) => status.phase === 'holding');
    expect([phase, waiting?.title]).toEqual(['holding', 'Make alpha: Held by Ada']);
    await run.decide({ verb: 'resume', by: 'Bob' });
    expect((await run.end()).type).toBe('succeeded');
  });
});

test('a maintenance window holds the family before its first change, and who leaves it in the parent leaves it for all', async () => {
  const world = new FakeWorld();
  await family(world, async (start) => {
    const window = { opens: new Date(Date.now() + 86_400_000).toISOString(), length: '1h' };
    const run = await start({ window, ...YES });
    const { waiting } = await run.waitingFor('window');
    expect(waiting).toMatchObject({ id: 'make-alpha/change-alpha', child: `${run.id}.make-alpha` });
    expect(changes(world)).toEqual([]);
    await run.decide({ step: waiting?.id, verb: 'proceed', reason: 'it is urgent', by: 'Ada' });
    const { type, report } = await run.end();
    expect(type).toBe('succeeded');
    expect(report?.decisions.filter(({ by }) => by === 'Ada')).toHaveLength(1);
  });
});

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
        ['make-alpha-on-host1', { trouble: 'attempt 2: the engine is away' }],
      ]);
      second.release();
      expect((await run.end()).type).toBe('succeeded');
    });
  });

  test('stop after a failure: the ones at work end, no other begins before people have decided', async () => {
    const world = new FakeWorld();
    world.fail('apply alpha@host1', commandFailed('no'));
    await family(world, async (start, rig) => {
      const run = await start({ at, limit: 2, stopAfter: 1, ...YES }, 'siblings');
      const id = `${run.id}.make-alpha-on-host1`;
      const { waiting } = await run.waitingFor('parked');
      expect(waiting?.id).toBe('make-alpha-on-host1/change-alpha');
      // While one only waits for an answer, the others go on.
      const child = rig.run(id);
      await child.decide({ step: 'change-alpha', verb: 'rollback', by: 'Ada' });
      const parked = await run.until((status) => status.waiting?.id === 'make-alpha-on-host1');
      const begun = (parked.children ?? []).map(({ endState }) => endState);
      expect(begun).toContain('rolledBack');
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
