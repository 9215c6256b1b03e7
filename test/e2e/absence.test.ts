import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { decideSignal } from '../../workflows/messages.ts';
import { deployProcesses } from '../support/deployments.ts';
import { RunHandle } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';
import { Cli } from './cli-command.ts';

// A whole deployment each; several seconds on an idle machine.
vi.setConfig({ testTimeout: 120_000 });

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress() });
});
afterAll(() => stack?.close());

test('what people decide while no worker lives is carried out once one is back', async () => {
  await stack.fresh();
  await stack.control.fault({ target: 'host1', kind: 'deploy-unknown' });
  const since = await stack.control.now();
  const run = await stack.start();
  const { waiting: gate } = await run.waitingFor('approval');
  await stack.worker.kill9();

  // The memo answers without a worker, with all that is needed to decide.
  expect((await run.record()).waiting).toEqual(gate);
  await run.handle.signal(decideSignal, { ...gate?.answer, by: 'Ada' });
  await stack.worker.start();
  const { waiting: parked } = await run.until(({ waiting }) => waiting?.kind === 'parked');

  await stack.worker.kill9();
  expect((await run.record()).waiting).toEqual(parked);
  await run.handle.signal(decideSignal, { ...parked?.answer, by: 'Grace' });
  await stack.worker.start();
  const end = await run.end();
  expect(end.type, end.message).toBe('succeeded');
  expect(end.report?.decisions.map(({ by, what }) => `${by} ${what}`)).toEqual([
    'Ada approved: Deploy the hosted engine',
    'Grace retry: Run hosted-engine --deploy',
  ]);
  expect(await deployProcesses(stack.control, since)).toBe(2);
});

test('a run that no worker takes up is told as started, and goes on when one comes; a schedule is made without a look at its names', async () => {
  await stack.fresh();
  const cli = new Cli(stack.worker.home);
  const env = { TEMPORAL_ADDRESS: temporalAddress(), TEMPORAL_NAMESPACE: stack.client.options.namespace };
  const window = ['--cron', '30 2 1 1 *', '--time-zone', 'UTC', '--length', '4h'];
  // It still counts as one that asks for work, as a worker does that has just lost its machine.
  process.kill(stack.worker.pid, 'SIGSTOP');
  const told = Promise.all([
    cli.run(['start', 'deployHostedEngine', '--input', '{"host":"host1"}', '--id', 'left-alone'], env),
    cli.run(
      [
        'schedule',
        'create',
        'blind',
        '--runbook',
        'recoverHostedEngineAgent',
        '--input',
        '{"host":"host9"}',
        ...window,
      ],
      env,
    ),
  ]);
  // A stopped process would not even hear that it is to end.
  const [started, made] = await told.finally(() => process.kill(stack.worker.pid, 'SIGCONT'));
  expect(started).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(
      /^runbook: left-alone is started, but no worker has taken it up so far; it goes on when one does/,
    ),
  });
  expect(made).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('nobody has looked whether the inventory has'),
  });
  await stack.client.schedule.getHandle('blind').delete();

  const run = new RunHandle(stack.client.workflow.getHandle('left-alone'));
  const { waiting } = await run.waitingFor('approval');
  await run.decide({ ...waiting?.answer, verdict: 'reject', by: 'Ada' });
  expect((await run.end()).type).toBe('rejected');
});

test('a refused signal shows in the status, since its sender gets no answer', async () => {
  await stack.fresh();
  const run = await stack.start();
  const { waiting } = await run.waitingFor('approval');
  await run.handle.signal(decideSignal, { ...waiting?.answer, plan: '00000000', by: 'Ada' });
  const { refusals } = await run.until(({ refusals: known }) => known !== undefined);
  expect(refusals).toEqual([
    `Refused: plan: 00000000 is not the plan that waits for approval; that is ${waiting?.planHash}.`,
  ]);
  expect((await run.record()).refusals).toEqual(refusals);
  await run.decide({ ...waiting?.answer, verdict: 'reject', by: 'Ada' });
  expect((await run.end()).type).toBe('rejected');
});

test('a held run goes on from the step boundary where it stopped', async () => {
  await stack.fresh();
  const held = await stack.control.fault({ target: 'host1', kind: 'hold-before', match: '^LC_ALL=C systemd-run ' });
  const since = await stack.control.now();
  const run = await stack.start({ standingApproval: { by: 'Ada' } });
  await stack.control.awaitEntry(since, ({ kind, text }) => kind === 'fault' && text.includes('systemd-run'));
  await run.decide({ verb: 'hold', by: 'Grace' });
  await stack.control.release(held);
  const status = await run.until(({ phase }) => phase === 'holding');
  expect(status.waiting).toMatchObject({ kind: 'hold', title: 'Held by Grace', answer: { verb: 'resume' } });
  const working = status.steps.filter(({ state }) => state === 'running' || state === 'undoing');
  expect(working).toEqual([]);
  const before = await stack.control.state();
  expect((await stack.control.state()).revision).toBe(before.revision);
  await run.decide({ verb: 'resume', by: 'Grace' });
  expect((await run.end()).type).toBe('succeeded');
});
