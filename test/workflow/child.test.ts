/** A run with runs as its children: asked through one, held as one, undone as one. */
import { describe, expect, test } from 'vitest';
import { commandFailed, FakeWorld } from './fixtures/fake-world.ts';
import { changes, familyRig, knowsAsOwn, REPLAYING, YES } from './fixtures/family-rig.ts';

const family = familyRig();

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
    expect((await run.status()).heldBy).toBe('Ada');
    await run.until(({ children = [] }) => children.some(({ heldBy }) => heldBy === 'Ada'));
    held.release();
    const { phase, waiting } = await run.until((status) => status.phase === 'holding');
    expect([phase, waiting?.title]).toEqual(['holding', 'Make alpha: Held by Ada']);
    await run.decide({ verb: 'resume', by: 'Bob' });
    expect((await run.end()).type).toBe('succeeded');
  });
});

test('a hold that is taken back before the child has come to its boundary stops nothing', async () => {
  const world = new FakeWorld();
  await family(world, async (start) => {
    const held = world.hold('apply alpha');
    const run = await start(YES);
    await held.reached;
    await run.decide({ verb: 'hold', by: 'Ada' });
    await run.decide({ verb: 'resume', by: 'Ada' });
    held.release();
    const { type, report } = await run.end();
    expect(type).toBe('succeeded');
    expect(report?.refusals ?? []).toEqual([]);
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
