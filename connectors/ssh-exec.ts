/** Runs one command on an open connection and waits for its end. */
import type { Client, ClientChannel } from 'ssh2';
import { OperatorError } from '../failures/operator-error.ts';
import { CappedOutput } from './capped-output.ts';

export interface ExecOptions {
  readonly stdin?: string | Buffer;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Limit for each of stdout and stderr, 1 MiB when absent: beginning and end are kept. */
  readonly maxOutputBytes?: number;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** The command has certainly not reached the host, so it may be sent again. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

const DEFAULT_OUTPUT_LIMIT = 1024 * 1024;

interface Place {
  readonly client: Client;
  /** For messages: the host's name and the command without secrets. */
  readonly host: string;
  readonly shown: string;
  /** True once the connection, not only the channel, has ended. */
  readonly broken: () => boolean;
  /** Called when the wait was given up while the command may go on: sshd still counts it as a session. */
  readonly onAbandoned: () => void;
}

/** Ends with the exit code, or throws: `NotSent`, the reason of `signal`, or `OutcomeUnknown`. */
export function execute(place: Place, line: string, options: ExecOptions): Promise<CommandResult> {
  const { signal, timeoutMs, stdin, maxOutputBytes = DEFAULT_OUTPUT_LIMIT } = options;
  const started = performance.now();
  const stdout = new CappedOutput(maxOutputBytes);
  const stderr = new CappedOutput(maxOutputBytes);
  return new Promise((resolve, reject) => {
    let settled = false;
    let channel: ClientChannel | undefined;
    let ended: { code?: number; signal?: string } | undefined;

    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      act();
    };
    const abandon = (error: unknown) =>
      settle(() => {
        channel?.close();
        place.onAbandoned();
        reject(error);
      });
    const onAbort = () => abandon(signal?.reason);
    const onTimeout = () => abandon(unknown(place, `did not end within ${timeoutMs} ms; it may still be running`));
    const timer = timeoutMs === undefined ? undefined : setTimeout(onTimeout, timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });

    const onClose = () =>
      settle(() => {
        if (place.broken() || ended === undefined) reject(unknown(place, 'lost its connection; it may have run'));
        else if (ended.code === undefined)
          reject(unknown(place, `was ended by signal ${ended.signal}; it may have run in part`));
        else
          resolve({
            code: ended.code,
            stdout: `${stdout}`,
            stderr: `${stderr}`,
            durationMs: performance.now() - started,
          });
      });

    const onOpen = (error: Error | undefined, opened: ClientChannel) => {
      if (error !== undefined) return settle(() => reject(refused(place, error)));
      channel = opened;
      // A closed pipe on the other side shows as the channel's end; its error event adds nothing.
      opened.on('error', () => undefined);
      if (settled) return opened.close();
      opened.on('data', (chunk: Buffer) => stdout.add(chunk));
      opened.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
      opened.on('exit', (code: number | null, name?: string) => {
        ended = code === null ? { signal: name ?? 'unknown' } : { code };
      });
      opened.on('close', onClose);
      opened.end(stdin);
    };
    try {
      place.client.exec(line, onOpen);
    } catch (error) {
      settle(() => reject(new NotSent('the connection has ended', { cause: error })));
    }
  });
}

/** ssh2 tells by its text only what was refused; and a lost connection it reports like a refusal. */
function refused(place: Place, error: Error): Error {
  if (error.message.startsWith('(SSH) Channel open failure')) {
    return new NotSent('sshd opens no more sessions', { cause: error });
  }
  if (error.message === 'Unable to exec' && !place.broken()) {
    const message = `Cannot run ${place.shown} on ${place.host}: sshd refused to start it. It was not run.`;
    return new OperatorError('HostUnreachable', message, { details: { host: place.host }, cause: error });
  }
  return unknown(place, 'lost its connection; it may have run', error);
}

function unknown(place: Place, what: string, cause?: Error): OperatorError {
  return new OperatorError('OutcomeUnknown', `The command ${place.shown} on ${place.host} ${what}.`, {
    details: { host: place.host, command: place.shown },
    cause,
  });
}
