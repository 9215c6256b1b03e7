import type { Waiting } from '../contract.ts';
import type { ApprovalDecision } from '../messages.ts';
import { now, type RunState } from './state.ts';

export interface Question {
  readonly id: string;
  readonly title: string;
  readonly show: Readonly<Record<string, string>>;
  /** What the person has to type to approve. */
  readonly typed?: string | undefined;
  /** How a standing approval answers; default: yes. */
  readonly unattended?: 'no' | undefined;
}

/**
 * Asks people and waits for the vote. A standing approval answers at once, unless something has to be typed.
 * `undefined` when the run was cancelled meanwhile.
 */
export async function ask(state: RunState, question: Question): Promise<ApprovalDecision | undefined> {
  const plan = (state.plan?.hash ?? '').slice(0, 8);
  const standing = state.input.standingApproval;
  const { typed } = question;
  if (standing !== undefined && typed === undefined) {
    const note = ['standing approval', standing.note].filter(Boolean).join(': ');
    const verdict = question.unattended === 'no' ? 'reject' : 'approve';
    const word = verdict === 'approve' ? 'approved' : 'declined';
    state.decisions.push({ at: now(), by: standing.by, what: `${word}: ${question.title}`, note });
    return { approval: question.id, plan, verdict, by: standing.by, note };
  }
  const view: Waiting = {
    kind: 'approval',
    id: question.id,
    title: question.title,
    since: now(),
    planHash: plan,
    options: ['approve', 'reject'],
    answer: {
      approval: question.id,
      plan,
      verdict: 'approve',
      ...(typed !== undefined && { typed: 'type it here' }),
      by: 'your name',
    },
    ...(typed !== undefined && { typed }),
    show: { ...question.show, ...(typed !== undefined && { 'To be typed': typed }) },
  };
  const wait = await state.waitFor(view, 'waiting', (asked) => asked.decision !== undefined);
  const decision = wait.decision as ApprovalDecision | undefined;
  if (decision !== undefined) {
    const word =
      decision.verdict === 'approve' ? 'approved' : decision.keep ? 'rejected, keep what was done' : 'rejected';
    state.decisions.push({
      at: now(),
      by: decision.by,
      what: `${word}: ${question.title}`,
      ...(decision.note && { note: decision.note }),
    });
  }
  return decision;
}
