/** How the command line says no: one sentence, the next move, and the exit code that scripts read. */

export const EXIT = {
  ok: 0,
  /** The run ended other than `succeeded`, or a plan whose preflight refuses. */
  ended: 1,
  /** Bad usage or input, unknown id, refused decision. */
  usage: 2,
  /** Nothing reachable, or no worker. */
  unreachable: 3,
  /** A person is needed. */
  person: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export class CliFailure extends Error {
  constructor(
    readonly exit: ExitCode,
    message: string,
    /** Further fields of `error` under `--json`. */
    readonly fields: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

export function usage(message: string, fields: Readonly<Record<string, unknown>> = {}): CliFailure {
  return new CliFailure(EXIT.usage, message, fields);
}

export function unreachable(message: string): CliFailure {
  return new CliFailure(EXIT.unreachable, message);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
