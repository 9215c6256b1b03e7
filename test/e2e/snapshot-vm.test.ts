import { afterAll, beforeAll, expect, test } from 'vitest';
import { engineVm } from '../../connectors/engine/model/vm.ts';
import { asAdmin } from '../support/engine-admin.ts';
import { engineRequests, withoutIds } from '../support/engine-requests.ts';
import type { End } from '../support/run.ts';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';
import { until } from '../support/until.ts';

const RUNBOOK = 'snapshotVm';
const INPUT = { name: 'vm1', snapshot: 'before the update' };

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress(), preset: 'datacenter', hosts: 3 });
});
afterAll(() => stack?.close());

const run = (input: object): Promise<End> => stack.run(RUNBOOK, { ...INPUT, ...input });
const volumes = ({ report }: End, title: string) => report?.steps.find((step) => step.title === title)?.evidence ?? [];

async function changes(since: number): Promise<readonly string[]> {
  return withoutIds(engineRequests(await stack.control.journal(since)));
}

test('made while the VM runs, with a volume more; found again; removed by a merge, with one less', async () => {
  const untouched = await stack.control.revision();
  const planned = await run({ mode: 'plan' });
  expect(planned.type, planned.message).toBe('succeeded');
  expect(await stack.control.revision()).toBe(untouched);

  const since = await stack.control.now();
  const made = await run({});
  expect(made.type, made.message).toBe('succeeded');
  const before = volumes(made, 'Tell the volumes before');
  const after = volumes(made, 'Tell the volumes after');
  expect(before).toEqual([expect.stringMatching(/^volume \S+ of 11\.00g, the lowest, active as 253:\d+$/)]);
  const [lowest = ''] = before;
  expect(after).toHaveLength(2);
  expect(after).toContainEqual(
    expect.stringMatching(`^volume \\S+ of 1\\.00g, upon ${lowest.split(' ')[1]}, active as 253:\\d+$`),
  );
  expect(await changes(since)).toEqual(['POST /vms/ID/snapshots']);

  const there = await stack.control.revision();
  const again = await run({});
  expect(again.type, again.message).toBe('succeeded');
  expect(await stack.control.revision()).toBe(there);

  const up = await run({ action: 'restore' });
  expect(up.message).toContain('VM vm1 is up. Shut it down: only a VM that is down can be set back.');
  const unknown = await run({ snapshot: 'never made', action: 'restore' });
  expect(unknown.message).toContain('vm1 has no snapshot "never made"');
  const nobody = await run({ name: 'vm9' });
  expect(nobody.message).toContain('VM vm9: the engine has none of this name');
  const gone = await run({ snapshot: 'never made', action: 'remove' });
  expect([gone.type, gone.report?.decisions]).toEqual(['succeeded', []]);
  expect(await stack.control.revision()).toBe(there);

  const removal = await stack.startWith(RUNBOOK, { ...INPUT, action: 'remove' });
  await removal.waitingFor('approval');
  await removal.approve('Ada');
  const removed = await removal.end();
  expect(removed.type, removed.message).toBe('succeeded');
  expect(volumes(removed, 'Tell the volumes after')).toHaveLength(1);
});

test('looked at and left by a cancel; looked at and undone; looked at and kept', async () => {
  const made = await run({});
  expect(made.type, made.message).toBe('succeeded');
  await asAdmin(stack.lab.inventory, async (engine) => {
    const vm = await engine.named('/vms', 'vm1', engineVm);
    await engine.send({ request: 'POST', path: `/vms/${vm?.id}/stop` });
    await until(async () => (await engine.named('/vms', 'vm1', engineVm))?.status === 'down');
  });

  const from = await stack.control.now();
  const left = await stack.startWith(RUNBOOK, { ...INPUT, action: 'restore' });
  await left.waitingFor('approval');
  await left.handle.cancel();
  const cancelled = await left.end();
  expect(cancelled.type, cancelled.message).toBe('cancelled');
  expect(await changes(from)).toEqual(['POST /vms/ID/previewsnapshot', 'POST /vms/ID/undosnapshot']);

  for (const [keep, last] of [
    [false, 'POST /vms/ID/undosnapshot'],
    [true, 'POST /vms/ID/commitsnapshot'],
  ] as const) {
    const since = await stack.control.now();
    const handle = await stack.startWith(RUNBOOK, { ...INPUT, action: 'restore' });
    const { waiting } = await handle.waitingFor('approval');
    await handle.decide({ ...waiting?.answer, verdict: keep ? 'approve' : 'reject', by: 'Ada' });
    const end = await handle.end();
    expect(end.type, end.message).toBe('succeeded');
    expect(await changes(since)).toEqual(['POST /vms/ID/previewsnapshot', last]);
  }
});

test('cancelled once it was made, the snapshot is merged again', async () => {
  const since = await stack.control.now();
  const handle = await stack.startCancelledAt('POST .*/snapshots', RUNBOOK, { ...INPUT, snapshot: 'by mistake' });
  const end = await handle.end();
  expect(end.type, end.message).toBe('cancelled');
  expect((await handle.record()).remains).toEqual([]);
  expect(await changes(since)).toEqual(['POST /vms/ID/snapshots', 'DELETE /vms/ID/snapshots/ID']);
});
