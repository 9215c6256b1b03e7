import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandFailed, FakeWorld } from './fixtures/fake-world.ts';
import { STANDING, states } from './fixtures/looking.ts';
import { Rig } from './fixtures/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(() => rig.close());

describe('a failed step', () => {
  test('parks; retry runs it again', async () => {
    const world = new FakeWorld();
    world.fail('apply gamma', commandFailed('gamma broke'));
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', standingApproval: STANDING });
      const { waiting, phase } = await run.waitingFor('parked');
      expect(phase).toBe('parked');
      expect(waiting).toMatchObject({
        id: 'change-gamma-2',
        options: ['retry', 'skip', 'rollback', 'abort'],
        reason: ['gamma broke', 'gamma broke'],
      });
      await run.decide({ step: 'change-gamma-2', verb: 'retry', by: 'ann' });
      const { type, report } = await run.end();
      expect(type).toBe('succeeded');
      expect(report?.steps.find(({ id }) => id === 'change-gamma-2')).toMatchObject({ state: 'done', attempts: 2 });
    });
  });

  test('retries with a changed input: planned and asked anew', async () => {
    const world = new FakeWorld();
    world.fail('apply gamma', commandFailed('too small'));
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', standingApproval: STANDING });
      await run.waitingFor('parked');
      await expect(
        run.decide({ step: 'change-gamma-2', verb: 'retry', input: { size: 'big' }, by: 'ann' }),
      ).rejects.toMatchObject({
        cause: { message: expect.stringContaining('Refused: input: size:') },
      });
      await expect(
        run.decide({ step: 'change-gamma-2', verb: 'retry', input: { host: 'host2' }, by: 'ann' }),
      ).rejects.toMatchObject({
        cause: { message: 'Refused: input.host: cannot change in a run that has begun; start a new one.' },
      });
      await run.decide({ step: 'change-gamma-2', verb: 'retry', input: { size: 7 }, by: 'ann' });
      const { report } = await run.end();
      expect(report?.endState).toBe('succeeded');
      expect(report?.input).toMatchObject({ size: 7 });
      expect(report?.plan?.steps.find(({ id }) => id === 'change-gamma-2')?.commands).toEqual(['make gamma 7']);
    });
  });

  test('skip keeps the reason and goes on', async () => {
    const world = new FakeWorld();
    world.fail('apply alpha', commandFailed('alpha broke'));
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', standingApproval: STANDING });
      await run.waitingFor('parked');
      await expect(run.decide({ step: 'change-alpha', verb: 'skip', by: 'ann' })).rejects.toMatchObject({
        cause: { message: expect.stringContaining('reason: is missing') },
      });
      await run.decide({ step: 'change-alpha', verb: 'skip', reason: 'done by hand', by: 'ann' });
      const { report } = await run.end();
      expect(report?.steps.find(({ id }) => id === 'change-alpha')).toMatchObject({
        state: 'skipped',
        summary: 'skipped by ann: done by hand',
      });
    });
  });

  test('rollback undoes newest first, behind its approval', async () => {
    const world = new FakeWorld();
    world.betaBroken = true;
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1' });
      const { waiting } = await run.waitingFor('approval');
      world.fail('check verify', commandFailed('gamma does not serve'));
      await run.decide(waiting?.answer);
      await run.waitingFor('parked');
      await run.decide({ step: 'verify-gamma', verb: 'rollback', by: 'ann' });
      const undo = await run.until((status) => status.waiting?.id === 'undo-change-gamma-2');
      await run.decide(undo.waiting?.answer);
      const { type, report } = await run.end();
      expect(type).toBe('rolledBack');
      expect(world.present).toEqual(new Set(['mend']));
      expect(world.calls.filter((call) => call.includes('undo-') && call.startsWith('apply'))).toEqual([
        'apply undo-gamma undo',
        'apply undo-alpha undo',
      ]);
      expect(states(report?.steps ?? [])).toMatchObject({ 'change-alpha': 'undone', 'change-gamma-2': 'undone' });
      expect(report?.remains).toEqual([{ what: 'beta stays mended', byHand: 'break it' }]);
    });
  });

  test('what is kept for inspection remains, and the end says so', async () => {
    const world = new FakeWorld();
    world.fail('apply gamma', commandFailed('gamma broke'));
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1' });
      await run.decide((await run.waitingFor('approval')).waiting?.answer);
      await run.waitingFor('parked');
      world.present.add('gamma');
      await run.decide({ step: 'change-gamma-2', verb: 'rollback', by: 'ann' });
      const undo = await run.until((status) => status.waiting?.id === 'undo-change-gamma-2');
      await run.decide({ ...undo.waiting?.answer, verdict: 'reject' });
      const { type, report } = await run.end();
      expect(type).toBe('partlyRolledBack');
      expect(report?.remains).toEqual([{ what: '"Change gamma" is still in effect', byHand: 'unmake gamma' }]);
      expect(world.present).toEqual(new Set(['gamma']));
    });
  });

  test('a failing undo parks too, and is retried', async () => {
    const world = new FakeWorld();
    world.fail('apply gamma', commandFailed('gamma broke'));
    world.fail('apply undo-alpha', commandFailed('alpha sticks'));
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', standingApproval: STANDING });
      await run.waitingFor('parked');
      await run.decide({ step: 'change-gamma-2', verb: 'rollback', by: 'ann' });
      const parked = await run.until((status) => status.waiting?.id === 'change-alpha');
      expect(parked.waiting?.options).toEqual(['retry', 'skip', 'abort']);
      await run.decide({ step: 'change-alpha', verb: 'retry', by: 'ann' });
      expect((await run.end()).type).toBe('rolledBack');
    });
  });

  test('abort leaves all as it is and lists it', async () => {
    const world = new FakeWorld();
    world.fail('apply gamma', commandFailed('gamma broke'));
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', standingApproval: STANDING });
      await run.waitingFor('parked');
      await run.decide({ step: 'change-gamma-2', verb: 'abort', by: 'ann' });
      const { type, report } = await run.end();
      expect(type).toBe('aborted');
      expect(report?.remains.map(({ byHand }) => byHand)).toEqual(['unmake gamma', 'unmake alpha']);
      expect(world.present).toEqual(new Set(['alpha']));
    });
  });

  test.each([
    ['once', 1, 'rejected'],
    ['twice', 2, 'partlyRolledBack'],
  ])(
    'an undo that a restart of the engine ended %s is tried once more before people are asked',
    async (_n, times, end) => {
      const world = new FakeWorld();
      const restarted = () => commandFailed('the engine was started anew', { diagnosis: 'engine-restarted' });
      world.fail('apply undo-alpha', ...Array.from({ length: times }, restarted));
      await rig.with(world, async (start) => {
        const run = await start({ host: 'host1' }, 'maintain');
        const { waiting } = await run.waitingFor('approval');
        await run.decide({ ...waiting?.answer, verdict: 'reject' });
        if (times === 2) {
          await run.waitingFor('parked');
          await run.decide({ step: 'change-alpha', verb: 'skip', reason: 'enough', by: 'ann' });
        }
        expect((await run.end()).type).toBe(end);
        expect(world.calls.filter((call) => call === 'apply undo-alpha undo')).toHaveLength(2);
      });
    },
  );

  test('a known failure is mended once; if that does not help, the run parks', async () => {
    const world = new FakeWorld();
    const known = () => commandFailed('firewalld is required', { diagnosis: 'firewalld' });
    world.fail('apply gamma', known(), known());
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', standingApproval: STANDING });
      const { waiting } = await run.waitingFor('parked');
      expect(world.calls.filter((call) => call === 'apply firewall run')).toHaveLength(1);
      expect(waiting?.show).toHaveProperty('Diagnosis');
      await run.decide({ step: 'change-gamma-2', verb: 'retry', by: 'ann' });
      expect((await run.end()).type).toBe('succeeded');
    });
  });
});
