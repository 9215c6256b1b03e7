/** Runs a program of the worker that the inventory names, without a shell. */
import { execFile } from 'node:child_process';
import { OperatorError } from '../failures/operator-error.ts';
import { redact } from './redaction.ts';

const TIMEOUT_MS = 30_000;

/**
 * Gives the program this text on stdin and waits for its end with exit code 0.
 * @throws NotDelivered with the reason: the program is told nothing more
 */
export function runWithInput(command: readonly string[], input: string, cwd: string): Promise<void> {
  const [program = '', ...args] = command;
  return new Promise((done, fail) => {
    const child = execFile(
      program,
      args,
      { cwd, timeout: TIMEOUT_MS, killSignal: 'SIGKILL' },
      (error, _stdout, stderr) => {
        if (error === null) return done();
        const last = redact(stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? '');
        const why = error.killed
          ? `it did not end within ${TIMEOUT_MS / 1000} seconds`
          : error.code === 'ENOENT'
            ? 'there is no such program on the worker'
            : `it ended with ${error.signal ?? `exit code ${error.code}`}${last === '' ? '' : `: ${last}`}`;
        fail(new OperatorError('NotDelivered', `The program ${program} did not take the notice: ${why}.`));
      },
    );
    // One that reads nothing may be gone before.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
