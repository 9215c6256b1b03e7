/** Maintenance windows as operators use them: every verb of the command line, and a window in the lab that fires by itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Published, publishCatalog } from '../../cli/schedules/catalog.ts';
import type { ScheduleView } from '../../cli/schedules/view.ts';
import type { Session } from '../../cli/temporal.ts';
import { runbooks } from '../../runbooks/index.ts';
import type { Report } from '../../workflows/contract.ts';
import { lookOnHost } from '../support/host-files.ts';
import { RunHandle } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { Cli, type Outcome } from './cli-command.ts';
import { executedChanges } from './executed.ts';

/** At this speed the step that recovers an agent counts for 3 s of real time, and the others for 1 s. */
const SPEED = 60;
const RUNBOOK = 'recoverHostedEngineAgent';
const home = mkdtempSync(join(tmpdir(), 'runbook-schedules-'));
const cli = new Cli(home);
let stack: Stack;
let env: Record<string, string>;

beforeAll(async () => {
  stack = await Stack.open({ address: inject('temporalAddress'), preset: 'deployed', hosts: 2, speed: SPEED });
  env = {
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: stack.client.options.namespace,
    TEMPORAL_UI_URL: 'http://ui.example',
  };
}, 180_000);
afterAll(async () => {
  await stack?.close();
  rmSync(home, { recursive: true, force: true });
});

interface Failed {
  readonly error: { readonly message: string; readonly exit: number };
}

const schedule = <T = ScheduleView>(...args: readonly string[]) => cli.json<T>(['schedule', ...args], env);
const create = (id: string, ...more: readonly string[]) =>
  schedule('create', id, '--runbook', RUNBOOK, '--input', '{"host":"host2"}', ...more);

describe('the verbs', { timeout: 90_000 }, () => {
  const YEARLY = ['--cron', '30 2 1 1 *', '--time-zone', 'Europe/Zurich', '--length', '4h'];

  test('create answers with the windows to come', async () => {
    const { code, document, stderr } = await create('yearly', ...YEARLY, '--at-end', 'continue', '--catch-up', '5m');
    expect(code, stderr).toBe(0);
    expect(document).toMatchObject({
      id: 'yearly',
      runbook: RUNBOOK,
      input: { host: 'host2', window: { length: '4h', atEnd: 'continue', timeZone: 'Europe/Zurich' } },
      times: ['30 2 1 1 *'],
      timeZone: 'Europe/Zurich',
      catchUp: '5 min',
      paused: false,
      running: [],
      firings: { taken: 0, passedOver: 0, missed: 0 },
      warnings: [],
      ui: `http://ui.example/namespaces/${env.TEMPORAL_NAMESPACE}/schedules/yearly`,
    });
    expect(document.next[0]).toEqual({
      opensAt: expect.stringMatching(/-01-01T01:30:00\.000Z$/),
      closesAt: expect.stringMatching(/-01-01T05:30:00\.000Z$/),
      local: expect.stringMatching(/^\w{3} \d{4}-01-01 02:30 – 06:30 CET$/),
    });
    const { policies } = await stack.client.schedule.getHandle('yearly').describe();
    expect(policies).toEqual({ overlap: 'SKIP', catchupWindow: 300_000, pauseOnFailure: true });
  });

  test('the nights on which the clocks change are named', async () => {
    const { document } = await create('sundays', '--cron', '30 2 * * SUN', ...YEARLY.slice(2));
    expect(document.warnings.map((warning) => /no 02:30|twice|closes 1 h earlier/.exec(warning)?.[0]).sort()).toEqual([
      'closes 1 h earlier',
      'no 02:30',
      'twice',
    ]);
    await stack.client.schedule.getHandle('sundays').delete();
  });

  test.each<[string, readonly string[], RegExp]>([
    ['an id that is taken', ['yearly', ...YEARLY], /^there is a schedule "yearly" already/],
    ['times that are none', ['x', '--cron', '61 2 * * *', ...YEARLY.slice(2)], /^the times are not .*: Minute is not/],
    ['a wrong input', ['x', ...YEARLY, '--input', '{"hst":"host2"}'], /hst: unknown field\. Did you mean "host"\?/],
    [
      'a window in the input',
      ['x', ...YEARLY, '--input', '{"host":"a","window":{}}'],
      /^--input: must not hold a window/,
    ],
  ])('%s is refused', async (_what, args, sentence) => {
    const { code, document } = await create(args[0] ?? '', ...args.slice(1));
    expect([code, (document as unknown as Failed).error.message]).toEqual([2, expect.stringMatching(sentence)]);
  });

  test('list, pause, resume; an unknown one is told with the nearest', async () => {
    const listed = async () => {
      for await (const { scheduleId, action } of stack.client.schedule.list()) {
        if (scheduleId === 'yearly') return action?.workflowType;
      }
      return undefined;
    };
    // Temporal lists a new schedule a moment later, and a deleted one too.
    await expect.poll(listed, { timeout: 30_000 }).toBe(RUNBOOK);
    const all = (await schedule<ScheduleView[]>('list')).document;
    expect(all.find(({ id }) => id === 'yearly')).toMatchObject({ runbook: RUNBOOK, paused: false });
    const paused: Outcome = await cli.run(['schedule', 'pause', 'yearly', '--note', 'year-end freeze'], env);
    const shown = /^yearly {2}paused\n {2}Note +year-end freeze\n[\s\S]*Next windows:\n {2}\w{3} \d{4}-01-01 02:30/;
    expect([paused.code, paused.stdout]).toEqual([0, expect.stringMatching(shown)]);
    const resumed = await schedule('resume', 'yearly', '--by', 'Ada');
    expect(resumed.document).toMatchObject({ paused: false, note: 'resumed by Ada' });
    const unknown = await schedule<Failed>('show', 'yeerly');
    const nearest = expect.stringContaining('Did you mean "yearly"?');
    expect([unknown.code, unknown.document.error.message]).toEqual([2, nearest]);
  });

  test('trigger starts a run whose window opens with it; a second one is passed over and says so; delete leaves the run', async () => {
    const held = await stack.control.fault({ target: 'host2', kind: 'hold-before', match: 'systemctl' });
    const first = await schedule<{ run: { id: string; ui: string } }>('trigger', 'yearly');
    expect(first.code, first.stderr).toBe(0);
    const { id } = first.document.run;
    expect(first.document.run.ui).toContain('/workflows/yearly-');
    const second = await schedule<Failed>('trigger', 'yearly');
    expect([second.code, second.document.error.message]).toEqual([
      2,
      expect.stringContaining(`the run ${id} still goes on`),
    ]);
    const { document } = await schedule('show', 'yearly');
    expect(document).toMatchObject({
      running: [{ id, phase: 'planning' }],
      recent: [{ id }],
      firings: { taken: 1, passedOver: 1 },
    });
    const listed = await cli.run(['schedule', 'list'], env);
    expect(listed.stdout).toContain(`  run ${id} goes on (planning)\n  1 firing was passed over because`);
    const deleted = await schedule<object>('delete', 'yearly');
    expect(deleted.document).toEqual({ id: 'yearly', deleted: true, running: [id] });
    await stack.control.release(held);
    const { type, report } = await new RunHandle(stack.client.workflow.getHandle(id)).end();
    expect([type, (report as Report).decisions]).toEqual(['succeeded', []]);
  });

  test('catalog publish makes start buttons, leaves what is as it should be, and removes what is gone', async () => {
    const names = Object.keys(runbooks);
    const published = await cli.json<Published[]>(['catalog', 'publish'], env);
    expect(published.document.map(({ change }) => change)).toEqual(names.map(() => 'created'));
    const settings = { namespace: env.TEMPORAL_NAMESPACE } as Session['settings'];
    const publish = () => publishCatalog({ client: stack.client, settings } as Session);
    expect((await publish()).map(({ change }) => change)).toEqual(names.map(() => 'unchanged'));
    const { schedule: schedules } = stack.client;
    const button = schedules.getHandle(`runbook/${RUNBOOK}`);
    const { spec, state, action } = await button.describe();
    expect([spec.calendars, spec.intervals, state.paused, action.args]).toEqual([[], [], true, [{ host: 'host1' }]]);
    expect(state.note).toMatch(/Risk: disruptive\. Typically 5 minutes\.[\s\S]*host \(required\): Host whose HA agent/);

    // People put in their own host, undo the pause; a runbook was renamed; a button was given times.
    const own = { ...action, args: [{ host: 'host2' }] };
    await button.update((entry) => ({ ...entry, action: own, state: { paused: false, note: 'mine' } }));
    const start = { type: 'startWorkflow', workflowType: 'oldName', taskQueue: 'runbooks' } as const;
    await schedules.create({ scheduleId: 'runbook/oldName', spec: {}, action: start, state: { paused: true } });
    await schedules.create({ scheduleId: 'runbook/theirs', spec: { cronExpressions: ['0 3 1 1 *'] }, action: start });
    // A list of schedules follows behind.
    const change = async () => new Map((await publish()).map((one) => [one.runbook, one.change]));
    const second = await change();
    expect(second.get(RUNBOOK)).toBe('updated');
    const after = await button.describe();
    expect([after.state.paused, after.state.note, after.action.args]).toEqual([true, state.note, [{ host: 'host2' }]]);
    await expect.poll(async () => (await change()).get('theirs') ?? second.get('theirs')).toBe('kept');
    await expect
      .poll(async () =>
        schedules
          .getHandle('runbook/oldName')
          .describe()
          .catch(() => publish().then(() => 'gone')),
      )
      .toBe('gone');
  });
});

test('a run can be made to wait for its window, and be let go on before it', { timeout: 60_000 }, async () => {
  const opens = new Date(Date.now() + 86_400_000).toISOString();
  const args = [
    'start',
    RUNBOOK,
    '--input',
    '{"host":"host2"}',
    '--window-opens',
    opens,
    '--length',
    '2h',
    '--id',
    'waiting',
  ];
  await brokenAgent();
  expect((await cli.json(args, env)).code).toBe(0);
  const run = new RunHandle(stack.client.workflow.getHandle('waiting'));
  const { waiting } = await run.waitingFor('window');
  expect(waiting?.until).toBe(opens);
  expect((await cli.json(['proceed', 'waiting', '--reason', 'the cluster is at risk'], env)).code).toBe(0);
  expect((await run.end()).type).toBe('succeeded');
});

test('a window fires by itself; the step that would not fit is refused, parks, and goes on in the next window', {
  timeout: 240_000,
}, async () => {
  await brokenAgent();
  const since = await stack.control.now();
  const held = await stack.control.fault({ target: 'host2', kind: 'hold-before', match: 'systemctl' });
  // Windows of 8 s that open every minute: the step, which counts for 3 s, fits only in the first 5 s of each.
  const times = ['--cron', '* * * * *', '--time-zone', 'UTC', '--length', '8s'];
  expect((await create('minutely', ...times)).code).toBe(0);
  const handle = stack.client.schedule.getHandle('minutely');
  await expect.poll(async () => (await handle.describe()).info.recentActions.length, { timeout: 90_000 }).toBe(1);
  const [fired] = (await handle.describe()).info.recentActions;
  const id = fired?.action.workflow.workflowId ?? '';
  const run = new RunHandle(stack.client.workflow.getHandle(id));
  // The run has looked for so long that its window closes in less than the step takes.
  while (Date.now() % 60_000 < 6000) await new Promise((resolve) => setTimeout(resolve, 50));
  await stack.control.release(held);
  const parked = await run.waitingFor('window');
  expect(parked.phase).toBe('parked');
  expect(parked.waiting).toMatchObject({
    id: 'connect-the-storage-and-restart-broker-and-agent',
    options: expect.arrayContaining(['postpone']),
  });
  expect(await recovery(since)).toEqual([]);

  const shown = await schedule('show', 'minutely');
  expect(shown.document.running).toMatchObject([{ id, phase: 'parked', waiting: { kind: 'window' } }]);
  const postponed = await cli.json<{ message: string }>(['postpone', id, '--by', 'Ada'], env);
  expect([postponed.code, postponed.document.message]).toEqual([
    0,
    expect.stringContaining('Recorded: postpone by Ada'),
  ]);
  const { type, report, message } = await run.end();
  expect(type, message).toBe('succeeded');
  const [first, second] = report?.decisions ?? [];
  expect(first).toMatchObject({ by: 'Ada', what: expect.stringMatching(/^postpone: Connect the storage/) });
  expect(second).toMatchObject({
    by: 'maintenance window',
    what: expect.stringMatching(/^goes on: Connect the storage/),
  });
  const step = report?.steps.find(({ id: stepId }) => stepId === parked.waiting?.id);
  expect(step?.state).toBe('done');
  expect(await recovery(since)).toEqual([
    'hosted-engine --connect-storage',
    'systemctl restart ovirt-ha-broker',
    'systemctl restart ovirt-ha-agent',
  ]);
  const passedOver = async () => (await handle.describe()).info.numActionsSkippedOverlap;
  await expect.poll(passedOver, { timeout: 60_000 }).toBeGreaterThan(0);
  await handle.delete();
});

/** A broker that died, and an agent that has given up over it. */
async function brokenAgent(): Promise<void> {
  await stack.fresh({ preset: 'deployed', hosts: 2 });
  await stack.control.fault({ target: 'host2', kind: 'ha-broker-dead' });
  const gaveUp = 'journalctl -u ovirt-ha-agent -o cat --no-pager | grep -c status=157';
  await expect
    .poll(async () => Number((await lookOnHost(stack.lab.inventory, 'host2', gaveUp)).stdout), { timeout: 30_000 })
    .toBeGreaterThan(0);
}

async function recovery(since: number): Promise<readonly string[]> {
  return executedChanges(await stack.control.journal(since))
    .map((line) => line.replace(/^\/usr\/s?bin\//, ''))
    .filter((line) => /^(systemctl (start|stop|restart)|hosted-engine --connect)/.test(line));
}
