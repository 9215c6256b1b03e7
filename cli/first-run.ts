import { runbooks } from '../runbooks/index.ts';
import { EXIT, type ExitCode } from './failure.ts';
import { Home } from './home.ts';
import { note, printAnswer, printFailure } from './output.ts';
import { follow } from './runs/follow.ts';
import { outcome } from './runs/outcome.ts';
import { defaultBy, startRun } from './runs/start.ts';
import { links, resolveSettings } from './settings.ts';
import { down } from './stack/down.ts';
import { isOurs } from './stack/process.ts';
import { readProcesses } from './stack/record.ts';
import { givenTemporal, up } from './stack/up.ts';
import { withSession } from './temporal.ts';

/** As a shell reports a process that Ctrl-C ended. */
const INTERRUPTED = 130;

/**
 * Deploys the hosted engine in a fresh lab. With a person at the terminal it asks, and leaves the stack up until Ctrl-C;
 * else it approves, and ends what it started.
 */
export async function firstRun(interactive: boolean): Promise<number> {
  const home = new Home();
  const alreadyUp = Object.values(readProcesses(home)).some(isOurs);
  const interrupted = interruption();
  const exit = await Promise.race([deploy(home, interactive), interrupted.then(() => INTERRUPTED)]);
  if (interactive && exit !== INTERRUPTED && exit !== EXIT.unreachable && exit !== EXIT.usage) {
    note('\nThe lab, Temporal and a worker are running. In another terminal: npx runbook --help. Ctrl-C ends them.');
    await interrupted;
  }
  if (alreadyUp) note('The stack was up before and stays up: "npx runbook down" ends it.');
  else {
    for (const { role, pid } of await down(home)) note(`Ended ${role} (pid ${pid}).`);
    if (!interactive)
      note('To look at the run in the UI, "npx runbook up --lab" brings everything back at the same addresses.');
  }
  return exit;
}

async function deploy(home: Home, interactive: boolean): Promise<ExitCode> {
  try {
    const temporal = givenTemporal();
    await up({ home, lab: { preset: 'bare', hosts: 3 }, fresh: true, ...(temporal && { temporal }) });
    const runbook = runbooks.deployHostedEngine;
    if (runbook === undefined) throw new TypeError('the runbook deployHostedEngine is gone');
    const standing = { standingApproval: { by: 'npm start', note: 'no terminal: the lab may be destroyed' } };
    const input = { host: 'host1', ...(interactive ? {} : standing) };
    return await withSession(resolveSettings({}), async (session) => {
      const { workflowId: id, firstExecutionRunId } = await startRun(session, { runbook, input });
      const ui = links.run(session.settings, id, firstExecutionRunId);
      note(`\n${runbook.title} on host1, as run ${id}${ui ? `\n${ui}` : ''}\n`);
      const status = await follow(session, id, { asks: interactive, by: defaultBy() });
      return printAnswer(await outcome(session, status), false);
    });
  } catch (error) {
    return printFailure(error, false);
  }
}

/** A listener for signals keeps no process alive, the timer does. */
function interruption(): Promise<void> {
  const alive = setInterval(() => undefined, 60_000);
  return new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  }).finally(() => clearInterval(alive));
}
