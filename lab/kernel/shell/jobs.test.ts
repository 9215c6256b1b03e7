/** What needs a real process table: progress while a command runs, exclusion, survival, kills. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestHosts, testHosts } from '../../test-hosts.ts';

let hosts: TestHosts;
beforeAll(async () => {
  hosts = await testHosts();
});
afterAll(() => hosts.close());

describe('processes of a host', () => {
  it('writes a redirected file while the command still runs', async () => {
    const { lab, host } = hosts;
    await lab.clock.hurry(async () => {
      const run = host.sh('exec >/root/progress 2>&1; echo one; sleep 10; echo two');
      await lab.clock.sleep(5);
      expect(host.fs.read('/root/progress')).toBe('one\n');
      await run;
      expect(host.fs.read('/root/progress')).toBe('one\ntwo\n');
    });
  });

  it('lets tail follow what another process writes, through a pipe too', async () => {
    const followed = await hosts.sh(
      '(for i in 1 2 3; do echo $i; sleep 2; done) > /root/log & tail -f --pid=$! /root/log | tee /root/seen',
    );
    expect(followed.stdout).toBe('1\n2\n3\n');
    expect(hosts.host.fs.read('/root/seen')).toBe('1\n2\n3\n');
  });

  it('excludes by flock: command form, -n, -w, -E and the descriptor form', async () => {
    const script = `flock /run/lock/t sleep 10 & sleep 1
flock -n /run/lock/t true; echo $?
flock -n -E 75 /run/lock/t true; echo $?
flock -w 2 /run/lock/t true; echo $?
flock -w 60 /run/lock/t echo free
exec 9>/run/lock/fd; flock -n 9; echo $?
(exec 8>/run/lock/fd; flock -n 8; echo $?)
flock -u 9; (exec 8>/run/lock/fd; flock -n 8; echo $?)`;
    expect((await hosts.sh(script)).stdout).toBe('1\n75\n1\nfree\n0\n1\n0\n');
  });

  it('gives a lock back when its holder is killed, but not while its child lives', async () => {
    const script = `flock -o /run/lock/k sleep 100 & sleep 1; kill -9 $!; flock -n /run/lock/k echo free
flock /run/lock/c sleep 100 & sleep 1; kill -9 $!; flock -n /run/lock/c echo free || echo held`;
    expect((await hosts.sh(script)).stdout).toBe('free\nheld\n');
  });

  it('records each program that is started, wrappers and what they start, no builtins', async () => {
    const before = hosts.lab.journal.last;
    await hosts.sh('echo hi; cd /; sudo -n flock /run/lock/j sleep 1');
    const texts = hosts.lab.journal
      .since(before)
      .map(({ kind, text }) => `${kind} ${text.replace(/pid \d+/, 'pid N')}`);
    expect(texts.slice(1)).toEqual([
      'process - sudo -n flock /run/lock/j sleep 1 (pid N)',
      'process - flock /run/lock/j sleep 1 (pid N)',
      'process - sleep 1 (pid N)',
    ]);
  });

  it('raises the revision by changes only', async () => {
    const { lab } = hosts;
    const before = lab.revision;
    await hosts.sh(
      'cat /etc/hosts | grep -c local; yum repolist; rpm -qa; systemctl status sshd; multipath -ll; t=$(mktemp); rm $t; flock /run/lock/x true; ls /',
    );
    expect(lab.revision).toBe(before);
    await hosts.sh('echo x >> /etc/motd');
    expect(lab.revision).toBeGreaterThan(before);
  });

  it('does not raise the revision as time passes', async () => {
    const { lab } = hosts;
    const before = lab.revision;
    await lab.clock.hurry(() => lab.clock.sleep(3600));
    expect(lab.revision).toBe(before);
  });

  it('keeps files from others than their owner', async () => {
    await hosts.sh('install -m 600 /dev/null /root/private; chmod 755 /root; echo secret > /root/private');
    const denied = await hosts.sh('cat /root/private; echo x > /root/private', { user: 'operator', cwd: '/' });
    expect(denied.stderr).toContain('Permission denied');
    expect(denied.stdout).toBe('');
    expect((await hosts.sh('sudo -n cat /root/private', { user: 'operator', cwd: '/' })).stdout).toBe('secret\n');
  });

  it('asks for the sudo password where sudoers wants one', async () => {
    await hosts.sh("sed -i 's/NOPASSWD: //' /etc/sudoers.d/operator");
    const options = { user: 'operator', cwd: '/' };
    const refused = await hosts.sh('sudo -n id -un', options);
    expect(refused).toMatchObject({ code: 1, stderr: 'sudo: a password is required\n' });
    const given = await hosts.sh("sudo -S -p '' id -un", {
      ...options,
      stdin: `${hosts.lab.secrets.hostRootPassword}\n`,
    });
    expect(given).toMatchObject({ code: 0, stdout: 'root\n' });
    expect((await hosts.sh("sudo -S -p '' id -un", { ...options, stdin: 'wrong\n' })).code).toBe(1);
  });

  it('fails writes on a full disk', async () => {
    hosts.host.fs.full = true;
    const result = await hosts.sh('echo x > /root/full && echo written; dd if=/dev/zero of=/root/z bs=1024 count=1');
    hosts.host.fs.full = false;
    expect(result.stderr).toContain('No space left on device');
    expect(result.stdout).toBe('');
  });
});
