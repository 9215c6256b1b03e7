import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Home } from '../../cli/home.ts';
import { isOurs, startMark } from '../../cli/stack/process.ts';
import { readProcesses, type Stack } from '../../cli/stack/record.ts';
import { type Plan, type Report, type StatusView, TASK_QUEUE } from '../../workflows/contract.ts';
import { LabControl } from '../support/lab-control.ts';
import { until } from '../support/until.ts';
import { Cli } from './cli-command.ts';

/** One story, told in order: a stack is raised, used, broken, mended and ended. */
const home = mkdtempSync(join(tmpdir(), 'runbook-home-'));
const cli = new Cli(home);
const RUNBOOK = 'deployHostedEngine';
const INPUT = ['--input', '{"host":"host1"}'];
const UP = ['up', '--lab', '--hosts', '2', '--speed', '600'];
let stack: Stack;

interface Failed {
  readonly error: { readonly message: string; readonly exit: number; readonly problems?: readonly string[] };
}

async function killWorker(): Promise<void> {
  const record = readProcesses(new Home(home)).worker;
  process.kill(record?.pid ?? Number.NaN, 'SIGKILL');
  await until(() => !isOurs(record));
}

beforeAll(async () => {
  const { code, document, stderr } = await cli.json<Stack>([...UP, '--detach']);
  expect(code, stderr).toBe(0);
  stack = document;
});
afterAll(async () => {
  await cli.run(['down']);
  rmSync(home, { recursive: true, force: true });
});

test('up answers with the addresses and pids of what serves, as it keeps them', () => {
  const url = expect.stringMatching(/^https?:\/\/127\.0\.0\.1:\d+(\/ovirt-engine)?$/);
  const host = { address: '127.0.0.1', port: expect.any(Number) };
  expect(stack).toEqual({
    temporal: { address: expect.stringMatching(/^127\.0\.0\.1:\d+$/), ui: url, namespace: 'default' },
    lab: {
      control: url,
      engine: url,
      inventory: join(home, 'lab', 'datacenter.yaml'),
      hosts: { host1: host, host2: host },
    },
    pids: { temporal: expect.any(Number), lab: expect.any(Number), worker: expect.any(Number) },
  });
  expect(new Home(home).read('stack.json')).toEqual(stack);
});

test('up run again starts only what is missing, on the same ports', async () => {
  expect((await cli.json<Stack>(['up', '--lab'])).document).toEqual(stack);
  await killWorker();
  const { document } = await cli.json<Stack>(['up']);
  expect(document).toEqual({ ...stack, pids: { ...stack.pids, worker: expect.any(Number) } });
  expect(document.pids.worker).not.toBe(stack.pids.worker);
  stack = document;
});

test('what runs is not turned into something else', async () => {
  const speed = await cli.json<Failed>(['up', '--lab', '--speed', '10']);
  expect(speed).toMatchObject({
    code: 2,
    document: { error: { message: expect.stringMatching(/^the lab runs already with speed 600, not 10/) } },
  });
  const inventory = await cli.json<Failed>(['up', '--inventory', 'examples/datacenter.yaml']);
  expect(inventory.code).toBe(2);
  expect(inventory.document.error.message).toMatch(
    /^the worker runs already with inventory .*lab\/datacenter\.yaml, not /,
  );
});

test.each<[string, readonly string[], number, RegExp]>([
  ['an unknown command', ['strat'], 2, /^unknown command strat\. Did you mean "start"\?/],
  ['an unknown flag', ['status', 'x', '--jsno'], 2, /^unknown option --jsno\. Did you mean "--json"\?/],
  ['a missing argument', ['status'], 2, /^missing required argument 'id'/],
  ['an unknown runbook', ['plan', 'deployHostedEngin', ...INPUT], 2, /Did you mean "deployHostedEngine"\?/],
  ['an unknown run', ['status', 'nothing-like-it'], 2, /^there is no run "nothing-like-it"/],
  ['a wrong input', ['start', RUNBOOK, '--input', '{"hst":"host1"}'], 2, /hst: unknown field\. Did you mean "host"\?/],
  ['a wrong filter', ['runs', '--query', 'Colour = "red"'], 2, /^--query: /],
  [
    'a server that is not there',
    ['runs', '--address', '127.0.0.1:1'],
    3,
    /^Temporal does not answer at 127\.0\.0\.1:1 .*npx runbook up/,
  ],
])('%s is told in a sentence, as JSON too', async (_what, args, exit, sentence) => {
  const { code, document } = await cli.json<Failed>(args);
  expect(document.error.message).toMatch(sentence);
  expect([code, document.error.exit]).toEqual([exit, exit]);
});

test('list and describe say what to start and how', async () => {
  const { document: all } = await cli.json<readonly { name: string; ui: string }[]>(['list']);
  expect(all.map(({ name }) => name)).toContain(RUNBOOK);
  const { document } = await cli.json(['describe', RUNBOOK]);
  expect(document).toMatchObject({
    name: RUNBOOK,
    risk: 'destructive',
    example: { host: 'host1' },
    inputSchema: { required: ['host'], properties: { vcpus: { minimum: 2 } } },
    ui: `${stack.temporal.ui}/namespaces/default/workflows/start-workflow?taskQueue=runbooks&workflowType=${RUNBOOK}`,
  });
});

test("inventory check reads the lab's inventory", async () => {
  const { code, document } = await cli.json(['inventory', 'check']);
  expect(code).toBe(0);
  expect(document).toMatchObject({ inventory: stack.lab?.inventory, hosts: ['host1', 'host2'] });
});

test('a plan names steps and hash', async () => {
  const { code, document, stderr } = await cli.json<Plan>(['plan', RUNBOOK, ...INPUT]);
  expect(code, stderr).toBe(0);
  expect(document.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(document.steps.map(({ state }) => state)).toEqual(expect.arrayContaining(['already', 'wouldDo', 'unknown']));
  // One that is over before anybody has looked tells its plan all the same.
  const over = await cli.run(['start', RUNBOOK, '--input', '{"host":"host1","mode":"plan"}', '--wait']);
  expect([over.code, over.stderr]).toEqual([0, expect.stringContaining(`Plan ${document.hash.slice(0, 8)}: `)]);
});

test.each(['plan', 'start'])(
  '%s refuses a host that the inventory does not have, and leaves nothing running',
  async (verb) => {
    const problem = 'host: the inventory has no host host9; hosts has host1, host2. Did you mean "host1"?';
    const id = `unknown-${verb}`;
    const none = await cli.json<Failed>([verb, RUNBOOK, '--input', '{"host":"host9"}', '--id', id]);
    expect([none.code, none.document.error]).toEqual([
      2,
      expect.objectContaining({
        exit: 2,
        id,
        problems: [problem],
        message: expect.stringContaining(`\n  ${problem}\n`),
      }),
    ]);
    expect(none.stderr).not.toContain('Started');
    // It says no before it has closed.
    await until(async () => (await cli.json<StatusView>(['status', id])).document.phase === 'ended');
    const { document } = await cli.json<StatusView>(['status', id]);
    expect(document).toMatchObject({ endState: 'failed', steps: [], reason: problem });
  },
);

test('start tells an inventory that cannot be used, and leaves nothing running', async () => {
  const path = join(home, 'lab', 'datacenter.yaml');
  const whole = readFileSync(path, 'utf8');
  writeFileSync(path, `${whole}surprise: 1\n`);
  try {
    const none = await cli.json<Failed>(['start', RUNBOOK, ...INPUT, '--id', 'unread']);
    expect([none.code, none.document.error.message]).toEqual([
      1,
      expect.stringMatching(/^nothing was begun: .*surprise is not a known field.* See "npx runbook doctor"\.$/s),
    ]);
    await until(async () => (await cli.json<StatusView>(['status', 'unread'])).document.phase === 'ended');
  } finally {
    writeFileSync(path, whole);
  }
});

test('a run that is refused says once what keeps it from beginning, with its answer', async () => {
  await new LabControl(stack.lab?.control ?? '').fault({ target: 'host2', kind: 'dns-reverse-missing' });
  const input = ['--input', '{"host":"host2"}'];
  const none = await cli.run(['start', RUNBOOK, ...input, '--id', 'refused', '--wait']);
  expect([none.code, none.stderr]).toEqual([1, expect.stringMatching(/^Plan [0-9a-f]{8}: refused, /m)]);
  const what = 'address 172.20.32.12 of host2.test.local has no reverse entry';
  expect(none.stdout).toContain(`failed: ${what}. Add a PTR record`);
  expect(none.stderr).not.toContain('reverse entry');
  // Where nothing else tells it, the plan does.
  expect((await cli.run(['plan', RUNBOOK, ...input])).stdout).toContain(`Refused: ${what}\n  Fix: Add a PTR record`);
  expect((await cli.run(['status', 'refused', '--plan'])).stdout).toContain(`Refused: ${what}\n`);
  expect((await cli.run(['report', 'refused'])).stdout.split(what)).toHaveLength(2);
});

test('a run asks, takes the answer of the plan it showed and no other, and is proved by its report', async () => {
  const start = ['start', RUNBOOK, ...INPUT, '--id', 'first'];
  const asked = await cli.json<StatusView>([...start, '--wait']);
  expect(asked.code, asked.stderr).toBe(4);
  expect(asked.document.waiting).toMatchObject({ kind: 'approval', options: ['approve', 'reject'] });
  expect(asked.stderr).toContain('npx runbook approve first');
  const { document: plan } = await cli.json<Plan>(['status', 'first', '--plan']);
  expect(plan.hash.slice(0, 8)).toBe(asked.document.waiting?.planHash);
  // Who started the run has seen by which commands, before the question.
  const [command = ''] = plan.steps.flatMap(({ commands }) => commands);
  expect(asked.stderr.indexOf(`$ ${command}\n`)).toBeGreaterThan(0);
  expect(asked.stderr.indexOf(`$ ${command}\n`)).toBeLessThan(asked.stderr.indexOf('A person is needed.'));

  const twice = await cli.json<Failed>(start);
  expect([twice.code, twice.document.error.message]).toEqual([
    2,
    expect.stringMatching(/^a run "first" is still open/),
  ]);
  const parked = await cli.json<Failed>(['retry', 'first']);
  expect([parked.code, parked.document.error.message]).toEqual([
    2,
    expect.stringMatching(/^the run does not wait for retry: it waits for approve, reject/),
  ]);
  const other = await cli.json<Failed>(['approve', 'first', '--plan', '00000000']);
  expect([other.code, other.document.error.message]).toEqual([
    2,
    expect.stringMatching(/^plan: 00000000 is not the plan that waits/),
  ]);

  const yes = await cli.json<{ accepted: boolean }>(['approve', 'first', '--by', 'Ada', '--note', 'CHG-1']);
  expect([yes.code, yes.document.accepted]).toEqual([0, true]);
  const watched = await cli.json<Report>(['watch', 'first']);
  expect(watched.code, watched.stderr).toBe(0);
  expect(watched.document).toMatchObject({
    endState: 'succeeded',
    remains: [],
    decisions: [{ by: 'Ada', note: 'CHG-1' }],
  });
  const late = await cli.json<Failed>(['approve', 'first']);
  expect([late.code, late.document.error.message]).toEqual([
    2,
    expect.stringMatching(/^the run has ended \(succeeded\)/),
  ]);

  expect((await cli.run(['report', 'first'])).stdout).toMatch(/^# Deploy the hosted engine\n/);
  expect((await cli.run(['report', 'first', '--format', 'html'])).stdout).toMatch(/^<!doctype html>/);
  expect((await cli.json<Report>(['report', 'first'])).document).toEqual(watched.document);
  const { document: runs } = await cli.json<readonly { id: string; endState?: string }[]>([
    'runs',
    '--query',
    'OvirtHost = "host1"',
  ]);
  expect(runs).toContainEqual(expect.objectContaining({ id: 'first', endState: 'succeeded' }));
  expect((await cli.run(['runs'])).stdout).toMatch(
    /^RUN +RUNBOOK +STARTED +STATE\n(.*\n)*first +deployHostedEngine +\d{4}-\S+Z +succeeded$/m,
  );
});

test('a run that the UI started with a wrong input has nothing to report, one that was terminated is told as such', async () => {
  const connection = await Connection.connect({ address: stack.temporal.address });
  const { workflow } = new Client({ connection });
  const begin = (workflowId: string, input: unknown, options = {}) =>
    workflow.start(RUNBOOK, { workflowId, taskQueue: TASK_QUEUE, args: [input], ...options });
  try {
    const wrong = await begin('wrong', { hst: 'host1' });
    await expect(wrong.result()).rejects.toThrow();
    const refused = await cli.json<Failed>(['report', 'wrong']);
    expect([refused.code, refused.document.error.message]).toEqual([
      2,
      expect.stringMatching(/^the run "wrong" was refused before it began, so .* hst: unknown field/),
    ]);
    // Nothing of it has run yet.
    const killed = await begin('killed', { host: 'host1' }, { startDelay: '1 hour' });
    await killed.terminate('the wrong host');
    const status = await cli.json<StatusView>(['status', 'killed']);
    expect(status.document.reason).toBe('it was terminated from outside: the wrong host');
    const none = await cli.json<Failed>(['report', 'killed']);
    expect(none.document.error.message).toMatch(/^the run "killed" was ended from outside.*npx runbook status killed/);
    const watched = await cli.run(['watch', 'killed']);
    expect([watched.code, watched.stdout]).toEqual([1, expect.not.stringContaining('runbook report')]);
  } finally {
    await connection.close();
  }
});

test('without a worker: nothing is started, states are told from memo and history, answers are kept for later', async () => {
  expect((await cli.json<Stack>(['up', '--lab', '--fresh'])).document).toEqual(stack);
  const asked = await cli.json<StatusView>([
    'start',
    RUNBOOK,
    '--input',
    '{"host":"host2"}',
    '--id',
    'second',
    '--wait',
  ]);
  expect(asked.code, asked.stderr).toBe(4);
  await killWorker();

  const none = await cli.json<Failed>(['start', RUNBOOK, ...INPUT]);
  expect([none.code, none.document.error.message]).toEqual([
    3,
    expect.stringMatching(/^no worker serves the task queue "runbooks"/),
  ]);
  const told = await cli.json<StatusView>(['status', 'second']);
  expect(told.code).toBe(0);
  expect(told.document).toMatchObject({ phase: 'waiting', waiting: { id: asked.document.waiting?.id } });
  const states = ({ steps }: StatusView) =>
    steps.map(({ id, state, attempts, startedAt }) => ({ id, state, attempts, begun: startedAt !== undefined }));
  const gates = (all: ReturnType<typeof states>) => all.filter(({ id }) => id !== asked.document.waiting?.id);
  expect(gates(states(told.document))).toEqual(gates(states(asked.document)));
  expect((await cli.json<StatusView>(['status', 'first'])).document).toMatchObject({
    phase: 'ended',
    endState: 'succeeded',
  });

  const no = await cli.json<{ accepted: boolean }>(['reject', 'second', '--note', 'not tonight']);
  expect([no.code, no.document.accepted]).toEqual([0, false]);
  expect((await cli.json<Stack>(['up'])).code).toBe(0);
  const ended = await cli.json<Report>(['watch', 'second']);
  expect(ended.code).toBe(1);
  expect(ended.document).toMatchObject({ endState: 'rejected', decisions: [{ note: 'not tonight' }] });
});

test('down ends what up started and only that; up brings the same ports and runs back', async () => {
  const ours = readProcesses(new Home(home));
  const { code, document } = await cli.json<{ ended: readonly { role: string; pid: number }[] }>(['down']);
  expect(code).toBe(0);
  expect(document.ended.map(({ role }) => role)).toEqual(['worker', 'lab', 'temporal']);
  for (const record of Object.values(ours)) expect(startMark(record.pid)).not.toBe(record.started);
  expect((await cli.json(['down'])).document).toEqual({ ended: [] });
  expect((await cli.run(['status', 'first'], { TEMPORAL_ADDRESS: stack.temporal.address })).code).toBe(3);

  const again = await cli.json<Stack>(UP);
  expect(again.document.temporal).toEqual(stack.temporal);
  expect(again.document.lab).toEqual(stack.lab);
  expect((await cli.json<StatusView>(['status', 'first'])).document.endState).toBe('succeeded');
});
