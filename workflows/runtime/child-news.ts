/** What a parent makes of the news of its children: their steps, undos and questions become its own. */
import type { StepKey } from '../../activities/operation.ts';
import type { PlanStep, Waiting } from '../contract.ts';
import type { Child, ChildNews } from './family.ts';
import type { MutableStep, RunState, Undo } from './state.ts';

/** Takes in what a child tells; what comes from any other workflow, or after the child's end, is not meant. */
export function hearOfChild(state: RunState, news: ChildNews): void {
  const child = state.children.find(({ id, over }) => id === news?.id && !over);
  if (child === undefined) return;
  const before = child.news;
  child.news = news;
  state.outsideWindow ??= news.outsideWindow;
  takeSteps(state, child, news);
  takeUndos(state, child, news);
  takeLeaves(state, child, before, news);
  takeQuestion(state, child, before, news);
  const outlives = ({ phase, waiting, owns, endState }: ChildNews) => JSON.stringify([phase, waiting, owns, endState]);
  state.publish(before === undefined || outlives(before) !== outlives(news) ? 'phase' : 'progress');
}

/** Ids of a child's steps, approvals and leaves, as its parent names them. */
export const inChild = ({ step }: Pick<Child, 'step'>, id: string): string => `${step.id}/${id}`;

/** A step of a child's plan under its parent's names; listed among the parent's steps. */
export function stepOfChild(state: RunState, head: MutableStep, planned: PlanStep): PlanStep {
  const below = (id: string) => inChild({ step: head }, id);
  const { id, title, approval, stretch, unknownUntil } = planned;
  const named = (title: string) => `${head.title}: ${title}`;
  state.enterBelow(head, below(id), named(title));
  return {
    ...planned,
    id: below(id),
    title: named(title),
    ...(approval !== undefined && { approval: below(approval) }),
    ...(stretch !== undefined && { stretch: below(stretch) }),
    ...(unknownUntil !== undefined && { unknownUntil: named(unknownUntil) }),
  };
}

function takeSteps(state: RunState, child: Child, news: ChildNews): void {
  for (const view of news.steps) {
    const step = state.enterBelow(child.step, inChild(child, view.id), `${child.step.title}: ${view.title}`);
    // A child that was started anew finds what the one before it has done.
    const known = step.state === 'done' && (view.state === 'pending' || view.state === 'already');
    if (known || (view.state === 'pending' && step.attempts > 0)) continue;
    const { id: _id, title: _title, ...news } = view;
    Object.assign(step, news);
  }
}

function takeUndos(state: RunState, child: Child, news: ChildNews): void {
  const others = state.undos.filter((undo) => undo.child !== child.id);
  const mine: Undo[] = [];
  for (const { step: id, ...undo } of news.undos) {
    const step = stepOf(state, inChild(child, id));
    // The undo of an earlier start knows how things were before.
    const first = others.find((other) => other.step === step);
    if (first !== undefined) goOn(first, undo);
    else if (step !== undefined) mine.push({ ...undo, step, child: child.id });
  }
  state.undos.splice(0, state.undos.length, ...others, ...mine);
}

function goOn(first: Undo, { kept = false, changedAs = [] }: Pick<Undo, 'kept' | 'changedAs'>): void {
  first.kept = kept;
  const isNew = (key: StepKey) => !first.changedAs?.some(({ run, id }) => run === key.run && id === key.id);
  first.changedAs = [...(first.changedAs ?? []), ...changedAs.filter(isNew)];
}

function takeLeaves(state: RunState, child: Child, before: ChildNews | undefined, news: ChildNews): void {
  for (const [key] of before?.leaves ?? []) state.leaves.delete(inChild(child, key));
  for (const [key, leaves] of news.leaves) state.leaves.set(inChild(child, key), leaves);
}

function takeQuestion(state: RunState, child: Child, before: ChildNews | undefined, news: ChildNews): void {
  const same =
    JSON.stringify(before?.waiting) === JSON.stringify(news.waiting) &&
    // An answer that was passed on and refused there: it is asked again.
    before?.refusals.length === news.refusals.length;
  if (same) return;
  dropQuestion(state, child);
  if (news.waiting === undefined) return;
  const view = questionOf(child, news.waiting);
  if (view.kind === 'approval' || view.kind === 'parked' || view.kind === 'window') {
    state.waits.forget(view.kind, view.id);
  }
  const phase = news.phase === 'parked' || news.phase === 'holding' ? news.phase : 'waiting';
  child.wait = state.waits.add(view, phase);
}

export function dropQuestion(state: RunState, child: Child): void {
  if (child.wait !== undefined) state.waits.remove(child.wait);
  delete child.wait;
}

/** The question under the parent's ids; two children may ask the same. */
function questionOf(child: Child, waiting: Waiting): Waiting {
  const { answer } = waiting;
  const id = inChild(child, waiting.id);
  return {
    ...waiting,
    id,
    title: `${child.step.title}: ${waiting.title}`,
    answer: { ...answer, ...('approval' in answer && { approval: id }), ...('step' in answer && { step: id }) },
    child: waiting.child ?? child.id,
  };
}

function stepOf(state: RunState, id: string): MutableStep | undefined {
  return state.steps.find((step) => step.id === id);
}
