import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SshPool } from '../../connectors/ssh.ts';
import { failureOf } from '../support/failure.ts';
import { until } from '../support/until.ts';
import { type Exec, TestSshd } from '../unit/connectors/ssh-server.ts';

let sshd: TestSshd;
let pool: SshPool;

beforeEach(async () => {
  sshd = await TestSshd.start();
  pool = new SshPool();
});

afterEach(async () => {
  await pool.close();
  await sshd.stop();
});

/** The next command that reaches the server. */
function nextExec(): Promise<Exec> {
  return new Promise((arrived) => {
    sshd.handler = arrived;
  });
}

describe('a command', () => {
  it('brings back code, both outputs, and is sent with the locale of the parsers', async () => {
    sshd.handler = (exec) => exec.finish(3, 'out ü\n', 'err\n');
    const result = await pool.run(sshd.target(), { argv: ['echo', "it's", 'a b', '--x=$y'] });
    expect(result).toMatchObject({ code: 3, stdout: 'out ü\n', stderr: 'err\n' });
    expect(result.durationMs).toBeGreaterThan(0);
    expect(sshd.commands).toEqual([`LC_ALL=C echo 'it'\\''s' 'a b' '--x=$y'`]);
  });

  it('that is a script goes to bash as one word', async () => {
    await pool.run(sshd.target(), { script: "set -o pipefail\necho '$x' | cat" });
    expect(sshd.commands).toEqual([`LC_ALL=C bash -c 'set -o pipefail\necho '\\''$x'\\'' | cat'`]);
  });

  it('gets standard input byte by byte, and its end when there is none', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 256));
    sshd.handler = async (exec) => {
      const received = await exec.stdin;
      exec.finish(0, `${received.length} ${received.equals(bytes)}`);
    };
    const given = await pool.run(sshd.target(), { argv: ['cat'] }, { stdin: bytes });
    expect(given.stdout).toBe('300000 true');
    const none = await pool.run(sshd.target(), { argv: ['cat'] });
    expect(none.stdout).toBe('0 false');
  });

  it('keeps beginning and end of too much output and counts the rest', async () => {
    sshd.handler = (exec) => exec.finish(0, Buffer.concat([Buffer.alloc(500_000, 'a'), Buffer.alloc(500_000, 'z')]));
    const { stdout } = await pool.run(sshd.target(), { argv: ['journalctl'] }, { maxOutputBytes: 1000 });
    expect(stdout).toBe(`${'a'.repeat(500)}\n[… 999000 bytes of 1000000 dropped here …]\n${'z'.repeat(500)}`);
  });

  it('is run 30 at once over one connection, 8 at a time', async () => {
    const all = await Promise.all(
      Array.from({ length: 30 }, (_, index) => {
        sshd.handler = (exec) => exec.finish(0, exec.command.split(' ').at(-1));
        return pool.run(sshd.target(), { argv: ['echo', `${index}`] });
      }),
    );
    expect(all.map((result) => result.stdout)).toEqual(Array.from({ length: 30 }, (_, index) => `${index}`));
    expect(sshd.connections).toBe(1);
    expect(sshd.mostChannels).toBeLessThanOrEqual(8);
    expect(sshd.mostChannels).toBeGreaterThan(1);
  });
});

describe('sudo', () => {
  it('is used by every user but root, unless the command says not to', async () => {
    const target = sshd.target({ user: 'ops' });
    await pool.run(target, { argv: ['virsh', 'list'] });
    await pool.run(target, { script: 'id' });
    await pool.run(target, { argv: ['id'], root: false });
    expect(sshd.commands).toEqual(['LC_ALL=C sudo -n virsh list', 'LC_ALL=C sudo -n bash -c id', 'LC_ALL=C id']);
  });

  it.each([
    ['sudo: a password is required\n', 1, 'ops ALL=(ALL) NOPASSWD: ALL'],
    ['ops is not in the sudoers file.  This incident will be reported.\n', 1, 'ops ALL=(ALL) NOPASSWD: ALL'],
    ['Sorry, user ops is not allowed to execute /bin/id as root on host1.\n', 1, 'ops ALL=(ALL) NOPASSWD: ALL'],
    ['sudo: sorry, you must have a tty to run sudo\n', 1, 'Defaults:ops !requiretty'],
    ['bash: sudo: command not found\n', 127, 'install it'],
  ])('that refuses with %j is told with its cure', async (stderr, code, cure) => {
    sshd.handler = (exec) => exec.finish(code, '', stderr);
    const error = await failureOf(pool.run(sshd.target({ user: 'ops' }), { argv: ['id'] }));
    expect(error.type).toBe('AccessDenied');
    expect(error.message).toContain('Cannot become root on host1 as ops');
    expect(error.message).toContain(cure);
  });

  it('that ran a command which failed is no refusal', async () => {
    sshd.handler = (exec) => exec.finish(1, '', 'grep: x: No such file or directory\n');
    await expect(pool.run(sshd.target({ user: 'ops' }), { argv: ['grep', 'x'] })).resolves.toMatchObject({ code: 1 });
  });
});

describe('a connection that is lost', () => {
  it('between commands is made anew', async () => {
    await pool.run(sshd.target(), { argv: ['true'] });
    sshd.cutAll();
    await until(() => sshd.openSockets === 0);
    await expect(pool.run(sshd.target(), { argv: ['true'] })).resolves.toMatchObject({ code: 0 });
    expect(sshd.connections).toBe(2);
  });

  it.each(['before the answer to the request', 'while it runs', 'after its exit code'])(
    '%s leaves the outcome unknown',
    async (when) => {
      if (when.startsWith('before')) sshd.beforeAnswer = (cut) => cut();
      sshd.handler = (exec) => {
        if (when.startsWith('after')) exec.channel.exit(0);
        setImmediate(exec.cut);
      };
      const error = await failureOf(pool.run(sshd.target(), { argv: ['yum', '-y', 'update'] }));
      expect(error.type).toBe('OutcomeUnknown');
      expect(error.retryable).toBe(true);
      expect(error.message).toContain('The command yum -y update on host1 lost its connection; it may have run');
      expect(sshd.commands).toHaveLength(1);
    },
  );

  it('takes no command down that was only waiting: those go over a new one', async () => {
    let cutYet = false;
    sshd.handler = (exec) => {
      if (cutYet) return exec.finish(0);
      if (sshd.commands.length === 8) {
        cutYet = true;
        exec.cut();
      }
    };
    const runs = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) => pool.run(sshd.target(), { argv: ['echo', `${index}`] })),
    );
    expect(runs.map((run) => run.status)).toEqual([...Array(8).fill('rejected'), ...Array(4).fill('fulfilled')]);
    expect(sshd.commands).toHaveLength(12);
  });
});

describe('a command that does not end', () => {
  it('is left after its time-out with an unknown outcome, and its connection gets no new commands', async () => {
    const hanging = nextExec();
    const error = await failureOf(pool.run(sshd.target(), { argv: ['sync'] }, { timeoutMs: 50 }));
    expect(error.type).toBe('OutcomeUnknown');
    expect(error.message).toContain('did not end within 50 ms; it may still be running');
    await hanging;
    sshd.handler = (exec) => exec.finish(0);
    await expect(pool.run(sshd.target(), { argv: ['true'] })).resolves.toMatchObject({ code: 0 });
    expect(sshd.connections).toBe(2);
    await until(() => sshd.openSockets === 1);
  });

  it('is left with the reason of the abort signal', async () => {
    const abort = new AbortController();
    const arrived = nextExec();
    const run = pool.run(sshd.target(), { argv: ['tail', '-f', 'x'] }, { signal: abort.signal });
    const outcome = expect(run).rejects.toThrow('the worker stops');
    await arrived;
    abort.abort(new Error('the worker stops'));
    await outcome;
  });

  it('is not even sent when the signal is aborted already', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(pool.run(sshd.target(), { argv: ['true'] }, { signal })).rejects.toThrow('too late');
    expect(sshd.commands).toEqual([]);
  });

  it('that a signal ends has an unknown outcome', async () => {
    sshd.handler = ({ channel }) => {
      channel.exit('KILL');
      channel.end();
      channel.close();
    };
    const error = await failureOf(pool.run(sshd.target(), { argv: ['dd'] }));
    expect(error.type).toBe('OutcomeUnknown');
    expect(error.message).toContain('signal SIGKILL');
  });
});

describe('sessions', () => {
  it('that sshd refuses to open are tried on a new connection, because nothing was run', async () => {
    sshd.maxSessions = 0;
    const opened = sshd.connections;
    const error = await failureOf(pool.run(sshd.target(), { argv: ['true'] }));
    expect(error.type).toBe('HostUnreachable');
    expect(error.message).toContain('It was not run.');
    expect(sshd.connections - opened).toBe(4);
    sshd.maxSessions = 10;
    await expect(pool.run(sshd.target(), { argv: ['true'] })).resolves.toMatchObject({ code: 0 });
  });

  it('in which sshd starts nothing are told as such', async () => {
    sshd.refuseExec = true;
    const error = await failureOf(pool.run(sshd.target(), { argv: ['true'] }));
    expect(error.type).toBe('HostUnreachable');
    expect(error.message).toBe('Cannot run true on host1: sshd refused to start it. It was not run.');
  });

  it('end with the pool, which then takes no commands', async () => {
    const arrived = nextExec();
    const outcome = failureOf(pool.run(sshd.target(), { argv: ['sleep', '9'] }));
    await arrived;
    await pool.close();
    expect((await outcome).type).toBe('OutcomeUnknown');
    await until(() => sshd.openSockets === 0);
    await expect(pool.run(sshd.target(), { argv: ['true'] })).rejects.toThrow('have been closed');
  });

  it('are given up with the pool while they are still being made', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as { port: number };
    const accepted = once(mute, 'connection');
    const outcome = failureOf(pool.run(sshd.target({ port }), { argv: ['true'] }));
    await accepted;
    await pool.close();
    expect((await outcome).type).toBe('HostUnreachable');
    mute.close();
  });

  it('are made anew when the inventory says something else about the host', async () => {
    await pool.run(sshd.target(), { argv: ['true'] });
    await pool.run(sshd.target({ key: undefined, password: { file: 'password' } }), { argv: ['true'] });
    expect(sshd.connections).toBe(2);
    await until(() => sshd.openSockets === 1);
  });
});
