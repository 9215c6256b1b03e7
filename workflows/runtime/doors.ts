/** The doors of a run: what people, the keeper of the locks and children say to it, and what it answers. */
import {
  ApplicationFailure,
  condition,
  patched,
  setDefaultSignalHandler,
  setDefaultUpdateHandler,
  setHandler,
} from '@temporalio/workflow';
import type { CommonInput } from '../../runbooks/definition.ts';
import { inputProblems } from '../../runbooks/input-problems.ts';
import {
  acceptedUpdate,
  type Decision,
  decideNowUpdate,
  decideSignal,
  lockSignal,
  planQuery,
  reportQuery,
  statusQuery,
} from '../messages.ts';
import { hearOfChild } from './child-news.ts';
import { newsSignal } from './family.ts';
import { hearOfLocks } from './locks.ts';
import { mergePatch } from './merge.ts';
import { now, type RunState } from './state.ts';
import { Refusal, type Wait } from './waits.ts';
import { stop } from './words.ts';

/** Sets the handlers, each time with the JSON that the run waits for now: the Temporal UI shows these descriptions. */
export function openDoors(state: RunState): void {
  const waiting = state.waits.first;
  const description =
    waiting === undefined
      ? `Nothing is asked at the moment. At any time: {"verb": "${state.heldBy === undefined ? 'hold' : 'resume'}", "by": "your name"}`
      : waiting.options.length === 0
        ? `${waiting.title}: nothing to answer`
        : `${waiting.title} (${waiting.options.join(', ')}): ${JSON.stringify(waiting.answer)}`;
  setHandler(decideNowUpdate, (raw) => answer(state, raw), { description, validator: (raw) => void judge(state, raw) });
  setHandler(acceptedUpdate, () => accepted(state), {
    description: 'Answers once the input is found right, else says what is wrong with it',
  });
  setHandler(decideSignal, (raw) => hear(state, raw), { description });
  setHandler(lockSignal, (notice) => hearOfLocks(state, notice), { description: 'From the keeper of the locks' });
  setHandler(newsSignal, (news) => hearOfChild(state, news), {
    description: 'From the runs that this one has started',
  });
  setHandler(statusQuery, () => state.status, { description: 'Phase, steps, what is waited for, what remains' });
  setHandler(planQuery, () => state.plan ?? 'The run is still planning.', {
    description: 'What the run does, step by step',
  });
  setHandler(
    reportQuery,
    () => state.report ?? 'The report is written when the run ends; until then see the query status.',
    {
      description: 'The proof of what was done',
    },
  );
  setDefaultSignalHandler((name) => refuse(state, `there is no signal "${name}": send "decide" with ${description}`));
  setDefaultUpdateHandler((name) => {
    throw ApplicationFailure.nonRetryable(
      `there is no update "${name}": send "decideNow" with ${description}`,
      'InvalidInput',
    );
  });
}

async function accepted(state: RunState): Promise<void> {
  await condition(() => state.acceptance !== undefined);
  if (state.acceptance !== 'accepted') throw state.acceptance;
}

/** Judges an answer, and a retry's changed input with it, before anything is taken over. */
function judge(state: RunState, raw: unknown): { decision: Decision; wait?: Wait; input?: CommonInput } {
  try {
    const judged = state.waits.judge(raw, state);
    const { decision } = judged;
    if (!('step' in decision) || decision.input === undefined) return judged;
    const child = state.children.find(({ wait }) => wait !== undefined && wait === judged.wait);
    const { definition, input } = child ?? state;
    const fixed = Object.keys(decision.input).find((field) => definition.identity.includes(field));
    if (fixed !== undefined)
      throw new Refusal(`input.${fixed}: cannot change in a run that has begun; start a new one`);
    const patched = mergePatch(input, decision.input);
    const merged = definition.input.safeParse(patched);
    if (!merged.success) throw new Refusal(`input: ${inputProblems(definition.input, patched).join(' ')}`);
    // A child takes its change over itself.
    if (child !== undefined) return judged;
    const changed = merged.data as CommonInput;
    const unknown = state.unknownNames(changed);
    if (unknown.length > 0) throw new Refusal(`input: ${unknown.join(' ')}`);
    return { ...judged, input: changed };
  } catch (error) {
    if (error instanceof Refusal)
      throw ApplicationFailure.nonRetryable(`Refused: ${stop(error.message)}`, 'InvalidInput');
    throw error;
  }
}

function answer(state: RunState, raw: unknown): string {
  const { decision, wait, input } = judge(state, raw);
  state.waits.take(decision, wait, now());
  if (input !== undefined) state.input = input;
  // Whoever holds a run that works or asks sees at once that it will stop.
  if (wait === undefined && patched('holds-told')) state.publish('phase');
  const word = 'verdict' in decision ? decision.verdict : decision.verb;
  const title = wait?.view.title;
  // The title of a failed step quotes the step already.
  const what = title === undefined ? '' : ` for ${title.includes('"') ? title : `"${title}"`}`;
  return `Recorded: ${word} by ${decision.by}${what}.`;
}

function hear(state: RunState, raw: unknown): void {
  try {
    answer(state, raw);
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    refuse(state, error.message);
  }
}

/** A signal's sender gets no answer: the refusal shows in the status and in the current details. */
function refuse(state: RunState, sentence: string): void {
  state.refusals.push(sentence);
  if (state.refusals.length > 20) state.refusals.shift();
  state.publish('phase');
}
