/** What a command is given and gives. */
import type { Input, LabProcess, RunOptions, RunResult } from './kernel/process-model.ts';
import type { Lab, LabHost } from './lab-model.ts';

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

/** A program found on a host: where it is and what it does. */
export interface Program {
  readonly path: string;
  readonly run: Command;
}
