import {
  isGrpcServiceError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { needsPerson, type StatusView, type Waiting } from '../../workflows/contract.ts';
import { type Decision, decideNowUpdate, decideSignal } from '../../workflows/messages.ts';
import { messageOf, usage } from '../failure.ts';
import { livePollers, type Session } from '../temporal.ts';
import { findRun, type RunHandle, readStatus } from './read.ts';
import { stepOf } from './work.ts';

const ANSWER_SECONDS = 5;

export const GATE_VERBS = ['approve', 'reject'] as const;
export const STEP_VERBS = ['retry', 'skip', 'proceed', 'postpone', 'rollback', 'abort'] as const;
/** What goes on against a rule keeps the reason why it is right. */
export const REASONED_VERBS: readonly string[] = ['skip', 'proceed'];
export type Verb = (typeof GATE_VERBS)[number] | (typeof STEP_VERBS)[number] | 'hold' | 'resume';

/** What a person says, as far as the flags say it; the rest is filled in from what the run waits for. */
export interface Answer {
  readonly verb: Verb;
  readonly by: string;
  readonly approval?: string;
  readonly plan?: string;
  readonly step?: string;
  readonly note?: string;
  readonly typed?: string;
  readonly keep?: boolean;
  readonly reason?: string;
  readonly input?: Record<string, unknown>;
}

/** Makes the decision out of an answer and what waits. @throws CliFailure (usage) when nothing waits for it */
export function decisionFor(answer: Answer, status: StatusView): Decision {
  const { verb, by, note } = answer;
  if (status.phase === 'ended')
    throw usage(`the run has ended (${status.endState ?? 'ended'}): nothing can be decided any more.`);
  if (verb === 'hold' || verb === 'resume') return { verb, by };
  const { waiting } = status;
  if (answer.approval === undefined && answer.step === undefined) expectOne(status);
  if (verb === 'approve' || verb === 'reject') {
    const asked = answer.approval === undefined ? expect(waiting, ['approval'], verb) : named(status, answer.approval);
    if (answer.typed !== undefined && asked !== undefined && asked.typed === undefined)
      throw usage(
        `--type: "${asked.title}" asks for nothing to be typed: see "npx runbook status ${asked.child ?? status.id}", and approve without --type if it is what you mean.`,
      );
    // One that is not asked the run refuses.
    const gate = asked ?? waiting;
    const approval = answer.approval ?? gate?.id ?? '';
    const plan = answer.plan ?? gate?.planHash ?? '';
    return {
      approval,
      plan,
      verdict: verb,
      by,
      ...(note && { note }),
      ...(answer.typed && { typed: answer.typed }),
      ...(answer.keep && { keep: true }),
    };
  }
  const step = answer.step ?? expect(waiting, ['parked', 'window'], verb).id;
  const reason = answer.reason ?? note;
  return { step, verb, by, ...(reason && { reason }), ...(answer.input && { input: answer.input }) };
}

/** The question of this id: what is shown first, or what another child asks, under the id that its parent gives it. */
function named({ id, waiting, children = [] }: StatusView, approval: string): Waiting | undefined {
  if (waiting?.id === approval) return waiting;
  return children.find((child) => `${stepOf(id, child.id)}/${child.waiting?.id}` === approval)?.waiting;
}

/** The children that ask people; one that waits for a lock asks nobody. */
const askingIn = ({ children = [] }: StatusView) =>
  children.filter((child) => child.waiting !== undefined && needsPerson(child.waiting));

/** Which of several children is meant has to be said. */
function expectOne(status: StatusView): void {
  const { waiting } = status;
  const asking = askingIn(status);
  if (waiting?.child === undefined || asking.length < 2) return;
  throw usage(`several children wait, answer one of them: ${asking.map(({ id }) => id).join(', ')}.`, {
    waiting: asking,
  });
}

function expect(waiting: Waiting | undefined, kinds: readonly Waiting['kind'][], verb: string): Waiting {
  if (waiting !== undefined && kinds.includes(waiting.kind) && waiting.options.includes(verb)) return waiting;
  const now =
    waiting === undefined
      ? 'nothing is asked at the moment'
      : `it waits for ${waiting.options.join(', ')} (${waiting.kind}: ${waiting.title})`;
  throw usage(`the run does not wait for ${verb}: ${now}.`, { ...(waiting && { waiting }) });
}

/** The run that an answer is for: itself, or the only child that waits. */
export async function addressee(session: Session, run: RunHandle): Promise<{ run: RunHandle; status: StatusView }> {
  const status = await readStatus(session, run);
  const waiting = askingIn(status);
  if (status.waiting !== undefined || waiting.length === 0) return { run, status };
  const [only, ...others] = waiting;
  if (only === undefined || others.length > 0) {
    throw usage(`several children wait, name one of them: ${waiting.map(({ id }) => id).join(', ')}.`, { waiting });
  }
  return addressee(session, await findRun(session, only.id));
}

/**
 * Sends a decision: as an update, which answers at once, or as a signal where no worker can answer.
 * @throws CliFailure (usage) with the run's sentence when it refuses
 */
export async function send(
  session: Session,
  run: RunHandle,
  decision: Decision,
): Promise<{ accepted: boolean; message: string }> {
  if ((await livePollers(session)).length === 0) return recorded(run, decision);
  try {
    const deadline = Date.now() + ANSWER_SECONDS * 1000;
    const message = await session.connection.withDeadline(deadline, () =>
      run.handle.executeUpdate(decideNowUpdate, { args: [decision] }),
    );
    return { accepted: true, message };
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) throw usage(sentence(messageOf(error.cause)));
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcServiceError(error))
      return recorded(run, decision);
    throw error;
  }
}

async function recorded({ handle }: RunHandle, decision: Decision) {
  await handle.signal(decideSignal, decision);
  return {
    accepted: false,
    message: `No worker answers: recorded, it will be judged when a worker is back. See "npx runbook status ${handle.workflowId}" then.`,
  };
}

const sentence = (words: string): string => words.replace(/^Refused: /, '').replace(/\.?$/, '.');
