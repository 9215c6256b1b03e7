/** Interfaces of processes: how they end, what they read, with what others are started. */

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
