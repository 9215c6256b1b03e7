/** Runs that would act on one host at the same time: one does, the others wait for it, visibly. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HeldLock, LOCKS, MEMO_LOCKS } from '../../workflows/locks/contract.ts';
import { breakUpdate } from '../../workflows/messages.ts';
import type { RunHandle } from '../support/run.ts';
import { FakeWorld } from './fixtures/fake-world.ts';
import { Rig } from './fixtures/rig.ts';

let bundled: Rig;
beforeAll(async () => {
  bundled = await Rig.open();
});
afterAll(() => bundled.close());

type Start = (input?: object) => Promise<RunHandle>;

/** Locks of its own for each test, as in a datacentre of its own. */
async function apart(world: FakeWorld, body: (start: Start, rig: Rig) => Promise<void>): Promise<void> {
  const rig = await bundled.apart();
  await rig.with(world, (start) => body((input = {}) => start({ host: 'host1', ...input }, 'guarded'), rig));
}

/** What `runbook locks` reads. */
async function locks({ client }: Rig): Promise<readonly HeldLock[]> {
  const { memo } = await client.workflow.getHandle(LOCKS.id).describe();
  return (memo?.[MEMO_LOCKS] ?? []) as HeldLock[];
}

const who = (held: readonly HeldLock[]) =>
  held.map(({ resource, owner, queue }) => [resource, owner.id, ...queue.map(({ id }) => id)]);
const place = (run: RunHandle, wished: string) =>
  run.until(({ waiting }) => waiting?.kind === 'lock' && waiting.show?.['Place in the queue'] === wished);

describe('two runs on one host', () => {
  test('the second waits, tells for whom, and goes on with a plan made anew', async () => {
    const world = new FakeWorld();
    await apart(world, async (start, rig) => {
      const first = await start({ ticket: 'CHG-1' });
      await first.waitingFor('approval');
      const second = await start();
      const { waiting, phase, steps } = await second.waitingFor('lock');
      expect(phase).toBe('waiting');
      expect(waiting).toMatchObject({ kind: 'lock', id: 'host/host1', options: [], answer: {} });
      expect(waiting?.title).toBe(`host/host1 is locked by ${first.id}`);
      const [held] = await locks(rig);
      expect(held?.owner).toMatchObject({ id: first.id, runbook: 'guarded', reason: 'CHG-1' });
      expect(waiting?.show).toEqual({
        Lock: 'host/host1',
        'Held by': first.id,
        Runbook: 'guarded',
        Since: held?.owner.since,
        Reason: 'CHG-1',
        'Place in the queue': '1',
      });
      expect((await second.record()).waiting?.kind).toBe('lock');
      expect(steps.every(({ state }) => state === 'pending')).toBe(true);
      const before = await second.plan();

      await first.approve();
      expect((await first.end()).type).toBe('succeeded');
      const { report } = await second.end();
      expect(report?.endState).toBe('succeeded');
      // It planned to change what the first one has changed meanwhile.
      expect(before.steps.find(({ id }) => id === 'change-gamma')?.state).toBe('wouldDo');
      expect(report?.plan?.steps.find(({ id }) => id === 'change-gamma')?.state).toBe('already');
      expect(world.calls.filter((call) => call === 'apply gamma run')).toHaveLength(1);
    });
  });

  test('a plan named at the start that is old after the wait is refused', async () => {
    await apart(new FakeWorld(), async (start) => {
      const first = await start();
      await first.waitingFor('approval');
      const named = await start({ mode: 'plan' });
      const { report } = await named.end();
      const second = await start({ plan: report?.plan?.hash });
      await second.waitingFor('lock');
      await first.approve();
      const { type, message } = await second.end();
      expect(type).toBe('failed');
      expect(message).toMatch(/^failed: The plan is now [0-9a-f]{8}, not /);
    });
  });

  test('runs on other hosts, plans and refused runs neither take the lock nor wait for it', async () => {
    const world = new FakeWorld();
    await apart(world, async (start, rig) => {
      world.refused.set('look', [{ what: 'The host is gone.', fix: 'Bring it back.' }]);
      expect((await (await start()).end()).type).toBe('failed');
      world.refused.clear();
      expect((await (await start({ mode: 'plan' })).end()).type).toBe('succeeded');
      await expect(rig.client.workflow.getHandle(LOCKS.id).describe()).rejects.toThrow(/not found/i);
      const first = await start();
      await first.waitingFor('approval');
      const other = await start({ host: 'host2' });
      await other.waitingFor('approval');
      expect(who(await locks(rig))).toEqual([
        ['host/host1', first.id],
        ['host/host2', other.id],
      ]);
    });
  });

  test('a queue keeps its order; who is cancelled in it has touched nothing', async () => {
    const world = new FakeWorld();
    await apart(world, async (start, rig) => {
      const first = await start();
      await first.waitingFor('approval');
      const second = await start();
      await place(second, '1');
      const third = await start();
      await place(third, '2');
      const fourth = await start();
      await place(fourth, '3');
      expect(who(await locks(rig))).toEqual([['host/host1', first.id, second.id, third.id, fourth.id]]);
      await second.handle.cancel();
      const { type } = await second.end();
      expect([type, (await second.record()).remains]).toEqual(['cancelled', []]);
      await place(fourth, '2');
      expect(who(await locks(rig))).toEqual([['host/host1', first.id, third.id, fourth.id]]);
      const acted = world.calls.filter((call) => call.endsWith(' run')).length;
      await first.handle.cancel();
      await third.waitingFor('approval');
      await place(fourth, '1');
      expect(acted).toBe(2 + 1);
    });
  });
});

describe('an owner that is no more', () => {
  test('is found by those who wait', async () => {
    await apart(new FakeWorld(), async (start, rig) => {
      const first = await start();
      await first.waitingFor('approval');
      const second = await start();
      await second.waitingFor('lock');
      await first.handle.terminate('out of the way');
      await second.waitingFor('approval');
      expect(who(await locks(rig))).toEqual([['host/host1', second.id]]);
    });
  });

  test('that had been next in the queue is passed over', async () => {
    await apart(new FakeWorld(), async (start, rig) => {
      const first = await start();
      await first.waitingFor('approval');
      const second = await start();
      await place(second, '1');
      const third = await start();
      await place(third, '2');
      await second.handle.terminate('out of the way');
      await place(third, '1');
      await first.handle.cancel();
      await third.waitingFor('approval');
      expect(who(await locks(rig))).toEqual([['host/host1', third.id]]);
    });
  });
});

describe('a lock that is broken', () => {
  test('is lost by its owner, who stops before the next step, and after a retry queues for it', async () => {
    const world = new FakeWorld();
    await apart(world, async (start, rig) => {
      const keeper = rig.client.workflow.getHandle(LOCKS.id);
      const first = await start();
      await first.waitingFor('approval');
      const second = await start();
      await second.waitingFor('lock');
      const refused = (wish: object) =>
        keeper.executeUpdate(breakUpdate, { args: [wish as never] }).then(String, (error) => error.cause.message);
      expect(await refused({ resource: 'host/host2', by: 'ann', reason: 'why not' })).toBe(
        'Refused: nobody holds host/host2; locked are: host/host1.',
      );
      expect(await refused({ resource: 'host/host1', by: 'ann' })).toContain('Refused: it needs');
      const wish = { resource: 'host/host1', by: 'ann', reason: 'the other one cannot wait' };
      expect(await keeper.executeUpdate(breakUpdate, { args: [wish] })).toMatchObject([{ id: first.id }]);
      await second.waitingFor('approval');

      await first.approve();
      const { waiting } = await first.waitingFor('parked');
      expect(waiting).toMatchObject({ id: 'change-gamma', options: ['retry', 'skip', 'rollback', 'abort'] });
      expect(waiting?.reason?.[0]).toMatch(
        /^the lock host\/host1 was taken from this run by ann at \S+: the other one cannot wait\.$/,
      );
      await first.decide({ step: 'change-gamma', verb: 'retry', by: 'bob' });
      await place(first, '1');
      expect(world.calls).not.toContain('check gamma run');
      await second.handle.cancel();
      expect((await first.end()).type).toBe('succeeded');
      expect((await second.end()).type).toBe('cancelled');
    });
  });
});

describe('the keeper of the locks', () => {
  test('that is ended from outside is followed by one that knows who has what', async () => {
    await apart(new FakeWorld(), async (start, rig) => {
      const first = await start();
      await first.waitingFor('approval');
      await rig.client.workflow.getHandle(LOCKS.id).terminate('somebody cleaned up');
      const second = await start();
      const { waiting } = await second.waitingFor('lock');
      expect(waiting?.show?.['Held by']).toBe(first.id);
      await first.approve();
      expect((await second.end()).type).toBe('succeeded');
    });
  });

  test('begins anew when its history grows, and keeps everybody in place', async () => {
    await apart(new FakeWorld(), async (start, rig) => {
      const first = await start();
      await first.waitingFor('approval');
      const keeper = rig.client.workflow.getHandle(LOCKS.id);
      const { taskQueue } = await keeper.describe();
      await keeper.terminate('one with a short memory follows');
      await rig.client.workflow.start(LOCKS.type, {
        taskQueue,
        workflowId: LOCKS.id,
        args: [{ historyLimit: 40 }],
      });
      const second = await start();
      await place(second, '1');
      const third = await start();
      await place(third, '2');
      await first.approve();
      await second.end();
      await third.end();
      const chain = rig.client.workflow.list({
        query: `WorkflowId = "${LOCKS.id}" AND ExecutionStatus = "ContinuedAsNew"`,
      });
      expect(await chain[Symbol.asyncIterator]().next()).toMatchObject({ done: false });
    });
  });

  test('takes what is no request for nothing', async () => {
    await apart(new FakeWorld(), async (start, rig) => {
      const first = await start();
      await first.waitingFor('approval');
      const keeper = rig.client.workflow.getHandle(LOCKS.id);
      await keeper.signal('request', 'host/host1');
      await keeper.signal('release');
      await first.handle.signal('lock', null);
      await first.approve();
      expect((await first.end()).type).toBe('succeeded');
    });
  });
});
