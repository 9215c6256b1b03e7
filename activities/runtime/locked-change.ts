import { commandLine } from '../../connectors/quote.ts';
import { OperatorError } from '../../failures/operator-error.ts';
import type { HostChange } from '../operation.ts';
import { decisiveLines } from './decisive-lines.ts';
import type { HostAccess } from './host-access.ts';

/** How long a command waits on the host for its predecessor; shorter than the time-out of the exec around it. */
const LOCK_SECONDS = 60;

/**
 * Returns when no command of an earlier try runs any more: a command outlives the worker and the session that sent it,
 * and what is looked at while it runs says little.
 * @throws OutcomeUnknown, to be tried again, while one runs
 */
export async function awaitPredecessor(host: HostAccess, lock: string): Promise<void> {
  const { code } = await host.change(['flock', '-w', String(LOCK_SECONDS), lock, 'true']);
  if (code !== 0) throw stillRunning(host, lock);
}

/**
 * Runs a change while it holds the step's lock, so that two of one step never run at once.
 * @throws CommandFailed with the decisive lines of its output, unless the exit code is one of its `okCodes`
 */
export async function runLocked(host: HostAccess, lock: string, change: HostChange): Promise<void> {
  const stdin = change.secretStdin === undefined ? change.stdin : await change.secretStdin();
  const argv = ['flock', '-w', String(LOCK_SECONDS), lock, ...change.argv];
  const { code, stdout, stderr } = await host.change(argv, stdin === undefined ? {} : { stdin });
  if ((change.okCodes ?? [0]).includes(code)) return;
  // flock says 1 when the lock stays taken, and so may the program; flock stays silent then.
  if (code === 1 && stdout === '' && stderr === '') {
    const free = await host.change(['flock', '-n', lock, 'true']);
    if (free.code !== 0) throw stillRunning(host, lock);
  }
  const lines = decisiveLines(`${stdout}\n${stderr}`);
  const said = lines.at(-1);
  throw new OperatorError(
    'CommandFailed',
    `${commandLine(change.argv)} on ${host.name}: exit code ${code}${said === undefined ? '' : `: ${said}`}`,
    { details: { exitCode: code, lines, host: host.name } },
  );
}

function stillRunning(host: HostAccess, lock: string): OperatorError {
  return new OperatorError(
    'OutcomeUnknown',
    `an earlier command of this step still runs on ${host.name} and holds ${lock}; it is waited for`,
    { details: { host: host.name, lock } },
  );
}
