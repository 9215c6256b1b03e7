/** A run with runs as its children: planned as one, asked through one, undone as one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunHandle } from '../support/run.ts';
import { commandFailed, FakeWorld } from './fixtures/fake-world.ts';
import { Rig } from './fixtures/rig.ts';

let bundled: Rig;
beforeAll(async () => {
  bundled = await Rig.open();
});
afterAll(() => bundled.close());

const YES = { standingApproval: { by: 'night shift' } };
type Start = (input?: object, type?: string) => Promise<RunHandle>;

/** Locks of its own for each test, and no workflow kept in memory: every answer replays the whole history. */
async function family(world: FakeWorld, body: (start: Start, rig: Rig) => Promise<void>): Promise<void> {
  const rig = await bundled.apart();
  await rig.with(world, (start) => body((input = {}, type = 'family') => start(input, type), rig), {
    maxCachedWorkflows: 0,
  });
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
    await family(world, async (start) => {
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
    });
  });

  test('are cancelled with their parent: the newest step is taken back first, whosever it is', async () => {
    const world = new FakeWorld();
    await family(world, async (start) => {
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
    });
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
    });
  });
});
