import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { unreachable } from '../failure.ts';
import { ROOT } from '../home.ts';
import type { ProcessRecord } from './record.ts';

/**
 * When and as what a process was started; nothing when it is dead or a zombie.
 * With the boot id, because pids and start ticks begin anew with every boot.
 */
export function startMark(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Fields count from behind the name, which may hold spaces and brackets: state is the 3rd, start time the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${fields[19]}`;
  } catch {
    // No /proc: elsewhere than on Linux, or no such process.
    const found = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    });
    const line = found.status === 0 ? found.stdout.trim() : '';
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  }
}

/** True while the recorded process lives; a foreign process that got its pid does not count. */
export function isOurs(record: ProcessRecord | undefined): boolean {
  return record !== undefined && startMark(record.pid) === record.started;
}

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Appended to: what the process says over its lives. */
  readonly log: string;
  /** Begun anew at each start: the line that says that it is ready. */
  readonly stdout: string;
}

export interface Running {
  readonly record: ProcessRecord;
  /** The reason, once the process has ended by itself. */
  ended(): string | undefined;
}

/** A process that an earlier command started. */
export function running(record: ProcessRecord): Running {
  return { record, ended: () => (isOurs(record) ? undefined : 'it ended meanwhile') };
}

/** Starts a process that outlives this command and its terminal. */
export function startDetached({ command, args, env, log, stdout }: Program): Running {
  const output = openSync(stdout, 'w', 0o600);
  const errors = openSync(log, 'a', 0o600);
  let reason: string | undefined;
  try {
    const child = spawn(command, args, {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', output, errors],
      env: { ...process.env, ...env },
    });
    child.on('error', (error) => {
      reason = error.message;
    });
    child.on('exit', (code, signal) => {
      reason = signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`;
    });
    child.unref();
    const pid = child.pid ?? -1;
    return { record: { pid, started: startMark(pid) ?? '' }, ended: () => reason };
  } finally {
    closeSync(output);
    closeSync(errors);
  }
}

/**
 * Waits until `look` finds what it looks for.
 * @throws CliFailure (unreachable) with the log's last lines when the process ends before or the time is over
 */
export async function untilReady<T>(
  what: string,
  running: Running,
  log: string,
  seconds: number,
  look: () => Promise<T | undefined>,
) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    const reason = running.ended() ?? (Date.now() > end ? `it was not ready after ${seconds} s` : undefined);
    if (reason !== undefined) throw unreachable(`${what} did not start: ${reason}.${tail(log)}`);
    await pause(50);
  }
}

function tail(log: string): string {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-5).filter(Boolean);
  return lines.length === 0 ? ` Its log is empty: ${log}` : ` Last lines of ${log}:\n  ${lines.join('\n  ')}`;
}

/** Ends a process of ours and waits until it is gone: SIGTERM, after the grace SIGKILL. */
export async function stop(record: ProcessRecord, graceSeconds = 10): Promise<'ended' | 'killed' | 'gone'> {
  if (!isOurs(record)) return 'gone';
  process.kill(record.pid, 'SIGTERM');
  if (await gone(record, graceSeconds)) return 'ended';
  process.kill(record.pid, 'SIGKILL');
  await gone(record, graceSeconds);
  return 'killed';
}

async function gone(record: ProcessRecord, seconds: number): Promise<boolean> {
  const end = Date.now() + seconds * 1000;
  while (isOurs(record)) {
    if (Date.now() > end) return false;
    await pause(25);
  }
  return true;
}

/** Runs a process in the foreground, hands signals on to it, and answers with its exit code. */
export function runAttached(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const child: ChildProcess = spawn(command, args, {
    cwd: process.cwd(),
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  const hand = (signal: NodeJS.Signals) => child.kill(signal);
  process.on('SIGTERM', hand);
  // A terminal sends Ctrl-C to the whole group; this process only must not die of it first.
  process.on('SIGINT', () => undefined);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGTERM' || signal === 'SIGINT' ? 0 : 1)));
  });
}
