/**
 * connectors/ holds the only files that know a library or a protocol: SSH, HTTPS, secrets, artifacts. They turn what
 * the world says into values or an `OperatorError`; they decide nothing and retry nothing that may have had an effect.
 *
 * This file keeps one SSH connection per host warm and runs commands over it.
 */
import { OperatorError } from '../failures/operator-error.ts';
import { describeCommand, type RemoteCommand, remoteLine, sudoRefusal } from './ssh-command.ts';
import { SshConnection } from './ssh-connection.ts';
import { type CommandResult, type ExecOptions, execute, NotSent } from './ssh-exec.ts';
import { type SshTarget, socketAddress } from './ssh-target.ts';

export type { RemoteCommand } from './ssh-command.ts';
export type { CommandResult, ExecOptions as RunOptions } from './ssh-exec.ts';
export { type SshMachine, type SshTarget, sshTarget } from './ssh-target.ts';

/** A connection found dead or full costs another one; this many in a row mean that the host takes no commands. */
const MAX_CONNECTIONS_PER_RUN = 4;

interface Entry {
  /** Everything that the connection depends on: when the inventory changes it, a new one is made. */
  readonly identity: string;
  readonly connection: Promise<SshConnection>;
}

export class SshPool {
  readonly #entries = new Map<string, Entry>();
  readonly #all = new Set<SshConnection>();
  readonly #closing = new AbortController();

  /**
   * Runs a command and answers with its exit code and output, whatever the code.
   * Throws `OutcomeUnknown` when the command may have run, the signal's reason when aborted.
   */
  async run(target: SshTarget, command: RemoteCommand, options: ExecOptions = {}): Promise<CommandResult> {
    const line = remoteLine(target.user, command);
    const shown = describeCommand(command);
    for (let tries = 1; ; tries++) {
      const connection = await abortable(this.#connection(target), options.signal);
      try {
        const result = await connection.withChannel(options.signal, (place) =>
          execute({ ...place, host: target.name, shown }, line, options),
        );
        const refusal = sudoRefusal(target, command, result);
        if (refusal !== undefined) throw refusal;
        return result;
      } catch (error) {
        if (!(error instanceof NotSent)) throw error;
        connection.retire();
        if (tries === MAX_CONNECTIONS_PER_RUN) throw exhausted(target, shown, error);
      }
    }
  }

  /** Ends every connection; commands that are still running have an unknown outcome. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the SSH connections of this worker have been closed'));
    const dialling = [...this.#entries.values()].map((entry) => entry.connection);
    this.#entries.clear();
    await Promise.allSettled(dialling);
    await Promise.all([...this.#all].map((connection) => connection.end()));
  }

  #connection(target: SshTarget): Promise<SshConnection> {
    if (this.#closing.signal.aborted) return Promise.reject(this.#closing.signal.reason);
    const place = `${target.user}@${socketAddress(target)}`;
    const identity = JSON.stringify(target);
    const known = this.#entries.get(place);
    if (known?.identity === identity) return known.connection;
    known?.connection.then((old) => old.retire()).catch(() => undefined);
    const connection = SshConnection.open(target, this.#closing.signal);
    const entry: Entry = { identity, connection };
    this.#entries.set(place, entry);
    const forget = () => {
      if (this.#entries.get(place) === entry) this.#entries.delete(place);
    };
    connection.then((opened) => {
      this.#all.add(opened);
      opened.onRetired(forget);
      opened.onEnded(() => this.#all.delete(opened));
    }, forget);
    return connection;
  }
}

function exhausted(target: SshTarget, shown: string, error: NotSent): OperatorError {
  return new OperatorError(
    'HostUnreachable',
    `Cannot run ${shown} on ${target.name} at ${socketAddress(target)}: ${error.message}. It was not run.`,
    { details: { host: target.name }, cause: error },
  );
}

/** Stops waiting, not the work: other commands wait for the same connection. */
function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
