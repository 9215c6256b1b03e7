import { setTimeout as pause } from 'node:timers/promises';
import { needsPerson, type Plan, type StatusView, type Waiting } from '../../workflows/contract.ts';
import { CliFailure, unreachable } from '../failure.ts';
import { note } from '../output.ts';
import { isUnavailable, livePollers, type Session } from '../temporal.ts';
import { ask } from './ask.ts';
import { decisionFor, send } from './decide.ts';
import { type Expected, expectedOf } from './expected.ts';
import { planText } from './plan-text.ts';
import { makeProgress } from './progress/index.ts';
import { findRun, readPlan, readStatus } from './read.ts';
import { heldText, wantsColour } from './words.ts';
import { worksOf } from './work.ts';

const LOOK_MILLISECONDS = 400;
/** As a shell tells of a command that Ctrl-C has ended. */
const INTERRUPTED = 130;
/** How long a run may be without any worker before following it makes no sense. */
const PATIENCE_MILLISECONDS = 90_000;

export interface FollowOptions {
  /** Ask the person at this terminal for what the run waits for. */
  readonly asks: boolean;
  /** Under whose name this terminal answers. */
  readonly by: string;
  /** Tell the plan when it is made: who started the run has not seen it. */
  readonly tellsPlan?: boolean;
  /** Go on although a person is needed: somebody else may answer. */
  readonly throughWaits?: boolean;
}

/**
 * Shows a run's progress until it ends, or until it needs a person who is not here.
 * @throws CliFailure (unreachable) when no worker serves it any more
 */
export async function follow(session: Session, id: string, options: FollowOptions): Promise<StatusView> {
  const progress = makeProgress(process.stderr);
  let served = Date.now();
  let expected: Expected | undefined;
  const interrupted = () => {
    progress.pause();
    note(`\nThe run goes on: "npx runbook watch ${id}" follows it, "npx runbook cancel ${id}" takes it back.`);
    process.exit(INTERRUPTED);
  };
  process.once('SIGINT', interrupted);
  try {
    for (;;) {
      const seen = await look(session, id, Date.now() - served < PATIENCE_MILLISECONDS);
      if (seen !== undefined) {
        const { run, status, works } = seen;
        const over = run.description.status.name !== 'RUNNING';
        if (expected === undefined && status.phase !== 'planning' && (options.tellsPlan || !over)) {
          const plan = await readPlan(session, run);
          expected = expectedOf(plan);
          // A run that was refused at its start has none.
          if (options.tellsPlan && (plan !== undefined || !over)) {
            progress.pause();
            notePlan(id, plan, status.reason);
          }
        }
        if (over) {
          progress.show({ ...status, phase: 'ended' });
          return status;
        }
        progress.show(status, works, expected);
        const { waiting } = status;
        if (waiting !== undefined && needsPerson(waiting) && !options.throughWaits) {
          progress.pause();
          if (!options.asks) return status;
          await answerHere(session, id, status, waiting, options.by);
        }
        if (seen.workers > 0) served = Date.now();
      }
      if (Date.now() - served > PATIENCE_MILLISECONDS) {
        throw unreachable(
          `no worker serves the run "${id}" any more; it goes on when one is back: "npx runbook up", then "npx runbook watch ${id}".`,
        );
      }
      await pause(LOOK_MILLISECONDS);
    }
  } finally {
    process.off('SIGINT', interrupted);
    progress.pause();
  }
}

function notePlan(id: string, plan: Plan | undefined, reason?: string): void {
  note(plan === undefined ? `No plan can be read of ${id}.` : planText(plan, wantsColour(process.stderr), reason));
}

async function showPlan(session: Session, id: string): Promise<void> {
  notePlan(id, await readPlan(session, await findRun(session, id)));
}

/** How the run stands; nothing while a server that restarts cannot tell. */
async function look(session: Session, id: string, patient: boolean) {
  try {
    const run = await findRun(session, id);
    const [status, works, workers] = await Promise.all([
      readStatus(session, run),
      worksOf(session, run),
      livePollers(session),
    ]);
    return { run, status, works, workers: workers.length };
  } catch (error) {
    if (!patient || !isUnavailable(error)) throw error;
    return undefined;
  }
}

/** Asks until the run takes an answer, or until somebody else has given one. */
async function answerHere(
  session: Session,
  id: string,
  status: StatusView,
  waiting: Waiting,
  by: string,
): Promise<void> {
  const answered = new AbortController();
  let held = false;
  const watching = untilAnswered(session, status, waiting, answered.signal).then((news) => {
    held = news === 'held';
    answered.abort();
  });
  try {
    const answer = await ask(status, waiting, by, answered.signal, () => showPlan(session, waiting.child ?? id));
    if (answer === undefined) {
      // A hold, or the end of one, is told with the question, which is asked again.
      if (answered.signal.aborted && !held) note('It has been answered elsewhere.');
      return;
    }
    const { message } = await send(session, await findRun(session, id), decisionFor(answer, status));
    note(message);
  } catch (error) {
    // A refused answer is asked again; everything else ends the command.
    if (!(error instanceof CliFailure) || error.exit !== 2) throw error;
    note(error.message);
  } finally {
    answered.abort();
    await watching;
  }
}

async function untilAnswered(
  session: Session,
  before: StatusView,
  waiting: Waiting,
  signal: AbortSignal,
): Promise<'answered' | 'held' | undefined> {
  while (!signal.aborted) {
    try {
      await pause(1000, undefined, { signal });
    } catch {
      return undefined;
    }
    const now = await readStatus(session, await findRun(session, before.id));
    if (now.waiting?.id !== waiting.id || now.waiting.since !== waiting.since) return 'answered';
    if (heldText(now) !== heldText(before)) return 'held';
  }
  return undefined;
}
