import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, sdkPython } from '../../../python-packages.ts';
import type { ServedLab } from '../test-client.ts';
import { servedLab } from '../test-client.ts';

describe("oVirt's own SDK", () => {
  let s: ServedLab;
  let found: Awaited<ReturnType<typeof sdkPython>>;
  beforeAll(async () => {
    found = await sdkPython();
    s = await servedLab(3, 60);
    await s.t.fast(async () => {
      const third = s.t.lab.hosts.get('host3');
      await third?.run(['yum', '-y', 'install', 'http://resources.ovirt.org/pub/yum-repo/ovirt-release43.rpm']);
    });
  }, 240_000);
  afterAll(() => s.close());

  it('operates the engine: lists, adds with the hosted engine, deactivates, activates, follows events', async (context) => {
    if ('missing' in found) {
      context.skip(`the SDK cannot be built here: ${found.missing} is missing`);
      return;
    }
    const { lab } = s.t;
    const ca = join(lab.store.dir, 'sdk-ca.pem');
    writeFileSync(ca, s.engine.caPem);
    const script = fileURLToPath(new URL('./operate.py', import.meta.url));
    const { enginePassword, hostRootPassword } = lab.secrets;
    const done = await run(found.python, [script, `${s.engine.url}/api`, ca, enginePassword, hostRootPassword]);
    expect(done.output).toMatch(/^\{/m);
    const seen = JSON.parse(done.output.split('\n').find((line) => line.startsWith('{')) ?? '{}') as Record<
      string,
      unknown
    >;
    expect(seen).toMatchObject({
      version: [4, 3],
      total_hosts: 2,
      hosts: [
        ['host1.test.local', 'up', 'spm'],
        ['host2.test.local', 'up', 'none'],
      ],
      hosted_engine: [true, true, 3400, false, false],
      cluster: ['Cluster1', 3, 'Datacenter1'],
      added: ['host3', 'installing'],
      deployed: 3400,
      event_codes: [42, 504, 509, 9000],
      event_host: ['host3'],
      job: ['finished', ['validating', 'executing', 'unknown', 'finalizing']],
      engine_vm: ['up', 'managed_hosted_engine', 'host1.test.local'],
      reason: 'work',
      engine_vm_moved: true,
      again: ['Error', 409, '[Cannot switch Host to Maintenance mode. Host is already in Maintenance mode.]'],
      activated: 'up',
      unknown: ['NotFoundError', 404],
      refused: ['Error', 409, '[Cannot stop VM. This VM is not managed by the engine.]'],
      storage: [['hosted_storage', 'active', 'fcp']],
    });
    expect(seen.wrong_password).not.toBeNull();
    expect((seen.installed as string[])[0]).toBe('installing');
    expect((seen.deactivated as string[]).at(-1)).toBe('maintenance');
    expect(lab.defects).toEqual([]);
  }, 120_000);
});
