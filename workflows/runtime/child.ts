/**
 * Runs another runbook as a child workflow: planned with its parent, under its parent's locks, window and standing
 * approval. What it asks, its parent asks; what it did, its parent can take back once it has ended.
 */
import {
  type ChildWorkflowHandle,
  condition,
  getExternalWorkflowHandle,
  rootCause,
  startChild,
  type Workflow,
  workflowInfo,
} from '@temporalio/workflow';
import type { CommonInput } from '../../runbooks/definition.ts';
import { inputProblems } from '../../runbooks/input-problems.ts';
import { MEMO_FAMILY, MEMO_RECORD, type Plan, type Report, type RunRecord } from '../contract.ts';
import { type Decision, decideSignal } from '../messages.ts';
import type { ChildCall } from './child-call.ts';
import { dropQuestion, inChild } from './child-news.ts';
import { ChildFailed, Ending } from './endings.ts';
import type { Child, Family } from './family.ts';
import type { MutableStep, RunState } from './state.ts';
import { opening, unheld } from './window.ts';
import { stop } from './words.ts';

type Handle = ChildWorkflowHandle<Workflow>;

/**
 * What the child would do, found by a plan-only run of it.
 * @throws Ending when it could not be planned
 */
export async function planChild(state: RunState, step: MutableStep, call: ChildCall): Promise<Plan> {
  const { ticket } = state.input;
  const input = checked(step, call, { mode: 'plan', ...(ticket && { ticket }) });
  const handle = await start(childId(state, step, 'plan'), call, input, `Plan of "${step.title}"`, { plans: true });
  const end = ended(handle);
  await condition(() => end.come || state.cancelled);
  if (!end.come) await tell(() => getExternalWorkflowHandle(handle.workflowId).cancel());
  await condition(() => end.come);
  state.leaveIfCancelled();
  const { plan } = (end.result ?? {}) as Partial<Report>;
  if (plan === undefined) throw new Ending('fail', `"${step.title}" could not be planned: ${wordsOf(end.failure)}`);
  state.childPlans.set(step.id, plan.hash);
  return plan;
}

/**
 * Starts the child and attends to it until its workflow has closed.
 * @returns once it has succeeded
 * @throws ChildFailed when it ended otherwise; Ending when that was decided about the whole run
 */
export async function runChild(state: RunState, step: MutableStep, call: ChildCall): Promise<void> {
  const { ticket, standingApproval, window } = state.input;
  // What was approved binds the first try; a retry is told of the plan as it is then.
  const plan = state.bound && step.attempts === 1 ? state.childPlans.get(step.id) : undefined;
  const input = checked(step, call, {
    ...(ticket && { ticket }),
    ...(standingApproval && { standingApproval }),
    ...(window && { window }),
    ...(plan && { plan }),
  });
  const child: Child = { id: childId(state, step), step, definition: call.runbook, input };
  state.children.push(child);
  try {
    const handle = await start(child.id, call, input, step.title, familyOf(state));
    state.publish('phase');
    close(state, child, await attend(state, child, handle));
  } finally {
    child.over = true;
    dropQuestion(state, child);
  }
}

/** Keeps in mind that an operator skipped the child: what it left stays. */
export function goOnWithout(state: RunState, title: string): void {
  const child = state.children.findLast(({ step }) => step.title === title);
  if (child?.step.state === 'skipped') child.skipped = true;
}

/** Carries to the child what people decide through its parent, until it has closed. @returns how Temporal closed it */
async function attend(state: RunState, child: Child, handle: Handle): Promise<unknown> {
  const end = ended(handle);
  for (;;) {
    await condition(() => end.come || due(state, child) !== undefined);
    if (end.come) return end.failure;
    const act = due(state, child);
    if (act !== undefined) await tell(() => act(handle));
  }
}

type Act = (handle: Handle) => Promise<void>;

function due(state: RunState, child: Child): Act | undefined {
  if ((state.cancelled || child.leave) && !child.cancelled) {
    return () => {
      child.cancelled = true;
      return getExternalWorkflowHandle(child.id).cancel();
    };
  }
  const { wait } = child;
  if (wait?.decision !== undefined && wait !== child.passed) {
    const { decision } = wait;
    return (handle) => {
      child.passed = wait;
      note(child, decision);
      return handle.signal(decideSignal, childs(child, decision));
    };
  }
  const by = state.waits.held;
  if (by === child.heldBy) return undefined;
  const before = child.heldBy;
  return async (handle) => {
    if (by === undefined) delete child.heldBy;
    else child.heldBy = by;
    // Whatever it was told last: its news may be older than that, and a hold takes effect at its next boundary only.
    await handle.signal(decideSignal, by === undefined ? { verb: 'resume', by: before } : { verb: 'hold', by });
  };
}

/** What is said to the parent about taking back or leaving is about the whole run. */
function note(child: Child, decision: Decision): void {
  const { by } = decision;
  if ('verdict' in decision) {
    if (decision.verdict === 'reject') child.whole = { verb: decision.keep ? 'keep' : 'reject', by };
  } else if (decision.verb === 'resume') {
    delete child.heldBy;
  } else if (decision.verb === 'rollback' || decision.verb === 'abort') {
    // During its rollback an abort is about one undo.
    if (child.wait?.view.options.includes('rollback')) child.whole = { verb: decision.verb, by };
  }
}

/** The decision under the ids that the child itself gave. */
function childs(child: Child, decision: Decision): Decision {
  const own = (id: string) => id.slice(inChild(child, '').length);
  if ('approval' in decision) return { ...decision, approval: own(decision.approval) };
  return 'step' in decision ? { ...decision, step: own(decision.step) } : decision;
}

/** Ends the step that the child is. @throws ChildFailed, Ending */
function close(state: RunState, child: Child, failure: unknown): void {
  const { id, step, news, whole } = child;
  const steps = news?.steps ?? [];
  dropUnneeded(state, child);
  state.decisions.push(...(news?.decisions ?? []).map((made) => ({ ...made, what: `${step.title}: ${made.what}` })));
  const done = steps.filter((each) => each.state === 'done').length;
  if (news?.endState === 'succeeded') {
    const summary = done === 0 ? `nothing to do (run ${id})` : `${done} of ${steps.length} steps done (run ${id})`;
    state.finish(step, { state: done === 0 ? 'already' : 'done', summary });
    return;
  }
  const how = news?.endState === undefined ? wordsOf(failure) : `${news.endState}: ${news.reason ?? ''}`;
  const message = `its run ${id} ended ${stop(how)}`;
  state.finish(step, { state: 'failed', summary: message });
  const rejected = news?.endState === 'rejected';
  const decided = whole !== undefined && rejected === (whole.verb === 'reject' || whole.verb === 'keep');
  if (decided) throw new Ending(whole.verb, `${whole.by} decided so about "${step.title}": ${message}`);
  throw new ChildFailed(message, [
    ...(news?.remains ?? []).map(({ what, byHand }) => `${stop(what)} By hand: ${stop(byHand)}`),
    'A retry starts it anew: it finds what is there already, and plans the rest as it is then.',
  ]);
}

/** Steps that it had in its parent's plan, but not in its own. */
function dropUnneeded(state: RunState, child: Child): void {
  const own = new Set((child.news?.steps ?? []).map(({ id }) => inChild(child, id)));
  const unneeded = state.steps.filter(
    ({ id, state }) => id.startsWith(inChild(child, '')) && state === 'pending' && !own.has(id),
  );
  for (const step of unneeded) state.steps.splice(state.steps.indexOf(step), 1);
}

/** The child's input. @throws Ending when its runbook does not take it */
function checked(step: MutableStep, { runbook, input }: ChildCall, common: CommonInput): CommonInput {
  const whole = { ...input, ...common };
  const parsed = runbook.input.safeParse(whole);
  if (!parsed.success) throw new Ending('fail', `"${step.title}": ${inputProblems(runbook.input, whole).join(' ')}`);
  return parsed.data;
}

/** Another one at each start, because a run keeps its id. */
function childId(state: RunState, step: MutableStep, ...more: string[]): string {
  const id = [workflowInfo().workflowId, step.id, ...more].join('.');
  const count = (state.childCounts.get(id) ?? 0) + 1;
  state.childCounts.set(id, count);
  return count === 1 ? id : `${id}.${count}`;
}

/** A parent that was ended from outside takes its child back with it: nobody else would know what it is for. */
function start(
  id: string,
  { runbook }: ChildCall,
  input: CommonInput,
  staticSummary: string,
  family: Family,
): Promise<Handle> {
  const record: RunRecord = { runbook: runbook.name, phase: 'planning', remains: [], steps: [] };
  return startChild(runbook.name, {
    workflowId: id,
    args: [input],
    parentClosePolicy: 'REQUEST_CANCEL',
    staticSummary,
    memo: { [MEMO_RECORD]: record, [MEMO_FAMILY]: family },
  });
}

function familyOf(state: RunState): Family {
  const { input, outsideWindow } = state;
  return {
    ...(input.window && opening(input.window)),
    ...(outsideWindow !== undefined && { outsideWindow }),
    ...(unheld(state) && { unheld: true as const }),
  };
}

interface End {
  come: boolean;
  result?: unknown;
  failure?: unknown;
}

function ended(handle: Handle): End {
  const end: End = { come: false };
  void handle.result().then(
    (result) => Object.assign(end, { come: true, result }),
    (failure) => Object.assign(end, { come: true, failure }),
  );
  return end;
}

/** To a workflow that may have closed meanwhile: then there is nothing to tell it any more. */
async function tell(say: () => Promise<void>): Promise<void> {
  try {
    await say();
  } catch {
    // Its end comes by itself.
  }
}

function wordsOf(failure: unknown): string {
  return rootCause(failure) ?? String(failure);
}
