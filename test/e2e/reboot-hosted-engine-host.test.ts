import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import type { LabControl } from '../support/lab-control.ts';
import type { End } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { executedChanges } from './executed.ts';

const RUNBOOK = 'rebootHostedEngineHost';
const DEPLOYED = { preset: 'deployed', hosts: 2 };
const STOPPING = { host: 'host1', strategy: 'globalMaintenance' };
const GLOBAL_WAY = [
  'hosted-engine --set-maintenance --mode=global',
  'hosted-engine --vm-shutdown',
  'systemd-run --on-active=2 systemctl reboot',
  'hosted-engine --vm-start',
  'hosted-engine --set-maintenance --mode=none',
];

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: inject('temporalAddress'), ...DEPLOYED });
});
afterAll(() => stack?.close());
beforeEach(() => stack.fresh(DEPLOYED));

test('under global maintenance: the plan names every command, the run does just these', async () => {
  const before = await stack.control.state();
  const planned = await run({ ...STOPPING, mode: 'plan' });
  expect(planned.type, planned.message).toBe('succeeded');
  expect((await stack.control.state()).revision).toBe(before.revision);
  const commands = planned.report?.plan?.steps.flatMap((step) => step.commands);
  expect(commands).toEqual(expect.arrayContaining(GLOBAL_WAY));

  const since = await stack.control.now();
  const handle = await stack.start(STOPPING, RUNBOOK);
  const { waiting } = await handle.waitingFor('approval');
  expect(waiting).toMatchObject({
    id: 'stop-the-engine-and-reboot-the-host',
    show: { Host: 'host1', 'Engine VM': 'is shut down; the engine is away for about 15 minutes' },
  });
  await handle.approve('Ada');
  const end = await handle.end();
  expect(end.type, end.message).toBe('succeeded');
  expect(await changes(stack.control, since)).toEqual(GLOBAL_WAY);
  const after = await stack.control.state();
  expect(after.hosts.host1?.bootId).not.toBe(before.hosts.host1?.bootId);
  expect(after.hostedEngine).toMatchObject({ globalMaintenance: false, vm: { host: 'host1', health: 'good' } });
  expect(end.report?.remains).toEqual([]);
  console.log(
    JSON.stringify(
      end.report?.steps.map(({ id, state, summary, evidence, startedAt, endedAt }) => ({
        id,
        state,
        summary,
        evidence,
        s: startedAt,
        e: endedAt,
      })),
      null,
      1,
    ),
  );
}, 240_000);

async function run(input: object): Promise<End> {
  return (await stack.start(input, RUNBOOK)).end();
}

/** Without what the units do for their own bookkeeping, and what the tools start in turn. */
async function changes(control: LabControl, since: number): Promise<string[]> {
  return executedChanges(await control.journal(since))
    .map((line) => line.replace(/^\/usr\/s?bin\//, ''))
    .filter((line) => /^(systemctl (start|stop|restart)|systemd-run|hosted-engine) /.test(line));
}
