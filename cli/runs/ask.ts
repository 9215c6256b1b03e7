import { isCancel, log, select, text } from '@clack/prompts';
import type { StatusView, Waiting } from '../../workflows/contract.ts';
import { CliFailure, EXIT } from '../failure.ts';
import { type Answer, REASONED_VERBS, STEP_VERBS, type Verb } from './decide.ts';
import { columns, heldText, waitingText } from './words.ts';

const MEANING: Readonly<Record<string, string>> = {
  approve: 'go on',
  reject: 'say no: what was done is rolled back',
  retry: 'try the step again',
  skip: 'go on without the step',
  proceed: 'go on now, outside of the maintenance window',
  postpone: 'go on by itself in the next maintenance window',
  rollback: 'undo what was done',
  abort: 'leave everything as it is',
  resume: 'go on',
};

/** Beside the verbs of an approval. */
const SHOW_PLAN = 'plan';

/** Asks the person at this terminal; nothing when the question has gone away meanwhile. */
export async function ask(
  status: StatusView,
  waiting: Waiting,
  by: string,
  signal: AbortSignal,
  showPlan: () => Promise<void>,
): Promise<Answer | undefined> {
  const output = process.stderr;
  const { id } = status;
  const width = columns(output) - 4;
  log.warn(waitingText(id, { ...waiting, options: [] }, width), { output });
  const held = heldText(status, width);
  if (held !== undefined) log.warn(held, { output });
  const options = waiting.options.map((value) => ({
    value,
    label: value,
    ...(MEANING[value] && { hint: MEANING[value] }),
  }));
  if (waiting.planHash !== undefined)
    options.push({ value: SHOW_PLAN, label: 'show the plan', hint: 'the commands that this is about' });
  const verb = await select({ message: 'Your answer', options, output, signal });
  if (signal.aborted) return undefined;
  if (verb === SHOW_PLAN) {
    await showPlan();
    return ask(status, waiting, by, signal, showPlan);
  }
  if (isCancel(verb)) {
    throw new CliFailure(
      EXIT.person,
      `not answered: the run goes on waiting. "npx runbook status ${id}" tells the commands that answer.`,
    );
  }
  const stepVerb = (STEP_VERBS as readonly string[]).includes(verb);
  const answer: Answer = { verb: verb as Verb, by, ...(stepVerb ? { step: waiting.id } : { approval: waiting.id }) };
  if (verb === 'approve' && waiting.typed !== undefined) {
    const typed = await text({ message: `Type ${waiting.typed} to approve`, output, signal });
    if (signal.aborted) return undefined;
    if (isCancel(typed) || !typed) throw new CliFailure(EXIT.person, 'not answered: this approval has to be typed.');
    return { ...answer, typed };
  }
  if (!REASONED_VERBS.includes(verb)) return answer;
  const reason = await text({ message: `Why is it right to ${MEANING[verb]}?`, output, signal });
  if (signal.aborted) return undefined;
  if (isCancel(reason) || !reason) throw new CliFailure(EXIT.person, 'not answered: the reason is kept in the report.');
  return { ...answer, reason };
}
