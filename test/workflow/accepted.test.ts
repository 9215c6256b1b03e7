import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JUDGE_INPUT } from '../../workflows/contract.ts';
import { FakeWorld } from './fixtures/fake-world.ts';
import { Rig } from './fixtures/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(() => rig.close());

describe('what a run is started with', () => {
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
});

describe('an input that is judged without a run', () => {
  const judged = (world: FakeWorld, ...args: [runbook: string, input: unknown]) =>
    rig.with(world, (_start, taskQueue) =>
      rig.client.workflow.execute(JUDGE_INPUT, { taskQueue, workflowId: `judge-${taskQueue}`, args }),
    );

  test('is right when the inventory has what it names', async () => {
    expect(await judged(new FakeWorld(), 'recoverHostedEngineAgent', { host: 'host1' })).toEqual({ problems: [] });
  });

  test.each([
    [{ host: 'host3' }, 'host: the inventory has no host host3; hosts has host1, host2. Did you mean "host1"?'],
    [{ hots: 'host1' }, 'hots: unknown field. Did you mean "host"?'],
  ])('%j is told with each of its problems, and nothing is looked at', async (input, sentence) => {
    const world = new FakeWorld();
    const verdict = await judged(world, 'recoverHostedEngineAgent', input);
    expect(verdict).toEqual({ problems: expect.arrayContaining([expect.stringContaining(sentence)]) });
    expect(world.calls).toEqual([]);
  });

  test('cannot be judged while the inventory cannot be read', async () => {
    const world = new FakeWorld();
    world.fail(
      'load site',
      ApplicationFailure.nonRetryable('datacenter.yaml:8: hosts is missing.', 'InvalidInventory'),
    );
    const verdict = { problems: [], inventory: 'datacenter.yaml:8: hosts is missing.' };
    expect(await judged(world, 'recoverHostedEngineAgent', { host: 'host1' })).toEqual(verdict);
  });
});
