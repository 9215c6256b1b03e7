/** Who is told what of a run: never twice for one question, and never so that the run depends on it. */
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandFailed, FakeWorld } from './fixtures/fake-world.ts';
import { Rig } from './fixtures/rig.ts';
import { schedule } from './fixtures/windows.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(async () => rig.close());

const EVERYTHING = ['approval', 'parked', 'ended', 'firingDropped'] as const;
const told = (world: FakeWorld) => world.told.map(({ receiver, notice }) => `${receiver}: ${notice.event}`);

test('an approval, a failed step and a bad end are told to those who want to know', async () => {
  const world = new FakeWorld();
  world.receivers = [
    { name: 'chat', events: [...EVERYTHING] },
    { name: 'pager', events: ['parked'] },
  ];
  world.fail('apply gamma', commandFailed('gamma broke'));
  await rig.with(world, async (start) => {
    const run = await start({ host: 'host1', ticket: 'CHG-7' });
    const { waiting } = await run.waitingFor('approval');
    await expect.poll(() => told(world)).toEqual(['chat: approval']);
    const id = run.handle.workflowId;
    expect(world.told[0]?.notice).toMatchObject({
      text: `sample ${id} waits for approval: Change gamma. See: npx runbook status ${id}`,
      run: { id, runbook: 'sample', title: 'A sample' },
      host: 'host1',
      ticket: 'CHG-7',
      waiting,
    });
    // A refused answer is no new question.
    await expect(run.decide({ ...waiting?.answer, plan: '00000000' })).rejects.toThrow();
    await run.approve();
    const parked = await run.waitingFor('parked');
    await expect.poll(() => told(world).sort()).toEqual(['chat: approval', 'chat: parked', 'pager: parked']);
    expect(world.told.find(({ receiver }) => receiver === 'pager')?.text).toContain(
      ' is parked: "Change gamma" failed (gamma broke). See: ',
    );
    await run.decide({ step: parked.waiting?.id, verb: 'abort', by: 'ann' });
    const { type } = await run.end();
    expect([type, told(world).at(-1)]).toEqual(['aborted', 'chat: ended']);
    expect(world.told.at(-1)?.notice).toMatchObject({
      text: `sample ${id} ended as aborted. ann aborted after "Change gamma" failed: gamma broke. Remains: "Change gamma" is still in effect; "Change alpha" is still in effect. See: npx runbook status ${id}`,
      endState: 'aborted',
      remains: [{ what: '"Change gamma" is still in effect' }, { what: '"Change alpha" is still in effect' }],
    });
  });
});

test('a good end and a plan are not told; a receiver that cannot be told stops no run', async () => {
  const world = new FakeWorld();
  world.receivers = [{ name: 'chat', events: [...EVERYTHING] }];
  const broken = () => ApplicationFailure.nonRetryable('no such variable', 'SecretMissing');
  world.fail('tell chat', broken(), broken());
  await rig.with(world, async (start) => {
    await (await start({ host: 'host1', mode: 'plan' })).end();
    expect((await (await start({ host: 'host1', standingApproval: { by: 'ann' } })).end()).type).toBe('succeeded');
    expect([told(world), world.failures.get('tell chat')?.length]).toEqual([[], 2]);

    world.present.clear();
    const run = await start({ host: 'host1' });
    const { waiting } = await run.waitingFor('approval');
    await expect.poll(() => world.failures.get('tell chat')?.length).toBe(1);
    await run.decide({ ...waiting?.answer, verdict: 'reject', by: 'ann' });
    expect((await run.end()).type).toBe('rejected');
    expect([told(world), world.failures.get('tell chat')?.length]).toEqual([[], 0]);
  });
});

test('a firing that comes to nothing because a run still waits is told, with what it waits for', async () => {
  const world = new FakeWorld();
  world.receivers = [{ name: 'chat', events: ['firingDropped'] }];
  await rig.with(world, async (_start, taskQueue) => {
    const often = await schedule(rig, taskQueue, '*/5 * * * * * *', { window: { length: '1h' } }, 'sample');
    const run = await often.run();
    await run.waitingFor('approval');
    await expect.poll(() => told(world), { timeout: 40_000 }).toEqual(['chat: firingDropped']);
    const [{ notice, text } = {}] = world.told;
    expect(notice?.schedule?.id).toBe(run.handle.workflowId.replace(/-\d{4}-\d\d-\d\dT.*$/, ''));
    expect([notice?.schedule?.dropped, notice?.waiting?.kind]).toEqual([expect.any(Number), 'approval']);
    expect(text).toMatch(
      /still goes on \(waiting\), so (a firing|\d+ firings) of the schedule window-\S+ came to nothing\./,
    );
    await often.delete();
    await run.decide({ ...(await run.status()).waiting?.answer, verdict: 'reject', by: 'ann' });
    expect((await run.end()).type).toBe('rejected');
  });
});
