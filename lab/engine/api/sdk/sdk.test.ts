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

  /** What a script has seen; it ends with one JSON object. */
  const operate = async (script: string, python: string, last: string): Promise<Record<string, unknown>> => {
    const { lab } = s.t;
    const ca = join(lab.store.dir, 'sdk-ca.pem');
    writeFileSync(ca, s.engine.caPem);
    const path = fileURLToPath(new URL(script, import.meta.url));
    const done = await run(python, [path, `${s.engine.url}/api`, ca, lab.secrets.enginePassword, last]);
    expect(done.output).toMatch(/^\{/m);
    return JSON.parse(done.output.split('\n').find((line) => line.startsWith('{')) ?? '{}') as Record<string, unknown>;
  };

  it('operates the engine: lists, adds with the hosted engine, deactivates, activates, follows events', async (context) => {
    if ('missing' in found) {
      context.skip(`the SDK cannot be built here: ${found.missing} is missing`);
      return;
    }
    const { lab } = s.t;
    const seen = await operate('operate.py', found.python, lab.secrets.hostRootPassword);
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

  it('operates VMs: settings, disks, cards, consoles, migration, snapshots, removal', async (context) => {
    if ('missing' in found) {
      context.skip(`the SDK cannot be built here: ${found.missing} is missing`);
      return;
    }
    const { lab } = s.t;
    const seen = await operate('vms.py', found.python, '3600a098000e4b4b3000003175cec1840');
    expect(seen).toMatchObject({
      profile: ['ovirtmgmt', 'disabled', 'ovirtmgmt'],
      made: ['down', 1, 8, 50, true, ['hd', 'cdrom'], true],
      nic: ['nic1', 'virtio', true, true, '56:6f:1a:00:00:00'],
      nic_again: [409, '[Network interface name is already in use]'],
      watchdog: ['i6300esb', 'reset'],
      running: [true, true, null],
      console: ['vnc', 5900, true],
      console_file: ['[virt-viewer]', 'type=vnc'],
      hot: ['changed', 3, false],
      next_run: [true, 1, 2],
      migrated: ['up', true],
      snapshots: [['Active VM', 'active']],
      taken_of: 'sdkvm',
      taken_disks: [true],
      applied: [2, false],
      preview: ['active', 'preview', 'regular'],
      restored: [1, ['active', 'regular']],
      removed: true,
    });
    expect((seen.started as string[]).at(-1)).toBe('up');
    expect(lab.defects).toEqual([]);
  }, 120_000);

  it('uploads an image in pieces, downloads it, puts it into a drive', async (context) => {
    if ('missing' in found) {
      context.skip(`the SDK cannot be built here: ${found.missing} is missing`);
      return;
    }
    expect(await operate('upload.py', found.python, '')).toEqual({
      transfer: [true, 'upload', 60],
      host: expect.stringMatching(/^host\d/),
      locked: 'locked',
      features: ['zero', 'flush'],
      statuses: [200],
      uploaded: 'ok',
      same: true,
      partial: 206,
      downloaded: 'ok',
      inserted: true,
      ejected: true,
      event_codes: [1031, 1032, 1033, 1073, 1074],
    });
    expect(s.t.lab.defects).toEqual([]);
  }, 120_000);
});
