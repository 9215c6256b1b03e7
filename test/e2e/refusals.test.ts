import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Stack } from '../support/stack.ts';
import { changingProcesses } from './executed.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: inject('temporalAddress') });
});
afterAll(() => stack?.close());

/** World, and the whole sentences: what was found, what to do. */
const WORLDS: readonly { world: string; target: string; found: readonly string[] }[] = [
  {
    world: 'lun-dirty',
    target: 'host1',
    found: [
      'LUN 3600a098000e4b4b3000003c95d171065 on host1 is not empty: volume group #; signature LVM2_member; Make sure that nothing needs what is on it, then on host1: vgremove -f #; wipefs -a /dev/mapper/3600a098000e4b4b3000003c95d171065',
    ],
  },
];

test.each(WORLDS)(
  '$world is refused by the preflight with the fix, and nothing is touched',
  async ({ world, target, found }) => {
    await stack.fresh();
    await stack.control.fault({ target, kind: world });
    const before = await stack.control.state();
    const since = await stack.control.now();
    const end = await (await stack.start({ standingApproval: { by: 'Ada' } })).end();

    expect(end.type).toBe('failed');
    const refusals = (end.report?.plan?.refusals ?? []).map(({ what, fix }) =>
      `${what}; ${fix}`.replaceAll(/[0-9a-f-]{36}/g, '#'),
    );
    expect(refusals).toEqual(found);
    expect(end.report?.remains).toEqual([]);
    for (const { what, fix } of end.report?.plan?.refusals ?? []) {
      expect(end.message).toContain(what);
      expect(end.message).toContain(fix);
    }
    expect((await stack.control.state()).revision).toBe(before.revision);
    expect(changingProcesses(await stack.control.journal(since))).toEqual([]);
  },
);
