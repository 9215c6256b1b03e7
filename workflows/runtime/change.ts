/** What a step does between its beginning and its end: it looks, registers its undo, changes and verifies. */
import type { CheckResult, OperationCall } from '../../activities/operation.ts';
import { ownedWords } from '../../runbooks/owned-states.ts';
import { Ending, NotReady } from './endings.ts';
import { ask } from './gate.ts';
import { release } from './owned.ts';
import { unplanned } from './plan.ts';
import { keepAll } from './rollback.ts';
import type { Result, StepOptions } from './run.ts';
import { interruptible, type MutableStep, now, type RunState } from './state.ts';
import { roomFor } from './window.ts';

/** Brings the wished state about, unless it is there. */
export async function change<Output>(
  state: RunState,
  step: MutableStep,
  call: OperationCall<Output>,
  options: StepOptions,
): Promise<Result<Output>> {
  const found = await roomFor(state, step, options, () => look(state, step, call));
  if (found.state === 'already') {
    const ours = state.undos.some((undo) => undo.step === step) || state.leaves.has(step.id);
    state.finish(step, {
      state: ours ? 'done' : 'already',
      evidence: found.evidence,
      summary: found.evidence[0] ?? 'nothing to do',
    });
    if (options.releases) release(state, options.releases);
    return { known: true, output: found.output as Output };
  }
  await askAgain(state, step, found);
  register(state, step, found, options);
  // A child that is ended from outside now must not take with it how to undo what it is about to do.
  if (state.parent !== undefined) await state.parent.told();
  step.commands = found.commands;
  const begun = Date.now();
  const result = found.followed
    ? await follow(state, step, call)
    : await apply(state, step, call, found.interruptible === true);
  if (result.leaves !== undefined) state.leaves.set(step.id, result.leaves);
  const { commands, evidence, log } = result;
  const summary = evidence[0] ?? 'done and verified';
  state.finish(step, { state: 'done', commands, evidence, summary, ...(log && { log }) }, begun);
  if (options.releases) release(state, options.releases);
  return { known: true, output: result.output as Output };
}

/** @throws NotReady when the world is not as the step needs it */
export async function look(state: RunState, step: MutableStep, call: OperationCall): Promise<CheckResult> {
  const found = await interruptible(state, () => state.performer.perform('check', call, state.ref(step, 'run')));
  // A look may come to its end before it hears of the cancel; nothing is begun after it.
  state.leaveIfCancelled();
  if (found.state === 'refused') throw new NotReady(found.findings ?? [], found.evidence);
  return found;
}

/** The plan that was approved binds: commands it did not name are asked for. */
async function askAgain(state: RunState, step: MutableStep, found: CheckResult): Promise<void> {
  const news = state.bound || state.input.plan !== undefined ? unplanned(state.plan, step.id, found.commands) : [];
  if (news.length === 0 || step.attempts > 1) return;
  const id = `${step.id}-changed`;
  const vote = await ask(state, {
    id,
    title: `"${step.title}" now needs other commands than planned`,
    show: { Commands: news.join('\n') },
  });
  if (vote === undefined) throw new Ending('cancel', 'cancelled while waiting for approval');
  if (vote.verdict === 'reject')
    throw new Ending(vote.keep ? 'keep' : 'reject', `${vote.by} rejected commands that were not planned`);
  state.begin(step);
}

function register(state: RunState, step: MutableStep, found: CheckResult, options: StepOptions): void {
  const { undos, leaves } = state;
  const { owns: owned, releases, undoApproval: approval, undoAgainAfter: againAfter } = options;
  const registered = () => undos.some((undo) => undo.step === step);
  if (owned !== undefined && found.undo === undefined && !registered()) {
    throw new TypeError(`"${step.title}" brings about that ${ownedWords(owned)}, but its operation names no undo`);
  }
  if (found.leaves !== undefined) leaves.set(step.id, found.leaves);
  if (options.final !== undefined) keepAll(undos, { step, since: now(), title: options.final }, releases);
  // A second attempt must not replace the undo that knows how things were before the first.
  if (found.undo === undefined || releases !== undefined || registered()) return;
  undos.push({
    step,
    since: now(),
    ...found.undo,
    ...(approval && { approval }),
    ...(againAfter && { againAfter }),
    ...(owned && { owned }),
  });
  state.parent?.tell(state);
  // Written down before the change, for those who look after a run that was ended from outside.
  if (owned !== undefined) state.publish('phase');
}

/** A change whose end the engine brings about may be left to it: a cancel waits for the request only. */
function apply(state: RunState, step: MutableStep, call: OperationCall, mayBeLeft: boolean) {
  const change = () => state.performer.perform('apply', call, state.ref(step, 'run'));
  return mayBeLeft ? interruptible(state, change) : change();
}

/** A long change: started once as a unit on the host, then followed; a cancel stops the unit first. */
async function follow(state: RunState, step: MutableStep, call: OperationCall) {
  const ref = state.ref(step, 'run');
  await state.performer.perform('start', call, ref);
  try {
    return await interruptible(state, () => state.performer.perform('follow', call, ref));
  } catch (error) {
    if (!state.cancelled) throw error;
    await state.performer.perform('stop', call, ref);
    throw new Ending('cancel', `cancelled during "${step.title}"`);
  }
}
