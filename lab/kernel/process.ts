/** Process table entries: pid, descriptors, signals, exit status, and the wait for them. */
import { constants } from 'node:os';
import type { ExitStatus, LabProcess, SignalName } from '../types.ts';
import { Signalled } from '../types.ts';
import type { Actor } from './current.ts';
import type { Files } from './streams.ts';

export function signalNumber(signal: SignalName): number {
  return constants.signals[signal];
}

/** What a shell shows as `$?`. */
export function shellStatus(status: ExitStatus): number {
  return status.signal ? 128 + signalNumber(status.signal) : status.code;
}

/** With what a program is started. */
export interface LaunchOptions {
  readonly files: Files;
  readonly env: Map<string, string>;
  readonly user?: string;
  readonly unit?: string;
  readonly cwd?: string;
  readonly cause?: 'command' | 'system';
  readonly tty?: boolean;
  /** Not a program that the journal shows: the login shell of a session. */
  readonly quiet?: boolean;
}

export class Process implements LabProcess {
  readonly pid: number;
  readonly parent: number;
  argv: readonly string[];
  readonly user: string;
  readonly unit?: string;
  readonly startedAt: number;
  readonly cause: 'command' | 'system';
  readonly tty: boolean;
  readonly done: Promise<ExitStatus>;
  readonly files: Files;
  readonly env: Map<string, string>;
  readonly actor: Actor;
  cwd: string;
  /** Signals that it catches: called instead of dying. */
  readonly handlers = new Map<SignalName, () => void>();
  readonly ignored = new Set<SignalName>();
  /** Resolves when the program says that it serves (notify, forking and D-Bus units wait for it). */
  readonly ready: Promise<void>;
  #tellReady: () => void = () => undefined;
  #status: ExitStatus | undefined;
  #settle: (status: ExitStatus) => void = () => undefined;
  #interrupt: Signalled | undefined;
  readonly #waiting = new Set<(reason: Signalled) => void>();
  readonly #onEnd: (process: Process) => void;
  readonly #onCompute: (computes: boolean) => void;
  #computes = false;
  #blocked = 0;

  constructor(options: {
    pid: number;
    parent: number;
    argv: readonly string[];
    user: string;
    unit?: string;
    startedAt: number;
    cause: 'command' | 'system';
    tty: boolean;
    files: Files;
    env: Map<string, string>;
    cwd: string;
    umask: number;
    onEnd: (process: Process) => void;
    onCompute: (computes: boolean) => void;
  }) {
    this.pid = options.pid;
    this.parent = options.parent;
    this.argv = options.argv;
    this.user = options.user;
    if (options.unit !== undefined) this.unit = options.unit;
    this.startedAt = options.startedAt;
    this.cause = options.cause;
    this.tty = options.tty;
    this.files = options.files;
    this.env = options.env;
    this.cwd = options.cwd;
    this.actor = {
      user: options.user,
      umask: options.umask,
      counts: options.cause === 'command',
      waits: (wait) => this.#waits(wait),
    };
    this.#onEnd = options.onEnd;
    this.#onCompute = options.onCompute;
    this.#tellComputing();
    this.ready = new Promise((resolve) => {
      this.#tellReady = resolve;
    });
    this.done = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get running(): boolean {
    return this.#status === undefined;
  }

  /** The signal that is ending it, while it still cleans up. */
  get dying(): SignalName | undefined {
    return this.#interrupt?.signal;
  }

  kill(signal: SignalName = 'SIGTERM'): void {
    if (!this.running) return;
    if (signal !== 'SIGKILL') {
      if (this.ignored.has(signal)) return;
      const handler = this.handlers.get(signal);
      if (handler) {
        handler();
        return;
      }
    }
    const reason = new Signalled(signal);
    this.#interrupt = reason;
    if (signal === 'SIGKILL') this.end({ code: 0, signal });
    for (const reject of [...this.#waiting]) reject(reason);
    this.#waiting.clear();
    this.#tellComputing();
  }

  markReady(): void {
    this.#tellReady();
  }

  /** Lets a dying shell run its EXIT trap. */
  revive(): void {
    this.#interrupt = undefined;
  }

  /** Waits, unless a signal comes first. */
  interruptible<T>(wait: Promise<T>): Promise<T> {
    if (this.#interrupt) return Promise.reject(this.#interrupt);
    return new Promise<T>((resolve, reject) => {
      this.#waiting.add(reject);
      this.#tellComputing();
      const leave = (): void => {
        this.#waiting.delete(reject);
        this.#tellComputing();
      };
      wait.then(
        (value) => {
          leave();
          resolve(value);
        },
        (error: unknown) => {
          leave();
          reject(error);
        },
      );
    });
  }

  #waits<T>(wait: Promise<T>): Promise<T> {
    this.#blocked += 1;
    this.#tellComputing();
    return wait.finally(() => {
      this.#blocked -= 1;
      this.#tellComputing();
    });
  }

  #tellComputing(): void {
    const computes = this.running && this.#waiting.size === 0 && this.#blocked === 0;
    if (computes === this.#computes) return;
    this.#computes = computes;
    this.#onCompute(computes);
  }

  write(descriptor: number, bytes: string): void {
    if (!this.running) throw new Signalled(this.dying ?? 'SIGKILL');
    this.files.get(descriptor)?.write(bytes);
  }

  /** Ends it once: descriptors are closed, waiters are told. */
  end(status: ExitStatus): void {
    if (this.#status) return;
    this.#status = status;
    this.#tellComputing();
    for (const file of this.files.values()) file.close();
    this.files.clear();
    this.#settle(status);
    this.#onEnd(this);
  }
}
