/** Maintenance windows as operators use them: every verb of the command line, and a window in the lab that fires by itself. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Published, publishCatalog } from '../../cli/schedules/catalog.ts';
import type { ScheduleView } from '../../cli/schedules/view.ts';
import type { Session } from '../../cli/temporal.ts';
import { runbooks } from '../../runbooks/index.ts';
import type { Report } from '../../workflows/contract.ts';
import { lookOnHost } from '../support/host-files.ts';
import { RunHandle } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';
import { Cli, type Outcome } from './cli-command.ts';
import { executedChanges } from './executed.ts';

const RUNBOOK = 'recoverHostedEngineAgent';
const home = mkdtempSync(join(tmpdir(), 'runbook-schedules-'));
const cli = new Cli(home);
let stack: Stack;
let env: Record<string, string>;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), preset: 'deployed', hosts: 2 });
  env = {
    TEMPORAL_ADDRESS: temporalAddress(),
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

describe('the verbs', () => {
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

  test('a window of the inventory says what the options do not', async () => {
    const own =
      "{ name: sundays, cron: '30 2 1 1 *', timeZone: Europe/Zurich, length: 4h, atEnd: continue, catchUp: 5m }";
    const inventory = join(home, 'datacenter.yaml');
    writeFileSync(inventory, `${readFileSync(stack.lab.inventory, 'utf8')}\nwindows: [${own}]\n`);
    const made = await create('named', '--inventory', inventory, '--window', 'sundays', '--length', '2h');
    expect(made.document, made.stderr).toMatchObject({
      input: { host: 'host2', window: { length: '2h', atEnd: 'continue', timeZone: 'Europe/Zurich' } },
      times: ['30 2 1 1 *'],
      catchUp: '5 min',
    });
    await stack.client.schedule.getHandle('named').delete();
  });

  test.each<[string, readonly string[], RegExp]>([
    ['one without a window', ['x'], /^--time-zone is missing; or name a window of the inventory with --window\.$/],
    ['an id that is taken', ['yearly', ...YEARLY], /^there is a schedule "yearly" already/],
    [
      'times that are none',
      ['x', '--cron', '61 2 * * *', ...YEARLY.slice(2)],
      /^--cron: must have numbers from 0 to 59, /,
    ],
    [
      'a name that the inventory of the worker does not have',
      ['x', ...YEARLY, '--input', '{"host":"host9"}'],
      /host: the inventory has no host host9; hosts has host1, host2\. Did you mean "host\d"\?/,
    ],
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

test('a run can be made to wait for its window, and be let go on before it', async () => {
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

test('a window fires by itself; the reboot that a freeze forbids parks, and is done and over in the next room there is', {
  timeout: 300_000,
}, async () => {
  await stack.fresh({ preset: 'deployed', hosts: 2 });
  const before = await stack.control.state();
  const since = await stack.control.now();
  const freeze = join(home, 'freeze.ics');
  writeFileSync(freeze, blackouts());
  const input = JSON.stringify({ host: 'host1', strategy: 'globalMaintenance' });
  const times = ['--cron', '* * * * *', '--time-zone', 'UTC', '--length', '55s', '--blackouts', freeze];
  const made = await schedule('create', 'minutely', '--runbook', 'rebootHostedEngineHost', '--input', input, ...times);
  expect(made.code, made.stderr).toBe(0);
  const handle = stack.client.schedule.getHandle('minutely');
  await expect.poll(async () => (await handle.describe()).info.recentActions.length, { timeout: 90_000 }).toBe(1);
  const [fired] = (await handle.describe()).info.recentActions;
  const id = fired?.action.workflow.workflowId ?? '';
  const run = new RunHandle(stack.client.workflow.getHandle(id));
  const { waiting: gate } = await run.waitingFor('approval');
  // Announced while Ada thinks about it: it ends early in this window, else with the opening of the next one.
  const now = Date.now();
  const ends = now % 60_000 < 15_000 ? now + 5000 : (Math.floor(now / 60_000) + 1) * 60_000;
  writeFileSync(freeze, blackouts(ends));
  await run.decide({ ...gate?.answer, by: 'Ada' });
  const parked = await run.waitingFor('window');
  expect([parked.phase, parked.waiting?.id]).toEqual(['parked', 'hand-the-spm-role-to-another-host']);
  expect(parked.waiting?.reason?.[0]).toMatch(
    /^"Hand the SPM role to another host" needs about .* \((declared|usual .*)\).* does not fit .* window: it is closed for the blackout "Freeze"/,
  );
  expect(await maintenance(since)).toEqual([]);
  await run.decide({ step: 'hand-the-spm-role-to-another-host', verb: 'postpone', by: 'Ada' });
  const { waiting: postponed } = await run.until(({ phase }) => phase === 'waiting');
  const { type, report, message } = await run.end();
  expect(type, message).toBe('succeeded');
  expect(report?.decisions.map(({ by, what }) => `${by}: ${what}`)).toEqual([
    'Ada: approved: Stop the engine and reboot the host',
    'Ada: postpone: Hand the SPM role to another host',
    'maintenance window: goes on: Hand the SPM role to another host',
  ]);
  expect(await maintenance(since)).toEqual(['--mode=global', 'systemctl reboot', '--mode=none']);
  const opened = Date.parse(postponed?.until ?? '');
  const closes = Math.floor(opened / 60_000) * 60_000 + 55_000;
  const when = (title: string) => report?.steps.find((step) => step.title === title);
  expect(Date.parse(when('Set global maintenance')?.endedAt ?? '')).toBeGreaterThan(opened);
  expect(Date.parse(when('End global maintenance')?.endedAt ?? '')).toBeLessThan(closes);
  const after = await stack.control.state();
  expect(after.hosts.host1?.bootId).not.toBe(before.hosts.host1?.bootId);
  expect(after.hostedEngine).toMatchObject({ globalMaintenance: false, vm: { host: 'host1', health: 'good' } });
  await handle.delete();
});

/** A calendar with nothing in it, or with a freeze that has begun. */
function blackouts(ends?: number): string {
  const utc = (at: number) => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
  const freeze = (to: number) =>
    `BEGIN:VEVENT\nUID:1\nDTSTART:${utc(to - 3_600_000)}\nDTEND:${utc(to)}\nSUMMARY:Freeze\nEND:VEVENT\n`;
  return `BEGIN:VCALENDAR\n${ends === undefined ? '' : freeze(ends)}END:VCALENDAR\n`;
}

async function maintenance(since: number): Promise<readonly string[]> {
  return executedChanges(await stack.control.journal(since)).flatMap(
    (line) => /--mode=(global|none)|systemctl reboot/.exec(line)?.[0] ?? [],
  );
}

/** A broker that died, and an agent that has given up over it. */
async function brokenAgent(): Promise<void> {
  await stack.fresh({ preset: 'deployed', hosts: 2 });
  await stack.control.fault({ target: 'host2', kind: 'ha-broker-dead' });
  const gaveUp = 'journalctl -u ovirt-ha-agent -o cat --no-pager | grep -c status=157';
  await expect
    .poll(async () => Number((await lookOnHost(stack.lab.inventory, 'host2', gaveUp)).stdout), { timeout: 30_000 })
    .toBeGreaterThan(0);
}
