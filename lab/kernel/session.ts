/** One SSH session: exec, shell, pty, signals; its output goes to the channel as long as that lives. */
import type { ServerChannel, Session } from 'ssh2';
import type { SignalName } from '../types.ts';
import type { Host } from './host.ts';
import type { Process } from './process.ts';
import { standardPath } from './programs.ts';
import { serveSftp } from './sftp.ts';
import { OpenFile } from './streams.ts';

export function serveSession(
  host: Host,
  session: Session,
  connection: { user: string; cut: () => void; lost: Promise<void> },
): void {
  const env = new Map<string, string>();
  let tty = false;
  let process: Process | undefined;
  session.on('env', (accept, _reject, info) => {
    if (/^(LANG|LC_\w+)$/.test(info.key)) env.set(info.key, info.val);
    accept?.();
  });
  session.on('pty', (accept, _reject, info) => {
    tty = true;
    env.set('TERM', (info as { term?: string }).term || 'xterm');
    accept?.();
  });
  session.on('window-change', (accept) => accept?.());
  session.on('signal', (accept, _reject, info) => {
    process?.kill(`SIG${info.name.replace(/^SIG/, '')}` as SignalName);
    accept?.();
  });
  session.on('exec', (accept, _reject, info) => {
    const channel = accept();
    void runCommand(host, channel, info.command, { ...connection, env, tty, started: (one) => (process = one) });
  });
  session.on('shell', (accept) => {
    const channel = accept();
    void runCommand(host, channel, undefined, { ...connection, env, tty, started: (one) => (process = one) });
  });
  session.on('sftp', (accept) => serveSftp(host, accept(), connection));
}

interface Run {
  readonly user: string;
  readonly cut: () => void;
  /** Resolves when the connection is gone; its channels are then not told one by one. */
  readonly lost: Promise<void>;
  readonly env: Map<string, string>;
  readonly tty: boolean;
  readonly started: (process: Process) => void;
}

async function runCommand(host: Host, channel: ServerChannel, command: string | undefined, run: Run): Promise<void> {
  const { lab } = host;
  channel.on('error', () => undefined);
  const recorded = lab.record({ target: host.name, kind: 'command', text: command ?? '(shell)' });
  const input = channelInput(channel, run.lost, (bytes) => {
    recorded.entry.stdin = (recorded.entry.stdin ?? '') + Buffer.from(bytes, 'latin1').toString('utf8');
  });
  const before = await lab.pass('before', recorded);
  if (before.drop) return run.cut();
  if (before.hang) return;
  if (before.answer) {
    channel.write(before.answer.stdout ?? '');
    channel.stderr.write(before.answer.stderr ?? '');
    finish(channel, { exit: before.answer.exit ?? 1 });
    recorded.finish({ exit: before.answer.exit ?? 1 });
    return;
  }
  if (host.power !== 'on') return run.cut();
  const process = host.launch(['bash', ...(command === undefined ? [] : ['-c', command])], {
    files: new Map([
      [0, input],
      [1, channelOutput(channel, (bytes) => channel.write(bytes), run.tty)],
      [
        2,
        run.tty
          ? channelOutput(channel, (bytes) => channel.write(bytes), true)
          : channelOutput(channel, (bytes) => channel.stderr.write(bytes), false),
      ],
    ]),
    env: environment(host, run),
    user: run.user,
    cwd: host.home(run.user) ?? '/',
    tty: run.tty,
    quiet: true,
  });
  if (typeof process === 'number') {
    finish(channel, { exit: process });
    return;
  }
  run.started(process);
  if (run.tty) for (const gone of [run.lost, closed(channel)]) void gone.then(() => process.kill('SIGHUP'));
  const status = await process.done;
  const exit = status.signal === undefined ? status.code : undefined;
  const after = await lab.pass('after', recorded);
  recorded.finish({ exit: exit ?? 255 });
  if (after.drop) return run.cut();
  finish(channel, { ...(exit === undefined ? {} : { exit }), ...(status.signal ? { signal: status.signal } : {}) });
}

function environment(host: Host, run: Run): Map<string, string> {
  const home = host.home(run.user) ?? '/';
  return new Map([
    ['USER', run.user],
    ['LOGNAME', run.user],
    ['HOME', home],
    ['PATH', run.user === 'root' ? standardPath : '/usr/local/bin:/usr/bin'],
    ['MAIL', `/var/mail/${run.user}`],
    ['SHELL', '/bin/bash'],
    ['LANG', 'en_US.UTF-8'],
    ['SSH_CLIENT', '172.20.32.1 51234 22'],
    ['SSH_CONNECTION', `172.20.32.1 51234 ${host.address} 22`],
    ...(run.tty ? ([['SSH_TTY', '/dev/pts/0']] as const) : []),
    ...run.env,
  ]);
}

function finish(channel: ServerChannel, status: { exit?: number; signal?: SignalName }): void {
  if (!channel.writable) return;
  if (status.signal) channel.exit(status.signal.slice(3), false, '');
  else channel.exit(status.exit ?? 0);
  channel.end();
}

/** The client's end of file is the reader's; a lost channel ends the input too. */
function channelInput(channel: ServerChannel, lost: Promise<void>, seen: (bytes: string) => void): OpenFile {
  const buffer: string[] = [];
  let ended = false;
  let wake: (() => void) | undefined;
  channel.on('data', (data: Buffer) => {
    const bytes = data.toString('latin1');
    seen(bytes);
    buffer.push(bytes);
    wake?.();
  });
  const end = (): void => {
    ended = true;
    wake?.();
  };
  channel.on('end', end);
  channel.on('close', end);
  void lost.then(end);
  return new OpenFile({
    read: async () => {
      while (buffer.length === 0) {
        if (ended) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return buffer.splice(0).join('');
    },
  });
}

/** Bytes for the client; after the channel is gone they are dropped and the process never notices. */
function channelOutput(channel: ServerChannel, write: (bytes: Buffer) => void, tty: boolean): OpenFile {
  return new OpenFile({
    write: (bytes) => {
      if (bytes === '' || !channel.writable) return;
      const shown = tty ? bytes.replace(/\r?\n/g, '\r\n') : bytes;
      write(Buffer.from(shown, 'latin1'));
    },
  });
}

function closed(channel: ServerChannel): Promise<void> {
  return new Promise((resolve) => channel.on('close', () => resolve()));
}
