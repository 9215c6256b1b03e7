import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Stack } from '../support/stack.ts';
import { temporalAddress } from '../support/temporal.ts';
import { changingProcesses } from './executed.ts';

// A whole deployment each; several seconds on an idle machine.
vi.setConfig({ testTimeout: 120_000 });

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.open({ address: temporalAddress() });
});
afterAll(() => stack?.close());

const LUN = '3600a098000e4b4b3000003c95d171065';

/** World, and the whole sentences: what was found, what to do. */
const WORLDS: readonly { world: string; target: string; found: readonly string[] }[] = [
  {
    world: 'lun-dirty',
    target: 'host1',
    found: [
      `LUN ${LUN} on host1 is not empty: volume group #; signature LVM2_member; Make sure that nothing needs what is on it, then on host1: vgremove -f #; wipefs -a /dev/mapper/${LUN}`,
    ],
  },
  {
    world: 'lun-missing-path',
    target: 'host1',
    found: [
      `LUN ${LUN} on host1 has paths that are not active ready running: 15:0:0:4 sdc failed faulty offline; Look at cables, switch zoning and controllers of the array, then at multipath -ll`,
    ],
  },
  {
    world: 'dns-broken',
    target: 'dns',
    found: [
      "the engine's name ovirt.test.local does not resolve on host1; Add ovirt.test.local with address 172.20.32.5 to the DNS that host1 asks",
      'hostname -f on host1 gives no name: host1.test.local resolves to nothing there; Let host1.test.local resolve on host1 (look at /etc/resolv.conf and its servers), and see that hostname says it',
      'repositories without any package on host1: base, updates, extras; Correct their base URLs, or disable them: yum-config-manager --disable ID',
      'host1 cannot get http://resources.ovirt.org/pub/yum-repo/ovirt-release43.rpm: curl: (6) Could not resolve host: resources.ovirt.org; Unknown error; Give the host access to it, or name a mirror of your own in the inventory (profile.releasePackage of ovirt-4.3)',
    ],
  },
  {
    world: 'dns-reverse-missing',
    target: 'host1',
    found: [
      'address 172.20.32.11 of host1.test.local has no reverse entry; Add a PTR record for 172.20.32.11 that names host1.test.local',
    ],
  },
  {
    world: 'hostname-wrong-nic',
    target: 'host1',
    found: [
      "the host's name leads to interface em2, but the default route to em1; Let the name of the host resolve to its address on em1, or name hosts[].managementInterface in the inventory",
      'engine.address 172.20.32.5/24 is not an address of its own in the network of 10.20.30.11/24; Correct engine.address in the inventory',
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
      `${what}; ${fix}`.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '#'),
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
