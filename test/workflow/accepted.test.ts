import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
