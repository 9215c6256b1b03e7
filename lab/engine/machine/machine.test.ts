import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { destroyVm, runningOn } from '../../ovirt/engine-vm.ts';
import type { Json, ServedLab } from '../api/test-client.ts';
import { servedLab } from '../api/test-client.ts';
import { engineMachine } from './machine.ts';

describe('the engine VM from within', () => {
  let s: ServedLab;
  beforeAll(async () => {
    s = await servedLab(2);
  });
  afterAll(() => s.close());
  const inside = (script: string) => s.t.fast(() => engineMachine(s.t.lab).sh(script));

  it('is a machine of its own, which knows its name', async () => {
    expect((await inside('hostname -f; cat /etc/redhat-release')).stdout).toBe(
      'ovirt.test.local\nCentOS Linux release 7.7.1908 (Core)\n',
    );
  });

  it('engine-backup saves into a file, tells the engine, and checks what it saved', async () => {
    const { stdout, stderr, code } = await inside(
      'engine-backup --mode=backup --scope=all --file=/root/one.backup --log=/root/one.log',
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      "Start of engine-backup with mode 'backup'",
      'scope: all',
      'archive file: /root/one.backup',
      'log file: /root/one.log',
      'Backing up:',
      'Notifying engine',
      '- Files',
      "- Engine database 'engine'",
      "- DWH database 'ovirt_engine_history'",
      "Packing into file '/root/one.backup'",
      'Notifying engine',
      'Done.',
      '',
    ]);
    const events = (await s.client.json('GET', '/events?search=type%3D9025')).event as unknown as Json[];
    expect(events[0]?.description).toBe('engine-backup: Finished, scope=all, log=/root/one.log');
    // Binary, and whole wherever it goes through.
    const pieces = 'for n in 0 1 2; do dd if=/root/one.backup bs=60k skip=$n count=1 2>/dev/null | base64; done';
    const [mode, whole, ...lines] = (
      await inside(`stat -c %a /root/one.backup; sha256sum < /root/one.backup; ${pieces}`)
    ).stdout.split('\n');
    const bytes = Buffer.from(lines.join(''), 'base64');
    expect([mode, whole]).toEqual(['600', `${createHash('sha256').update(bytes).digest('hex')}  -`]);
    const verify = 'engine-backup --mode=verify --file=/root/one.backup --log=/root/two.log';
    expect(await inside(verify)).toMatchObject({ code: 0, stdout: expect.stringContaining('Verifying:\nDone.\n') });
    await inside('head -c 1000 /root/one.backup > /root/half.backup');
    expect(await inside(verify.replace('one', 'half'))).toMatchObject({
      code: 1,
      stderr: 'FATAL: Checksum verification failed\n',
    });
  });

  it('refuses what it does not know', async () => {
    expect((await inside('engine-backup --mode=save')).stderr).toBe("FATAL: invalid mode 'save'\n");
    expect((await inside('engine-backup --file=/root/x --log=/root/x')).stderr).toBe(
      'FATAL: --file and --log must be different\n',
    );
  });

  it('goes with the VM, and comes back with it, its disk as it was', async () => {
    const at = runningOn(s.t.lab)?.host;
    if (!at) throw new Error('the engine VM runs nowhere');
    const machine = engineMachine(s.t.lab);
    const boot = machine.boot.id;
    await s.t.fast(async () => destroyVm(at));
    expect(machine.power).toBe('off');
    await s.until('HA has started it again', () => machine.power === 'on');
    expect(machine.boot.id).not.toBe(boot);
    expect((await inside('ls /root/one.backup')).code).toBe(0);
  });
});
