import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decideSignal } from '../../workflows/messages.ts';
import type { RunHandle } from '../support/run.ts';
import { FakeWorld } from './fixtures/fake-world.ts';
import { STANDING } from './fixtures/looking.ts';
import { Rig } from './fixtures/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(() => rig.close());

/** What the Temporal UI shows as current details. */
async function details({ handle }: RunHandle): Promise<string> {
  const { currentDetails } = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return currentDetails ?? '';
}

describe('people', () => {
  test('wrong, early, late and doubled answers are refused with a sentence', async () => {
    const world = new FakeWorld();
    const held = world.hold('check look');
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1' });
      await held.reached;
      const refusal = (decision: unknown) =>
        run.decide(decision).then(String, (error) => error.cause.message as string);
      expect(await refusal({ approval: 'change-gamma', plan: '00000000', verdict: 'approve', by: 'ann' })).toBe(
        'Refused: approval: the run does not wait for "change-gamma"; nothing is asked at the moment, the run is planning.',
      );
      await run.handle.signal(decideSignal, {
        approval: 'change-gamma',
        plan: '00000000',
        verdict: 'approve',
        by: 'ann',
      });
      held.release();
      const { waiting, refusals } = await run.waitingFor('approval');
      expect(refusals).toEqual([expect.stringContaining('nothing is asked at the moment')]);
      expect(await refusal('yes')).toContain('an answer is a JSON object');
      expect(await refusal({ ...waiting?.answer, plan: '00000000' })).toContain(
        'is not the plan that waits for approval',
      );
      expect(await refusal({ ...waiting?.answer, verdict: 'aprove' })).toContain('verdict: ');
      expect(await refusal({ ...waiting?.answer, approval: 'gamma' })).toContain(
        'it waits for approval change-gamma (approve, reject)',
      );
      expect(await refusal({ verb: 'resume', by: 'ann' })).toBe('Refused: the run is not held.');
      const last = world.hold('check verify');
      await run.decide(waiting?.answer);
      await last.reached;
      expect(await refusal(waiting?.answer)).toMatch(
        /^Refused: change-gamma has been answered already: approve by your name at /,
      );
      last.release();
      expect((await run.end()).type).toBe('succeeded');
    });
  });

  test('reject rolls back first', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1' });
      const { waiting } = await run.waitingFor('approval');
      await run.decide({ ...waiting?.answer, verdict: 'reject', note: 'not today' });
      const { type, message } = await run.end();
      expect([type, message]).toEqual([
        'rejected',
        'rejected: your name rejected "Change gamma": not today. Nothing remains.',
      ]);
      expect(world.present.size).toBe(0);
    });
  });

  test('hold stops at the next step boundary, resume goes on', async () => {
    const world = new FakeWorld();
    const held = world.hold('apply alpha');
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', standingApproval: STANDING });
      await held.reached;
      await run.decide({ verb: 'hold', by: 'ann' });
      held.release();
      const { phase, waiting } = await run.waitingFor('hold');
      expect([phase, waiting?.title]).toEqual(['holding', 'Held by ann']);
      await run.decide(waiting?.answer);
      expect((await run.end()).type).toBe('succeeded');
    });
  });
});

test('a hold shows before it stops the run: while something is asked, without a worker too', async () => {
  await rig.with(new FakeWorld(), async (start) => {
    const run = await start({ host: 'host1' });
    const { heldBy, waiting } = await run.waitingFor('approval');
    expect(heldBy).toBeUndefined();
    await run.decide({ verb: 'hold', by: 'ann' });
    expect(await run.status()).toMatchObject({ heldBy: 'ann', phase: 'waiting', waiting: { kind: 'approval' } });
    expect(await run.record()).toMatchObject({ heldBy: 'ann', waiting: { kind: 'approval' } });
    expect(await details(run)).toMatch(/Change gamma.*⏸ \*\*Held by ann\*\*: stops before its next step/s);
    await run.decide({ verb: 'resume', by: 'bob' });
    expect((await run.status()).heldBy).toBeUndefined();
    expect((await run.record()).heldBy).toBeUndefined();
    expect(await details(run)).not.toContain('Held');

    await run.decide({ verb: 'hold', by: 'bob' });
    await run.decide({ ...waiting?.answer, by: 'ann' });
    const held = await run.until(({ waiting: now }) => now?.kind === 'hold');
    expect([held.phase, held.waiting?.title]).toEqual(['holding', 'Held by bob']);
    expect(await details(run)).not.toContain('⏸');
    await run.decide(held.waiting?.answer);
    const { type, report } = await run.end();
    expect([type, report?.heldBy]).toEqual(['succeeded', undefined]);
  });
});

describe('cancel', () => {
  test('waits for the running command, then rolls back, and closes as cancelled', async () => {
    const world = new FakeWorld();
    const held = world.hold('apply gamma');
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', standingApproval: STANDING });
      await held.reached;
      await run.handle.cancel();
      await run.until(({ phase }) => phase === 'running');
      expect(world.calls).not.toContain('check undo-gamma undo');
      held.release();
      expect((await run.end()).type).toBe('cancelled');
      expect(world.present.size).toBe(0);
      expect((await run.handle.describe()).status.name).toBe('CANCELLED');
      expect((await run.handle.describe()).memo?.record).toMatchObject({
        phase: 'ended',
        endState: 'cancelled',
        remains: [],
      });
    });
  });

  test('during a look begins nothing more, nor does one during the last step come too late', async () => {
    for (const [place, never] of [
      ['check gamma run', 'apply gamma run'],
      ['check verify run', 'no such call'],
    ] as const) {
      const world = new FakeWorld();
      const held = world.hold(place);
      await rig.with(world, async (start) => {
        const run = await start({ host: 'host1', standingApproval: STANDING });
        await held.reached;
        await run.handle.cancel();
        held.release();
        expect((await run.end()).type).toBe('cancelled');
        expect(world.calls).not.toContain(never);
        expect(world.present.size).toBe(0);
      });
    }
  });

  test('at a gate rolls back at once', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1' });
      await run.waitingFor('approval');
      await run.handle.cancel();
      expect((await run.end()).type).toBe('cancelled');
      expect(world.present.size).toBe(0);
    });
  });
});

describe('bad starts fail at once with the sentence that helps', () => {
  test('a wrong field', async () => {
    await rig.with(new FakeWorld(), async (start) => {
      const { type, message } = await (await start({ hots: 'host1' })).end();
      expect(type).toBe('InvalidInput');
      expect(message).toMatch(
        /^host: is missing.*\. hots: unknown field\. Did you mean "host"\? Known: .*\. Example input for sample: \{"host":"host1"\}/,
      );
    });
  });

  test('a broken inventory', async () => {
    const world = new FakeWorld();
    world.fail('load site', ApplicationFailure.nonRetryable('line 3, engine.url: is missing', 'InvalidInventory'));
    await rig.with(world, async (start) => {
      const { type, message } = await (await start({ host: 'host1' })).end();
      expect([type, message]).toEqual(['InvalidInventory', 'line 3, engine.url: is missing']);
    });
  });

  test('a misspelt type', async () => {
    await rig.with(new FakeWorld(), async (start) => {
      const { type, message } = await (await start({ host: 'host1' }, 'deployHostedEngin')).end();
      expect(type).toBe('UnknownRunbook');
      expect(message).toContain('There is no runbook "deployHostedEngin". Known, with an example input: ');
      expect(message).toContain('; deployHostedEngine {"host":"host1"}; ');
    });
  });
});
