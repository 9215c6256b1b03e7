import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { lasting } from '../faults/outcome.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';
import { changingProcesses, compareWithPlan, plannedChanges, strayCommands } from './executed.ts';

// A whole deployment each; several seconds on an idle machine.
vi.setConfig({ testTimeout: 120_000 });

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress() });
});
afterAll(() => stack?.close());

test('a plan names every command and touches nothing', async () => {
  await stack.fresh();
  const before = await stack.control.state();
  const since = await stack.control.now();
  const run = await stack.start({ mode: 'plan' });
  const end = await run.end();

  expect(end.type, end.message).toBe('succeeded');
  const steps = end.report?.plan?.steps ?? [];
  expect(end.report?.plan?.refusals).toBeUndefined();
  expect(end.report?.plan?.hash).toMatch(/^[0-9a-f]{64}$/);
  for (const step of steps.filter(({ state }) => state === 'wouldDo')) {
    if (step.approval === undefined) expect(step.commands, step.title).not.toEqual([]);
  }
  expect(plannedChanges(end.report?.plan ?? { hash: '', steps: [] })).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^hosted-engine --deploy /),
      expect.stringMatching(/^yum -y install /),
    ]),
  );
  const after = await stack.control.state();
  expect(after.revision).toBe(before.revision);
  expect(changingProcesses(await stack.control.journal(since))).toEqual([]);
});

test('a deployment asks once, runs what was planned, serves, and leaves nothing to do for a second one', async () => {
  await stack.fresh();
  const since = await stack.control.now();
  const run = await stack.start();
  const asked = await run.waitingFor('approval');
  expect(asked.waiting).toMatchObject({
    id: 'deploy-the-hosted-engine',
    options: ['approve', 'reject'],
    show: { 'Will be destroyed': 'everything on LUN 3600a098000e4b4b3000003c95d171065' },
  });
  expect(await run.decide({ ...asked.waiting?.answer, by: 'Ada' })).toBe(
    'Recorded: approve by Ada for "Deploy the hosted engine".',
  );
  const end = await run.end();

  expect(end.type, end.message).toBe('succeeded');
  expect(end.report?.remains).toEqual([]);
  expect(end.report?.decisions).toMatchObject([{ by: 'Ada', what: 'approved: Deploy the hosted engine' }]);
  const states = new Set(end.report?.steps.map(({ state }) => state));
  expect([...states].sort()).toEqual(['already', 'done', 'passed']);
  const plan = end.report?.plan;
  if (plan === undefined) throw new Error('the report has no plan');
  const journal = await stack.control.journal(since);
  expect(compareWithPlan(journal, plan)).toEqual({ unplanned: [], missing: [] });
  expect(strayCommands(journal)).toEqual([]);

  const state = await stack.control.state();
  expect(state.hostedEngine).toMatchObject({
    deployed: true,
    globalMaintenance: false,
    vm: { host: 'host1', health: 'good' },
  });
  expect(state.hosts.host1).toMatchObject({ localMaintenance: false, firewall: { firewalld: true } });
  expect(state.defects).toEqual([]);

  const second = await (await stack.start()).end();
  expect(second.type, second.message).toBe('succeeded');
  expect(second.report?.decisions).toEqual([]);
  expect(second.report?.steps.filter(({ state: step }) => step !== 'already' && step !== 'passed')).toEqual([]);
  const later = await stack.control.state();
  expect(later.revision).toBe(state.revision);
  expect(lasting(later)).toEqual(lasting(state));
});

test('a run that is bound to a plan runs that one, and no other', async () => {
  await stack.fresh();
  const planned = await (await stack.start({ mode: 'plan' })).end();
  const hash = planned.report?.plan?.hash ?? '';
  const bound = { plan: hash.slice(0, 8), standingApproval: { by: 'Ada' } };

  const same = await (await stack.start(bound)).end();
  expect(same.type, same.message).toBe('succeeded');
  expect(same.report?.plan?.hash).toBe(hash);

  await stack.fresh();
  await stack.control.event({ target: 'host1', action: 'install-package', package: 'screen' });
  const before = await stack.control.state();
  const other = await (await stack.start(bound)).end();
  expect(other.type).toBe('failed');
  expect(other.message).toMatch(
    new RegExp(`The plan is now [0-9a-f]{8}, not ${hash.slice(0, 8)}: look at it with "npx runbook plan"`),
  );
  expect((await stack.control.state()).revision).toBe(before.revision);
});

beforeEach(() => stack.control.releaseAll());
