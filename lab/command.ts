/** What a command is given and gives: the process it runs in, its streams, its children. */
import type { Lab, LabHost } from './types.ts';

/** Rejection of `sleep` and of reads in a process that was killed; a command lets it pass, or cleans up and rethrows. */
export class Signalled extends Error {
  readonly signal: SignalName;
  constructor(signal: SignalName) {
    super(`killed by ${signal}`);
    this.name = 'Signalled';
    this.signal = signal;
  }
}
export type SignalName = 'SIGHUP' | 'SIGINT' | 'SIGQUIT' | 'SIGKILL' | 'SIGUSR1' | 'SIGUSR2' | 'SIGPIPE' | 'SIGTERM';

/** How a process ended: a code, or the signal that ended it (a shell shows it as 128+n). */
export interface ExitStatus {
  readonly code: number;
  readonly signal?: SignalName;
}

export interface LabProcess {
  readonly pid: number;
  readonly parent: number;
  readonly argv: readonly string[];
  readonly user: string;
  /** `rb-1.service` when it runs in a unit's control group; children inherit it. */
  readonly unit?: string;
  readonly startedAt: number;
  /** `system`: started by systemd on its own behalf; its doings do not raise the revision. */
  readonly cause: 'command' | 'system';
  readonly running: boolean;
  readonly done: Promise<ExitStatus>;
  /** SIGKILL is immediate; others end the process at its next sleep or read unless it catches them. */
  kill(signal?: SignalName): void;
}

/** Standard input; a command that never reads leaves it alone, as real ones do. */
export interface Input {
  /** Everything up to end of file. */
  text(): Promise<string>;
  /** The next line without its newline; undefined at end of file. */
  line(): Promise<string | undefined>;
  /** The same as raw bytes (latin-1 string), for what is not text. */
  bytes(): Promise<string>;
  /** What there is now, as raw bytes, waiting for at least some; undefined at end of file. */
  chunk(): Promise<string | undefined>;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly user?: string;
  readonly cwd?: string;
  readonly env?: ReadonlyMap<string, string>;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandContext {
  readonly host: LabHost;
  readonly lab: Lab;
  /** Without argv[0]. */
  readonly args: readonly string[];
  /** SSH_CLIENT and SSH_CONNECTION only over SSH, TERM only with a pty, neither in units. */
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly user: string;
  readonly stdin: Input;
  readonly tty: boolean;
  readonly process: LabProcess;
  /** Reaches at once where this process' stdout goes: SSH channel, file, pipe, journal. */
  out(text: string): void;
  /** The same for raw bytes (latin-1 string), which need not be text. */
  outBytes(bytes: string): void;
  err(text: string): void;
  /** Virtual seconds; rejects with Signalled when the process is killed. */
  sleep(seconds: number): Promise<void>;
  /** Pauses for ever, until a signal: the body of a daemon. */
  untilSignalled(): Promise<never>;
  /** Runs a child process to its end; it is journalled as any other. */
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** The same for a bash script. */
  sh(script: string, options?: RunOptions): Promise<RunResult>;
  /** Starts a child that goes on by itself in the same control group. */
  spawn(argv: readonly string[], options?: RunOptions): LabProcess;
  /** A Type=notify or forking unit becomes active when its main process says so. */
  ready(): void;
  /** Raises the revision: the command has changed the modelled world (files do it by themselves). */
  changed(what: string): void;
}

/** Does its work and gives the exit code. */
export type Command = (context: CommandContext) => Promise<number>;
/** Program name (`virsh`), or full path for what is not on PATH (`/usr/libexec/vdsm/vdsmd_init_common.sh`). */
export interface CommandSet {
  readonly [program: string]: Command;
}
