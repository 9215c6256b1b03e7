/** How a program of the host is found and run: path search, shebangs, faults, the journal, the exit status. */
import type { Command, CommandContext, ExitStatus, Input, RunOptions, RunResult } from '../types.ts';
import { Signalled } from '../types.ts';
import { actAs } from './current.ts';
import { FileError } from './file-error.ts';
import type { Host } from './host.ts';
import { type Process, shellStatus } from './process.ts';
import { collector, fromBytes, nullFile, type OpenFile, textSource, toBytes } from './streams.ts';

export const standardPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/root/bin';

/** Where a name is found, as the shell searches. */
export function which(host: Host, name: string, path: string | undefined, cwd: string): string | undefined {
  if (name.includes('/')) {
    const full = name.startsWith('/') ? name : `${cwd}/${name}`;
    return host.fs.exists(full) ? full : undefined;
  }
  for (const directory of (path ?? standardPath).split(':')) {
    const full = `${directory}/${name}`;
    if (host.fs.exists(full) && host.fs.stat(full).type === 'file' && (host.fs.stat(full).mode & 0o111) !== 0)
      return full;
  }
  return undefined;
}

/** The program behind a path, or the shell code (126, 127) when it cannot be started. */
export function find(host: Host, name: string, path: string | undefined, cwd: string): { run: Command } | 126 | 127 {
  const full = which(host, name, path, cwd);
  if (full === undefined) return 127;
  const stat = host.fs.stat(full);
  if (stat.type !== 'file' || (stat.mode & 0o111) === 0) return 126;
  const real = host.fs.realpath(full);
  const run = host.programs.get(real);
  if (run) return { run };
  const text = host.fs.read(real);
  const [, interpreter, option] = /^#! *(\S+)[ \t]*(.*)\n/.exec(text) ?? [undefined, '/bin/bash', ''];
  const shell = find(host, interpreter ?? '/bin/bash', path, cwd);
  if (typeof shell === 'number') return shell;
  const before = option ? [option] : [];
  return { run: (context) => shell.run({ ...context, args: [...before, full, ...context.args] }) };
}

/** Runs a program in a process until it ends; the process is ended with its status. */
export async function perform(host: Host, process: Process, command: Command): Promise<ExitStatus> {
  return actAs(process.actor, async () => {
    let status: ExitStatus;
    try {
      const wrapped = await host.lab.aroundProcess(host, process, () => command(contextOf(host, process)));
      status = { code: wrapped & 255 };
    } catch (error) {
      status = ending(host, process, error);
    }
    if (process.dying && process.running) status = { code: status.code, signal: process.dying };
    process.end(status);
    return process.done;
  });
}

function ending(host: Host, process: Process, error: unknown): ExitStatus {
  if (error instanceof Signalled) return { code: 0, signal: error.signal };
  if (error instanceof FileError) {
    if (process.running) process.write(2, toBytes(`${process.argv[0]}: ${error.path}: ${error.reason}\n`));
    return { code: 1 };
  }
  // A defect of the lab: it must show, but one command must not end the whole datacentre.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (process.running) process.files.get(2)?.write(toBytes(`lab: ${process.argv.join(' ')}: ${text}\n`));
  host.lab.defect(`${host.name}: ${process.argv.join(' ')}: ${text}`);
  return { code: 70 };
}

export function contextOf(host: Host, process: Process): CommandContext {
  return {
    host,
    lab: host.lab,
    args: process.argv.slice(1),
    env: process.env,
    get cwd() {
      return process.cwd;
    },
    user: process.user,
    stdin: inputOf(process),
    tty: process.tty,
    process,
    out: (text) => process.write(1, toBytes(text)),
    outBytes: (bytes) => process.write(1, bytes),
    err: (text) => process.write(2, toBytes(text)),
    sleep: async (seconds) => {
      let cancel = (): void => undefined;
      const elapsed = new Promise<void>((resolve) => {
        cancel = host.lab.clock.after(seconds, resolve);
      });
      await process.interruptible(elapsed).finally(() => cancel());
    },
    untilSignalled: () => process.interruptible(new Promise<never>(() => undefined)),
    run: (argv, options) => runChild(host, process, argv, options),
    sh: (script, options) => runChild(host, process, ['/bin/bash', '-c', script], options),
    spawn: (argv, options) => {
      const child = startChild(host, process, argv, new Map(), options);
      if (typeof child === 'number') throw new FileError('ENOENT', argv[0] ?? '');
      return child;
    },
    ready: () => process.markReady(),
    changed: (what) => {
      if (process.cause === 'command') host.lab.changed(`${host.name}: ${what}`);
    },
  };
}

function inputOf(process: Process): Input {
  const source = (): OpenFile => process.files.get(0) ?? nullFile();
  return {
    bytes: () => process.interruptible(source().all()),
    chunk: () => process.interruptible(source().chunk()),
    text: async () => fromBytes(await process.interruptible(source().all())),
    line: async () => {
      const bytes = await process.interruptible(source().upTo('\n'));
      return bytes === undefined ? undefined : fromBytes(bytes.replace(/\n$/, ''));
    },
  };
}

function startChild(
  host: Host,
  parent: Process,
  argv: readonly string[],
  replaced: Map<number, OpenFile>,
  options: RunOptions = {},
): Process | 126 | 127 {
  const files = new Map([...parent.files].map(([descriptor, file]) => [descriptor, file.dup()]));
  if (options.stdin !== undefined) replaced.set(0, textSource(toBytes(options.stdin)));
  for (const [descriptor, file] of replaced) {
    files.get(descriptor)?.close();
    files.set(descriptor, file);
  }
  return host.execute(parent, argv, {
    files,
    env: new Map(options.env ?? parent.env),
    ...(options.user !== undefined ? { user: options.user } : {}),
    ...(options.cwd !== undefined ? { cwd: options.cwd } : {}),
  });
}

async function runChild(
  host: Host,
  parent: Process,
  argv: readonly string[],
  options?: RunOptions,
): Promise<RunResult> {
  const stdout = collector();
  const stderr = collector();
  const child = startChild(
    host,
    parent,
    argv,
    new Map([
      [1, stdout.file],
      [2, stderr.file],
    ]),
    options,
  );
  if (typeof child === 'number') return { code: child, stdout: '', stderr: `${argv[0]}: command not found\n` };
  const status = await parent.interruptible(child.done);
  return { code: shellStatus(status), stdout: fromBytes(stdout.bytes()), stderr: fromBytes(stderr.bytes()) };
}
