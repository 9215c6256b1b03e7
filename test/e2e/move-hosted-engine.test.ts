import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';

const RUNBOOK = 'moveHostedEngine';
const DEPLOYED = { preset: 'deployed', hosts: 2 };
const MIGRATE = /^POST \/ovirt-engine\/api\/vms\/[^/]+\/migrate/;
const LIMIT = 240_000;

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), ...DEPLOYED });
});
afterAll(() => stack?.close());
beforeEach(() => stack.fresh(DEPLOYED));

test(
  'migrates once through a dead worker and an engine in trouble; a second run changes nothing; back by itself',
  async () => {
    const before = await stack.control.state();
    const planned = await stack.run(RUNBOOK, { to: 'host2', mode: 'plan' });
    expect(planned.type, planned.message).toBe('succeeded');
    expect(planned.report?.plan?.steps).toMatchObject([
      { title: 'Look at the engine VM and the hosts', state: 'already', target: 'engine' },
      {
        title: 'Migrate the engine VM',
        state: 'wouldDo',
        target: 'host2',
        undo: 'Migrate the engine VM back to host1',
        commands: [expect.stringMatching(/^POST \/vms\/[-0-9a-f]{36}\/migrate \{"host":\{"id":"[-0-9a-f]{36}"\}\}$/)],
      },
      { title: 'Wait until the engine answers', state: 'unknown' },
    ]);
    expect((await stack.control.state()).revision).toBe(before.revision);

    const since = await stack.control.now();
    await stack.control.fault({ target: 'engine', kind: 'http', status: 503, match: 'GET /ovirt-engine/api/jobs' });
    await stack.control.fault({ target: 'engine', kind: 'token-expired', match: 'GET /ovirt-engine/api/events' });
    const hold = await stack.control.fault({ target: 'engine', kind: 'hold-after', match: 'POST \\S+/migrate' });
    const handle = await stack.start({ host: undefined, to: 'host2' }, RUNBOOK);
    await stack.control.awaitEntry(since, ({ kind, text }) => kind === 'request' && MIGRATE.test(text));
    await stack.worker.kill9();
    await stack.control.release(hold);
    await stack.worker.start();
    const end = await handle.end();
    expect(end.type, end.message).toBe('succeeded');
    expect(await stack.control.requests(since, MIGRATE)).toHaveLength(1);
    expect((await stack.control.state()).hostedEngine).toMatchObject({
      globalMaintenance: false,
      vm: { host: 'host2', health: 'good' },
    });

    const later = await stack.control.now();
    const second = await stack.run(RUNBOOK, { to: 'host2' });
    expect(second.type, second.message).toBe('succeeded');
    expect(second.report?.steps.map(({ state }) => state)).toEqual(['passed', 'already', 'passed']);
    expect(await stack.control.requests(later, /^(POST|PUT|DELETE) \/ovirt-engine\/api\//)).toEqual([]);

    // Without a name, to the fittest other one.
    const back = await stack.run(RUNBOOK, {});
    expect(back.type, back.message).toBe('succeeded');
    expect((await stack.control.state()).hostedEngine.vm).toMatchObject({ host: 'host1' });
  },
  LIMIT,
);

test(
  'without an engine that answers: stopped and started elsewhere under global maintenance, after an approval',
  async () => {
    await stack.control.fault({
      target: 'engine',
      kind: 'http',
      status: 503,
      match: '/ovirt-engine/(api|sso)',
      times: 1e6,
    });
    const handle = await stack.start({ host: undefined, to: 'host2' }, RUNBOOK);
    const { waiting } = await handle.waitingFor('approval');
    expect(waiting?.show).toMatchObject({ From: 'host1', To: 'host2' });
    await handle.approve('Ada');
    const end = await handle.end();
    expect(end.type, end.message).toBe('succeeded');
    expect(end.report?.steps.map(({ state }) => state)).toEqual([
      'passed',
      'passed',
      'done',
      'done',
      'done',
      'passed',
      'done',
    ]);
    expect((await stack.control.state()).hostedEngine).toMatchObject({
      globalMaintenance: false,
      vm: { host: 'host2', health: 'good' },
    });
    expect(end.report?.remains).toEqual([]);
  },
  LIMIT,
);

test(
  'names what keeps every other host from it, and touches nothing',
  async () => {
    await stack.control.event({ target: 'host2', action: 'set-local-maintenance' });
    const { revision } = await stack.control.state();
    const end = await stack.run(RUNBOOK, { to: 'host2' });
    expect(end.type).toBe('failed');
    expect(end.message).toMatch(/host2 is in local maintenance/);
    expect((await stack.control.state()).revision).toBe(revision);
  },
  LIMIT,
);
