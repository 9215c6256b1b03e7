import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandFailed, FakeWorld } from './fixtures/fake-world.ts';
import { Rig } from './fixtures/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(() => rig.close());

const STANDING = { by: 'night shift' };
const states = (steps: readonly { id: string; state: string }[]) =>
  Object.fromEntries(steps.map(({ id, state }) => [id, state]));

describe('a run', () => {
  test('plans, waits at the gate, changes and verifies', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1' });
      const { waiting, steps } = await run.waitingFor('approval');
      expect(world.calls.filter((call) => call.startsWith('apply'))).toEqual(['apply alpha run']);
      expect(states(steps)).toMatchObject({
        'look-around': 'passed',
        'change-alpha': 'done',
        'mend-beta': 'already',
        'change-gamma': 'running',
      });
      expect(await run.decide(waiting?.answer)).toBe('Recorded: approve by your name for "Change gamma".');
      const { type, report } = await run.end();
      expect(type).toBe('succeeded');
      expect(states(report?.steps ?? [])).toEqual({
        'look-around': 'passed',
        'change-alpha': 'done',
        'check-beta': 'passed',
        'mend-beta': 'already',
        'change-gamma': 'passed',
        'change-gamma-2': 'done',
        'verify-gamma': 'passed',
      });
      expect(report?.remains).toEqual([]);
      expect(report?.decisions).toMatchObject([{ by: 'your name', what: 'approved: Change gamma' }]);
      expect(world.reports).toHaveLength(1);
    });
  });

  test('finds everything there the second time, and asks nobody', async () => {
    const world = new FakeWorld();
    world.present.add('alpha').add('gamma');
    await rig.with(world, async (start) => {
      const { report } = await (await start({ host: 'host1' })).end();
      expect(report?.endState).toBe('succeeded');
      expect(states(report?.steps ?? [])).toMatchObject({
        'change-alpha': 'already',
        'change-gamma': 'passed',
        'change-gamma-2': 'already',
      });
      expect(world.calls.some((call) => call.startsWith('apply'))).toBe(false);
    });
  });

  test('in mode plan touches nothing and lists what is not known yet', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const { report } = await (await start({ host: 'host1', mode: 'plan' })).end();
      expect(world.calls.every((call) => call.startsWith('check') && call.endsWith('plan'))).toBe(true);
      expect(report?.plan?.hash).toMatch(/^[0-9a-f]{64}$/);
      expect(report?.plan?.steps.map(({ id, state, unknownUntil }) => [id, state, unknownUntil])).toEqual([
        ['look-around', 'already', undefined],
        ['change-alpha', 'wouldDo', undefined],
        ['check-beta', 'unknown', 'Change alpha'],
        ['mend-beta', 'unknown', 'Change alpha'],
        ['change-gamma', 'wouldDo', undefined],
        ['change-gamma-2', 'wouldDo', undefined],
        ['verify-gamma', 'already', undefined],
      ]);
    });
  });

  test('takes the branch that the plan could not know', async () => {
    const world = new FakeWorld();
    world.betaBroken = true;
    await rig.with(world, async (start) => {
      const { report } = await (await start({ host: 'host1', standingApproval: STANDING })).end();
      expect(report?.endState).toBe('succeeded');
      expect(states(report?.steps ?? [])).toMatchObject({ 'mend-beta': 'done' });
      expect(report?.decisions).toMatchObject([{ by: 'night shift', note: 'standing approval' }]);
    });
  });

  test('is refused by its preflight before anything is touched', async () => {
    const world = new FakeWorld();
    world.refused.set('look', [{ what: 'The LUN is in use.', fix: 'Name another LUN.' }]);
    await rig.with(world, async (start) => {
      const { type, message, report } = await (await start({ host: 'host1' })).end();
      expect([type, message]).toEqual(['failed', 'failed: The LUN is in use. Name another LUN. Nothing remains.']);
      expect(report?.plan?.refusals).toHaveLength(1);
      expect(world.calls).toEqual(['check look plan']);
    });
  });

  test('plans around a check that refuses, and parks at it when it is still so', async () => {
    const world = new FakeWorld();
    world.present.add('alpha');
    world.refused.set('beta', [{ what: 'host1 does not answer.', fix: 'Look at its network.' }]);
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', standingApproval: STANDING });
      await run.waitingFor('parked');
      const planned = (await run.plan()).steps.map(({ title, state, unknownUntil }) => [title, state, unknownUntil]);
      expect(planned.slice(2, 4)).toEqual([
        ['Check beta', 'unknown', undefined],
        ['Mend beta', 'unknown', 'Check beta'],
      ]);
      world.refused.delete('beta');
      const { waiting } = await run.status();
      await run.decide({ ...waiting?.answer, by: 'Ada' });
      expect((await run.end()).type).toBe('succeeded');
    });
  });

  test('ends before it looks at anything when the inventory has not what the input names, and says so to who waits', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host3' });
      const sentence = 'host: the inventory has no host host3; hosts has host1, host2. Did you mean "host1"?';
      await expect(run.accepted()).rejects.toMatchObject({ cause: { type: 'InvalidInput', message: sentence } });
      const { type, message, report } = await run.end();
      expect([type, message]).toEqual(['failed', `failed: ${sentence} Nothing remains.`]);
      expect(report?.steps).toEqual([]);
      expect(world.calls).toEqual([]);
    });
  });

  test('says that its input is accepted before its plan is made', async () => {
    const world = new FakeWorld();
    const looking = world.hold('check look');
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', mode: 'plan' });
      await run.accepted();
      expect((await run.status()).phase).toBe('planning');
      looking.release();
      expect((await run.end()).type).toBe('succeeded');
      await expect(run.accepted()).rejects.toMatchObject({ name: 'WorkflowNotFoundError' });
    });
  });

  test('says to who waits that the inventory cannot be read', async () => {
    const world = new FakeWorld();
    world.fail(
      'load site',
      ApplicationFailure.nonRetryable('datacenter.yaml:8: hosts is missing.', 'InvalidInventory'),
    );
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1' });
      const cause = { type: 'InvalidInventory', message: 'datacenter.yaml:8: hosts is missing.' };
      await expect(run.accepted()).rejects.toMatchObject({ cause });
      expect((await run.end()).type).toBe('InvalidInventory');
      expect(await run.status()).toMatchObject({
        phase: 'ended',
        endState: 'failed',
        reason: cause.message,
        steps: [],
      });
    });
  });

  test('refuses to run another plan than the one named', async () => {
    await rig.with(new FakeWorld(), async (start) => {
      const { type, message } = await (await start({ host: 'host1', plan: 'deadbeef' })).end();
      expect(type).toBe('failed');
      expect(message).toMatch(/^failed: The plan is now [0-9a-f]{8}, not deadbeef/);
    });
  });

  test('asks again when a command differs from the approved plan', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1' });
      const { waiting } = await run.waitingFor('approval');
      world.commands.set('gamma', ['make gamma with force']);
      await run.decide(waiting?.answer);
      const again = await run.until((status) => status.waiting?.id === 'change-gamma-2-changed');
      expect(again.waiting?.show).toEqual({ Commands: 'make gamma with force' });
      await run.decide(again.waiting?.answer);
      expect((await run.end()).type).toBe('succeeded');
    });
  });
});

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
