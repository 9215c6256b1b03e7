/** Processes of the project as tests run them: ready with one JSON line, ended whatever happens. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endWithUs } from './end-with-us.ts';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** What takes two seconds by itself takes many times as long where others have the processors. */
const READY_MS = 120_000;
const GRACE_MS = 15_000;

const living = new Set<ChildProcess>();
endWithUs(living);

export interface ChildOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** File that gets everything the process prints; grows over restarts. */
  readonly log: string;
}

export class Child<Ready> {
  private constructor(
    private readonly child: ChildProcess,
    readonly ready: Ready,
    private readonly ended: Promise<void>,
  ) {}

  /** Returns when the process has printed its first line, which is JSON. */
  static async start<Ready>(command: string, options: ChildOptions): Promise<Child<Ready>> {
    mkdirSync(dirname(options.log), { recursive: true });
    const log = createWriteStream(options.log, { flags: 'a' });
    const child = spawn(command, options.args ?? [], {
      cwd: PROJECT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    living.add(child);
    const ended = new Promise<void>((resolve) => {
      child.once('close', () => {
        living.delete(child);
        log.end(resolve);
      });
    });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    let late = '';
    const timer = setTimeout(() => {
      late = `, killed after ${READY_MS / 1000} s (${usageOf(child)})`;
      child.kill('SIGKILL');
    }, READY_MS);
    try {
      const line = await Promise.race([firstLine(child), ended.then(() => undefined)]);
      if (line === undefined)
        throw new Error(`${child.spawnargs.join(' ')} ended before it was ready${late}:\n${tailOf(options.log)}`);
      return new Child(child, JSON.parse(line) as Ready, ended);
    } finally {
      clearTimeout(timer);
    }
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get alive(): boolean {
    return living.has(this.child);
  }

  /** SIGTERM, awaited; SIGKILL where that does not help in time. */
  async end(): Promise<void> {
    if (!living.has(this.child)) return;
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), GRACE_MS);
    await this.ended;
    clearTimeout(timer);
  }

  /** As a power cut would end it. */
  async kill9(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).once('line', resolve);
  });
}

/** Tells one that has hung from one that had no processor. */
function usageOf({ pid }: ChildProcess): string {
  try {
    const ticks = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13) ?? [];
    const seconds = ticks.reduce((sum, each) => sum + Number(each) / 100, 0);
    return `${seconds} s of a processor used; load ${loadavg()[0]?.toFixed(1)}`;
  } catch {
    return 'not there any more';
  }
}

/** Set apart from a stack trace of the test's own. */
function tailOf(path: string): string {
  const lines = readFileSync(path, 'utf8').split('\n').slice(-30);
  return lines.map((line) => `| ${line}`).join('\n');
}
