/** Two operators on one hosted engine, and what is found of those who have gone. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type StatusView, TASK_QUEUE } from '../../workflows/contract.ts';
import type { HeldLock } from '../../workflows/locks/contract.ts';
import { onHost, untilOnHost } from '../support/host-files.ts';
import { type End, RunHandle } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';
import { Cli } from './cli-command.ts';

// Many commands, each a process.
vi.setConfig({ testTimeout: 120_000 });

const DEPLOYED = { preset: 'deployed', hosts: 2 };
const RECOVER = 'recoverHostedEngineAgent';

let stack: Stack;
let cli: Cli;
let env: Record<string, string>;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), ...DEPLOYED });
  cli = new Cli(stack.directory);
  env = { TEMPORAL_ADDRESS: temporalAddress(), TEMPORAL_NAMESPACE: stack.client.options.namespace };
});
afterAll(() => stack?.close());
beforeEach(() => stack.fresh(DEPLOYED));

interface Listed {
  readonly locks: readonly (HeldLock & { readonly ownerAlive: boolean })[];
}

test('a run on the other host waits, through the death of the worker, and gets the lock of an owner that is no more', async () => {
  await shutDownInGlobalMaintenance();
  const first = await stack.start({ host: 'host1', ticket: 'CHG-1' }, RECOVER);
  await first.waitingFor('approval');
  const since = await stack.control.now();
  const second = await stack.start({ host: 'host2' }, RECOVER);
  const { waiting } = await second.waitingFor('lock');
  expect(waiting).toMatchObject({ id: 'hosted-engine', show: { 'Held by': first.id, Reason: 'CHG-1' } });

  await stack.worker.kill9();
  const { code, document } = await cli.json<Listed>(['locks'], env);
  expect(code).toBe(0);
  expect(document.locks).toMatchObject([
    {
      resource: 'host/host1',
      owner: { id: first.id, runbook: RECOVER, reason: 'CHG-1' },
      ownerAlive: true,
      queue: [],
    },
    // Free, but kept: nobody who comes later may have it meanwhile.
    { resource: 'host/host2', owner: { id: second.id }, reserved: true, ownerAlive: true, queue: [] },
    { resource: 'hosted-engine', owner: { id: first.id }, ownerAlive: true, queue: [{ id: second.id }] },
  ]);
  await first.handle.terminate('the operator has gone home');
  const dead = await cli.json<Listed>(['locks'], env);
  expect(dead.document.locks.find(({ resource }) => resource === 'hosted-engine')).toMatchObject({ ownerAlive: false });
  await stack.worker.start();

  await second.waitingFor('approval');
  const people = await cli.run(['locks'], env);
  expect(people.stdout.split('\n')).toEqual([
    expect.stringMatching(/^LOCK +RUN +RUNBOOK +SINCE +REASON$/),
    expect.stringMatching(new RegExp(`^host/host2 +${second.id} +${RECOVER} +\\S+$`)),
    expect.stringMatching(new RegExp(`^hosted-engine +${second.id} +${RECOVER} +\\S+$`)),
    '',
  ]);
  const sent = (await stack.control.journal(since)).filter(({ target }) => target === 'host1');
  expect(sent.filter(({ text }) => text.includes('--vm-start'))).toEqual([]);

  expect(await cli.run(['locks', 'break', 'hosted-engine'], env)).toMatchObject({ code: 2 });
  const unknown = await cli.run(['locks', 'break', 'host/host7', '--reason', 'none'], env);
  expect([unknown.code, unknown.stderr]).toEqual([
    2,
    'runbook: nobody holds host/host7; locked are: host/host2, hosted-engine. See "npx runbook locks".\n',
  ]);
  const wish = ['locks', 'break', 'hosted-engine', '--reason', 'it is needed elsewhere', '--by', 'ann'];
  const broken = await cli.json<{ lost: { id: string }[] }>(wish, env);
  expect([broken.code, broken.document.lost.map(({ id }) => id)]).toEqual([0, [second.id]]);
  await second.approve();
  const parked = await second.waitingFor('parked');
  expect(parked.waiting?.reason?.[0]).toContain('the lock hosted-engine was taken from this run by ann');
  // Nobody else waits for it, so the run has it back at once.
  await second.decide({ ...parked.waiting?.answer, by: 'bob' });
  expect((await second.end()).type).toBe('succeeded');
  await expect.poll(async () => (await cli.json<Listed>(['locks'], env)).document).toEqual({ locks: [] });
});

test('what people have left is found, by its age; a firewall that is off is found at once', async () => {
  expect((await findOrphans()).type).toBe('succeeded');
  await setGlobalMaintenance();
  const young = await findOrphans();
  expect(young.type, young.message).toBe('succeeded');
  expect(young.report?.steps[0]?.evidence?.[1]).toMatch(
    /^the hosted engine is in global maintenance since \S+ \S+ \(agent\.log of host\d\); no run has brought it about, so a person or another program has; it is a finding after 8 hours$/,
  );
  await onHost(stack.lab.inventory, 'host2', 'systemctl stop firewalld');
  const found = await findOrphans({ tolerateHours: 0 });
  expect(found.type).toBe('failed');
  expect(found.report?.plan?.refusals?.map(({ what }) => what)).toEqual([
    expect.stringContaining('the hosted engine is in global maintenance'),
    expect.stringMatching(/^the firewall of host2 is off.*; no run has brought it about/),
  ]);
});

test('a run that was ended from outside leaves global maintenance: its status and the watchdog say whose it is', async () => {
  await stack.control.fault({ target: 'host1', kind: 'hold-before', match: 'vm-shutdown' });
  const run = await stack.start({ host: 'host1', strategy: 'globalMaintenance' }, 'rebootHostedEngineHost');
  await run.approve();
  await run.until(({ steps }) => steps.some(({ id, state }) => id === 'set-global-maintenance' && state === 'done'));
  const [owned] = (await run.record()).owns ?? [];
  expect(owned).toMatchObject({ kind: 'globalMaintenance', step: 'Set global maintenance' });
  await run.handle.terminate('killed from outside');

  const { document } = await cli.json<StatusView>(['status', run.id], env);
  expect(document).toMatchObject({ phase: 'ended', endState: 'failed' });
  const left = `the hosted engine is in global maintenance, since ${owned?.since}, by "Set global maintenance" of run ${run.id}`;
  expect(document.remains).toContainEqual({ what: `most likely ${left}`, byHand: owned?.byHand });

  const found = await findOrphans({ tolerateHours: 720 });
  expect((await stack.control.state()).hostedEngine.globalMaintenance).toBe(true);
  expect(found.type).toBe('failed');
  expect(found.report?.plan?.refusals).toEqual([
    {
      what: expect.stringMatching(
        new RegExp(
          `"Set global maintenance" of run ${run.id} \\(rebootHostedEngineHost\\) brought it about at \\S+, and that run is no more: terminated at `,
        ),
      ),
      fix: `When nobody needs it any more: ${owned?.byHand}`,
    },
  ]);
});

async function findOrphans(input: object = {}): Promise<End> {
  const handle = await stack.client.workflow.start('findOrphanedStates', {
    taskQueue: TASK_QUEUE,
    workflowId: `findOrphanedStates-${randomUUID()}`,
    args: [input],
  });
  return new RunHandle(handle).end();
}

async function setGlobalMaintenance(): Promise<void> {
  await onHost(stack.lab.inventory, 'host1', 'hosted-engine --set-maintenance --mode=global');
  await untilOnHost(stack.lab.inventory, 'host1', 'hosted-engine --vm-status', (said) =>
    said.includes('state=GlobalMaintenance'),
  );
}

async function shutDownInGlobalMaintenance(): Promise<void> {
  await setGlobalMaintenance();
  await onHost(stack.lab.inventory, 'host1', 'hosted-engine --vm-shutdown');
  await untilOnHost(stack.lab.inventory, 'host1', 'virsh -r list', (said) => !said.includes('HostedEngine'));
}
