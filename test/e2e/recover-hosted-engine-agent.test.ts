import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { onHost, untilOnHost } from '../support/host-files.ts';
import type { LabControl } from '../support/lab-control.ts';
import type { End } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';
import { executedChanges } from './executed.ts';

const RUNBOOK = 'recoverHostedEngineAgent';
const DEPLOYED = { preset: 'deployed', hosts: 2 };
const RECOVERY = [
  'hosted-engine --connect-storage',
  'systemctl restart ovirt-ha-broker',
  'systemctl restart ovirt-ha-agent',
];

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), ...DEPLOYED });
});
afterAll(() => stack?.close());
beforeEach(() => stack.fresh(DEPLOYED));

test('a dead broker: storage, broker, agent, in this order; a second run changes nothing', async () => {
  await stack.control.fault({ target: 'host2', kind: 'ha-broker-dead' });
  await agentGaveUp('host2');
  const before = await stack.control.state();
  const planned = await run('host2', { mode: 'plan' });
  expect(planned.type, planned.message).toBe('succeeded');
  expect(planned.report?.plan?.steps.map(({ title, state, commands }) => [title, state, commands])).toEqual([
    ['Look at the HA agent', 'already', []],
    ['Start sanlock and vdsmd', 'already', []],
    ['Connect the storage and restart broker and agent', 'wouldDo', RECOVERY],
    ['Find out who runs the engine VM', 'unknown', []],
    ['Start the engine VM', 'unknown', []],
    ['Start the engine VM', 'unknown', ['hosted-engine --vm-start']],
    ['Wait until the engine answers', 'unknown', []],
  ]);
  expect(planned.report?.plan?.steps[0]?.evidence).toEqual(
    expect.arrayContaining([
      'the HA agent of host2 ends and is restarted over and over (status 157)',
      'journal of ovirt-ha-agent: Failed to start necessary monitors',
      'journal of ovirt-ha-agent: failed to start monitor via ovirt-ha-broker: [Errno 2] No such file or directory',
    ]),
  );
  expect((await stack.control.state()).revision).toBe(before.revision);

  const since = await stack.control.now();
  const end = await run('host2');
  expect(end.type, end.message).toBe('succeeded');
  expect(await changes(stack.control, since)).toEqual(RECOVERY);
  expect(end.report?.decisions).toEqual([]);
  expect(stepsOf(end)).toEqual({
    'look-at-the-ha-agent': 'passed',
    'start-sanlock-and-vdsmd': 'already',
    'connect-the-storage-and-restart-broker-and-agent': 'done',
    'find-out-who-runs-the-engine-vm': 'passed',
    'start-the-engine-vm': 'already',
    'start-the-engine-vm-2': 'already',
    'wait-until-the-engine-answers': 'passed',
  });
  expect(await agentOf('host2')).toBe('ActiveState=active\nSubState=running\n');

  const again = await stack.control.state();
  const later = await stack.control.now();
  const second = await run('host2');
  expect(second.type, second.message).toBe('succeeded');
  expect(new Set(Object.values(stepsOf(second)))).toEqual(new Set(['already', 'passed']));
  expect(await changes(stack.control, later)).toEqual([]);
  expect((await stack.control.state()).revision).toBe(again.revision);
});

test('in global maintenance with nobody running the engine VM, it is started after an approval', async () => {
  await shutDownInGlobalMaintenance();
  await stack.control.fault({ target: 'host1', kind: 'ha-broker-dead' });
  await agentGaveUp('host1');
  const since = await stack.control.now();
  const handle = await stack.start({ host: 'host1' }, RUNBOOK);
  const { waiting } = await handle.waitingFor('approval');
  expect(waiting).toMatchObject({
    id: 'start-the-engine-vm',
    show: { Host: 'host1', 'Will be run': 'hosted-engine --vm-start' },
  });
  await handle.approve('Ada');
  const end = await handle.end();
  expect(end.type, end.message).toBe('succeeded');
  expect(await changes(stack.control, since)).toEqual([...RECOVERY, 'hosted-engine --vm-start']);
  expect((await stack.control.state()).hostedEngine).toMatchObject({
    globalMaintenance: true,
    vm: { host: 'host1', health: 'good' },
  });
  expect(end.report?.steps.at(-1)?.evidence?.at(-1)).toBe(
    'global maintenance is set: until it is ended (hosted-engine --set-maintenance --mode=none), nobody starts the engine VM again',
  );
});

async function run(host: string, input: object = {}): Promise<End> {
  return (await stack.start({ host, ...input }, RUNBOOK)).end();
}

function stepsOf({ report }: End): Record<string, string> {
  return Object.fromEntries((report?.steps ?? []).map(({ id, state }) => [id, state]));
}

/** Without what the units do for their own bookkeeping, and what the tools start in turn. */
async function changes(control: LabControl, since: number): Promise<string[]> {
  return executedChanges(await control.journal(since))
    .map((line) => line.replace(/^\/usr\/s?bin\//, ''))
    .filter((line) => /^(systemctl (start|stop|restart)|hosted-engine) /.test(line));
}

function agentOf(host: string): Promise<string> {
  return onHost(stack.lab.inventory, host, 'systemctl show ovirt-ha-agent -p ActiveState,SubState | sort');
}

async function agentGaveUp(host: string): Promise<void> {
  await untilOnHost(
    stack.lab.inventory,
    host,
    'journalctl -u ovirt-ha-agent -o cat --no-pager | grep -c status=157',
    (said) => Number(said) > 0,
  );
}

async function shutDownInGlobalMaintenance(): Promise<void> {
  await onHost(stack.lab.inventory, 'host1', 'hosted-engine --set-maintenance --mode=global');
  await untilOnHost(stack.lab.inventory, 'host1', 'hosted-engine --vm-status', (said) =>
    said.includes('state=GlobalMaintenance'),
  );
  await onHost(stack.lab.inventory, 'host1', 'hosted-engine --vm-shutdown');
  await untilOnHost(stack.lab.inventory, 'host1', 'virsh -r list', (said) => !said.includes('HostedEngine'));
}
