/** Simulated time-outs on a machine that is much too slow for the speed: they judge waiting, never computing. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestHosts, testHosts } from '../test-hosts.ts';
import type { Host } from './host.ts';

let host: Host;
let hosts: TestHosts;
beforeAll(async () => {
  hosts = await testHosts({ speed: 6000 });
  host = hosts.host;
  host.addProgram('/usr/bin/compute', async (ctx) => {
    // 60 ms of work are six minutes at this speed.
    for (const end = performance.now() + 60; performance.now() < end; ) await new Promise((turn) => setImmediate(turn));
    ctx.out('computed\n');
    return 0;
  });
});
afterAll(() => hosts.close());

it('lets a program compute under timeout and under a held lock', async () => {
  expect(await host.sh('timeout 20 compute')).toMatchObject({ code: 0, stdout: 'computed\n' });
  expect(await host.sh('timeout 20 sh -c "compute; sleep 1" | cat')).toMatchObject({ code: 0, stdout: 'computed\n' });
  const waited = await host.sh(
    'flock /run/lock/c sh -c "echo > /run/held; compute" & while [ ! -e /run/held ]; do :; done; flock -w 5 /run/lock/c echo got',
  );
  expect(waited.stdout).toContain('got\n');
});

it('still ends what really waits too long', async () => {
  expect(await host.sh('timeout 20 sleep 30')).toMatchObject({ code: 124 });
  expect((await host.sh('flock /run/lock/w sleep 60 & sleep 1; flock -w 5 /run/lock/w true; echo $?')).stdout).toBe(
    '1\n',
  );
});
