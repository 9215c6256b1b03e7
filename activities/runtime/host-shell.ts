/**
 * How activities come from an operation's data to a host: shells, locks, transient units, heartbeats.
 * Nothing here knows a procedure.
 */
export interface ShellResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A root shell on one host. Quoting, sudo, locale and output caps are the connector's. */
export interface HostShell {
  /** The host's name in the inventory. */
  readonly name: string;
  /** Runs one program that only reads; any exit code is an answer. What it is told on standard input may be secret. */
  read(argv: readonly string[], stdin?: string): Promise<ShellResult>;
  /** Runs a Bash script that only reads; any exit code is an answer. */
  readScript(script: string): Promise<ShellResult>;
}
