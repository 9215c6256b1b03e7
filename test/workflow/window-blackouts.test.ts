/** Times at which nothing begins, whatever the schedules say. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FakeWorld } from './fixtures/fake-world.ts';
import { changes } from './fixtures/looking.ts';
import { Rig } from './fixtures/rig.ts';
import { Calendars, EMPTY, FREEZE, schedule } from './fixtures/windows.ts';

let rig: Rig;
const calendars = new Calendars();
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(async () => {
  calendars.remove();
  await rig.close();
});

describe('a blackout', () => {
  test('closes the window, names itself, and is read again with each look', async () => {
    const blackouts = calendars.write('freeze.ics', FREEZE());
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', window: { length: '1h', blackouts } }, 'windowed');
      const { waiting } = await run.waitingFor('window');
      expect(waiting?.reason?.[0]).toContain('it is closed for the blackout "Year-end freeze" until ');
      expect(changes(world)).toEqual([]);
      calendars.write('freeze.ics', EMPTY);
      await run.decide({ step: 'change-alpha', verb: 'retry', by: 'ann' });
      expect((await run.end()).type).toBe('succeeded');
    });
  });

  test('calendar that cannot be read or understood keeps the window closed', async () => {
    const world = new FakeWorld();
    await rig.with(world, async (start) => {
      const run = await start({ host: 'host1', window: { length: '1h', blackouts: 'absent.ics' } }, 'windowed');
      const { waiting } = await run.waitingFor('window');
      expect(waiting?.reason?.[0]).toContain('its blackouts absent.ics cannot be told: ENOENT');
      const blackouts = calendars.write('broken.ics', 'no calendar');
      await run.decide({ step: 'change-alpha', verb: 'retry', input: { window: { blackouts } }, by: 'ann' });
      const again = await run.until(({ waiting: now }) => now !== undefined && now.since !== waiting?.since);
      expect(again.waiting?.reason?.[0]).toContain('it is no iCalendar file');
      expect(changes(world)).toEqual([]);
    });
  });
});

test('a blackout of the inventory counts for every window, from the moment at which it stands there', async () => {
  const world = new FakeWorld();
  const apart = await rig.apart();
  apart.writeInventory(`blackouts: [${calendars.write('site.ics', FREEZE())}]`);
  await apart.with(world, async (start) => {
    const run = await start({ host: 'host1', window: { length: '1h' } }, 'windowed');
    const { waiting } = await run.waitingFor('window');
    expect(waiting?.reason?.[0]).toContain('it is closed for the blackout "Year-end freeze" until ');
    apart.writeInventory('blackouts: [site.ics, ""]');
    await run.decide({ step: 'change-alpha', verb: 'retry', by: 'ann' });
    const again = await run.until(({ waiting: now }) => now !== undefined && now.since !== waiting?.since);
    expect(again.waiting?.reason?.[0]).toMatch(
      /: the blackouts of the inventory cannot be told: .*:17: blackouts\[1\] is "", but must be a path/,
    );
    apart.writeInventory('');
    await run.decide({ step: 'change-alpha', verb: 'retry', by: 'ann' });
    expect((await run.end()).type).toBe('succeeded');
  });
});

test('a schedule that fires into a blackout locks nothing, asks for no approval, and parks with one sentence', async () => {
  const world = new FakeWorld();
  const blackouts = calendars.write('fired.ics', FREEZE());
  const apart = await rig.apart();
  await apart.with(world, async (start, taskQueue) => {
    const yearly = await schedule(apart, taskQueue, '30 2 1 1 *', { window: { length: '1h', blackouts } }, 'guarded');
    await yearly.trigger();
    const fired = await yearly.run();
    const { waiting, phase, steps } = await fired.waitingFor('window');
    expect([phase, waiting?.id, waiting?.reason]).toEqual([
      'parked',
      'change-alpha',
      [
        expect.stringMatching(
          /^"Change alpha" needs about 600 ms \(by default\) and 600 ms for its undo and does not fit into the maintenance window: it is closed for the blackout "Year-end freeze" until /,
        ),
      ],
    ]);
    expect(steps.filter(({ attempts }) => attempts > 0)).toEqual([]);
    expect((await fired.record()).locks).toBeUndefined();
    // Nothing keeps others from the host meanwhile.
    const other = await start({ host: 'host1', standingApproval: { by: 'bob' } }, 'guarded');
    expect((await other.end()).type).toBe('succeeded');
    await fired.decide({ step: 'change-alpha', verb: 'abort', by: 'ann' });
    const { type, report } = await fired.end();
    expect([type, report?.remains, changes(world)]).toEqual(['aborted', [], ['apply alpha run', 'apply gamma run']]);
    await yearly.delete();
  });
});
