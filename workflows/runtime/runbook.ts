import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  log,
  workflowInfo,
} from '@temporalio/workflow';
import type { CommonInput, RunbookDefinition } from '../../runbooks/definition.ts';
import { inputProblems } from '../../runbooks/input-problems.ts';
import type { Report } from '../contract.ts';
import { loadSite, Performer, writeReport } from './activities.ts';
import { openDoors } from './doors.ts';
import { Ending, Restart, stepFailure } from './endings.ts';
import { family } from './family.ts';
import { releaseLocks, takeLocks } from './locks.ts';
import { tellEnd, tellWaiting } from './notices.ts';
import { PlanPass } from './plan-pass.ts';
import { endOwned, endStateOf, leaveAsIs, rollBack } from './rollback.ts';
import type { Run } from './run.ts';
import { RunPass } from './run-pass.ts';
import { keep, show } from './show.ts';
import { now, RunState } from './state.ts';
import { closedWindow } from './window.ts';
import { findingText, stop } from './words.ts';

/**
 * Runs a procedure from its plan to its report. Every way out writes what was done and what remains;
 * the run closes Completed (`succeeded`), Cancelled (`cancelled`) or Failed with the end state as failure type.
 * @throws ApplicationFailure `InvalidInput` at once when the input is not what the runbook takes.
 */
export async function runbook<Input extends CommonInput>(
  definition: RunbookDefinition<Input>,
  rawInput: unknown,
  procedure: (run: Run<Input>) => Promise<void>,
): Promise<Report> {
  const given = rawInput ?? {};
  const parsed = definition.input.safeParse(given);
  if (!parsed.success) throw refuseInput(definition, inputProblems(definition.input, given));
  const state: RunState<Input> = new RunState(definition, parsed.data, (what) => publish(state, what));
  void CancellationScope.current().cancelRequested.catch(() => {
    state.cancelled = true;
  });
  openDoors(state);
  return CancellationScope.nonCancellable(async () => {
    const site = await loadSite({ runbook: definition.name }).catch((error: unknown) => refuseSite(state, error));
    state.attach(site, new Performer(site.timingScale));
    publish(state, 'phase');
    const reason = await live(state, procedure);
    await releaseLocks(state);
    return close(state, reason);
  });
}

function refuseInput(definition: RunbookDefinition, problems: readonly string[]): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `${problems.join(' ')} Example input for ${definition.name}: ${JSON.stringify(definition.example)}`,
    'InvalidInput',
  );
}

/** Without the inventory there is nothing to run on: the run fails with the sentences that say what is wrong in it. */
async function refuseSite(state: RunState, error: unknown): Promise<never> {
  const { type, message } = stepFailure(error);
  state.acceptance = ApplicationFailure.nonRetryable(message, type);
  // Who asks the closed run is told by what it knew last.
  Object.assign(state, { stage: 'ended', endState: 'failed', reason: message } satisfies Partial<RunState>);
  await condition(allHandlersFinished);
  throw state.acceptance;
}

/** What the schema of an input cannot know: the names that the inventory has. */
function judgeNames<Input extends CommonInput>(state: RunState<Input>): void {
  const unknown = state.unknownNames(state.input).join('\n');
  state.acceptance = unknown === '' ? 'accepted' : ApplicationFailure.nonRetryable(unknown, 'InvalidInput');
  if (unknown !== '') throw new Ending('fail', unknown);
}

/** Plans and runs until there is an end state; answers with the sentence that explains it, if it needs one. */
async function live<Input extends CommonInput>(
  state: RunState<Input>,
  procedure: (run: Run<Input>) => Promise<void>,
): Promise<string | undefined> {
  try {
    judgeNames(state);
    while (!(await pass(state, procedure)));
    const ended = await endOwned(state);
    if (!ended)
      leaveAsIs(
        state,
        state.undos.filter(({ owned }) => owned !== undefined),
      );
    for (const { skipped, news } of state.children) if (skipped) state.remains.push(...(news?.remains ?? []));
    state.remains.push(...state.kept.values());
    state.endState = ended ? 'succeeded' : 'partlyRolledBack';
    return ended ? undefined : 'every step is done, but a state that should not outlast the run was left';
  } catch (error) {
    const ending =
      error instanceof Ending
        ? error
        : new Ending('fail', error instanceof Error ? stepFailureText(error) : String(error));
    const back = ending.way === 'rollback' || ending.way === 'reject' || ending.way === 'cancel';
    const whole = back ? await rollBack(state) : ending.way === 'abort' || (await endOwned(state));
    leaveAsIs(state);
    state.remains.push(...state.leaves.values(), ...state.kept.values());
    state.endState = endStateOf(ending.way, whole);
    return ending.why;
  }
}

/** One plan pass and one run pass; false when a changed input makes both begin anew. */
async function pass<Input extends CommonInput>(
  state: RunState<Input>,
  procedure: (run: Run<Input>) => Promise<void>,
): Promise<boolean> {
  await makePlan(state, procedure);
  if (state.input.mode === 'plan') return true;
  try {
    // Others have worked meanwhile: what was planned before is old.
    while (await closedWindow(state)) await makePlan(state, procedure);
    if (await takeLocks(state)) await makePlan(state, procedure);
    state.bound = state.input.plan !== undefined;
    state.enterStage('running');
    await procedure(new RunPass(state));
    // A cancel during the last step comes in time: the run has not ended yet.
    state.leaveIfCancelled();
    return true;
  } catch (error) {
    if (error instanceof Restart) return false;
    throw error;
  }
}

/** Looks what the run would do; one that is to be carried out must not be refused, nor another one than named. */
async function makePlan<Input extends CommonInput>(
  state: RunState<Input>,
  procedure: (run: Run<Input>) => Promise<void>,
): Promise<void> {
  state.enterStage('planning');
  const plan = await PlanPass.run(state, procedure);
  state.plan = plan;
  if (state.input.mode === 'plan') return;
  if (plan.refusals !== undefined) throw new Ending('fail', plan.refusals.map(findingText).join('\n'));
  const wanted = state.input.plan;
  if (wanted !== undefined && !plan.hash.startsWith(wanted)) {
    throw new Ending(
      'fail',
      `The plan is now ${plan.hash.slice(0, 8)}, not ${wanted.slice(0, 8)}: look at it with "npx runbook plan" and start again with its hash.`,
    );
  }
}

function stepFailureText(error: Error): string {
  try {
    const failure = stepFailure(error);
    return failure.message;
  } catch {
    return `${error.message} (this is a fault of the runbook: please report it)`;
  }
}

async function close<Input extends CommonInput>(state: RunState<Input>, reason: string | undefined): Promise<Report> {
  state.stage = 'ended';
  state.reason = reason;
  publish(state, 'phase');
  const info = workflowInfo();
  const report: Report = {
    ...state.status,
    runId: info.runId,
    title: state.definition.title,
    input: state.input,
    startedAt: state.startedAt,
    endedAt: now(),
    endState: state.endState ?? 'failed',
    ...(state.plan && { plan: state.plan }),
    decisions: state.decisions,
    inventoryDigest: state.site.digest,
  };
  state.report = report;
  // The plan of a child is a part of its parent's.
  if (!family()?.plans) {
    await writeReport({ report }).catch((error: unknown) => log.warn('the report could not be written', { error }));
  }
  await state.parent?.told();
  await tellEnd(state, report);
  await condition(allHandlersFinished);
  if (report.endState === 'succeeded') return report;
  if (report.endState === 'cancelled')
    throw new CancelledFailure('cancelled, and everything that was begun is rolled back');
  throw ApplicationFailure.create({
    message: closingMessage(report),
    type: report.endState,
    nonRetryable: true,
    details: [report],
  });
}

function closingMessage({ endState, reason, remains }: Report): string {
  const left =
    remains.length > 0
      ? ` Remains: ${remains.map(({ what, byHand }) => `${what} (by hand: ${byHand})`).join('; ')}.`
      : ' Nothing remains.';
  const why = reason === undefined ? '' : `: ${stop(reason)}`;
  return `${endState}${why}${left}`;
}

function publish(state: RunState, what: 'progress' | 'phase'): void {
  show(state);
  if (state.attached && (what === 'phase' || state.stage !== 'planning')) state.parent?.tell(state);
  if (what === 'progress' || !state.attached) return;
  keep(state);
  tellWaiting(state);
  openDoors(state);
}
