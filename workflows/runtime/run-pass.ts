import type { CheckResult, OperationCall } from '../../activities/operation.ts';
import type { CommonInput } from '../../runbooks/definition.ts';
import { type Owned, ownedWords } from '../../runbooks/owned-states.ts';
import type { ApprovalDecision } from '../messages.ts';
import { Ending, NotReady, Restart, type StepFailure, stepFailure } from './endings.ts';
import { ask, type Question } from './gate.ts';
import { keepLocks } from './locks.ts';
import { owns, release } from './owned.ts';
import { park } from './park.ts';
import { nothingBehind, unplanned } from './plan.ts';
import { type ApprovalOptions, Ids, type OfferOptions, type Result, type Run, type StepOptions } from './run.ts';
import { NOT_NEEDED } from './show.ts';
import { interruptible, type MutableStep, now, type RunState } from './state.ts';
import { inTime, roomFor } from './window.ts';

/** The second pass: every step looks, registers its undo, changes and verifies; a failure is mended or parks the run. */
export class RunPass<Input extends CommonInput> implements Run<Input> {
  private readonly ids = new Ids();
  /** Why the steps at hand are not run: set inside a branch that is not taken. */
  private notNeeded: string | undefined;

  constructor(private readonly state: RunState<Input>) {}

  get input() {
    return this.state.input;
  }

  get site() {
    return this.state.site;
  }

  async preflight<Output>(title: string, call: OperationCall<Output>): Promise<Output> {
    const result = await this.check(title, call, { once: true });
    if (!result.known) throw new Ending('fail', `"${title}" was skipped: nothing can be built on it`);
    return result.output;
  }

  async check<Output>(title: string, call: OperationCall<Output>, options: StepOptions = {}): Promise<Result<Output>> {
    const { outputs } = this.state;
    if (options.once === true && this.notNeeded === undefined && outputs.has(title)) {
      this.ids.next(title);
      return { known: true, output: outputs.get(title) as Output };
    }
    return this.live(title, options, async (step) => {
      const begun = Date.now();
      const found = await this.look(step, call);
      const summary = found.evidence[0];
      const passed = { state: 'passed', evidence: found.evidence, ...(summary !== undefined && { summary }) } as const;
      this.state.finish(step, passed, begun);
      if (options.once === true) outputs.set(title, found.output);
      return { known: true, output: found.output as Output };
    });
  }

  async step<Output>(title: string, call: OperationCall<Output>, options: StepOptions = {}): Promise<Result<Output>> {
    return this.live(title, options, (step) => inTime(this.state, step, () => this.change(step, call, options)));
  }

  private async change<Output>(
    step: MutableStep,
    call: OperationCall<Output>,
    options: StepOptions,
  ): Promise<Result<Output>> {
    const found = await roomFor(this.state, step, options, () => this.look(step, call));
    if (found.state === 'already') {
      const ours = this.state.undos.some((undo) => undo.step === step) || this.state.leaves.has(step.id);
      this.state.finish(step, {
        state: ours ? 'done' : 'already',
        evidence: found.evidence,
        summary: found.evidence[0] ?? 'nothing to do',
      });
      if (options.releases) release(this.state, options.releases);
      return { known: true, output: found.output as Output };
    }
    await this.askAgain(step, found);
    this.register(step, found, options);
    step.commands = found.commands;
    const begun = Date.now();
    const result = found.followed
      ? await this.follow(step, call)
      : await this.apply(step, call, found.interruptible === true);
    if (result.leaves !== undefined) this.state.leaves.set(step.id, result.leaves);
    const { commands, evidence, log } = result;
    const summary = evidence[0] ?? 'done and verified';
    this.state.finish(step, { state: 'done', commands, evidence, summary, ...(log && { log }) }, begun);
    if (options.releases) release(this.state, options.releases);
    return { known: true, output: result.output as Output };
  }

  async approval(title: string, options: ApprovalOptions): Promise<void> {
    const { state } = this;
    if (this.passOver(title) !== undefined) return;
    const { step, vote } = await this.gate(title, options);
    if (vote === undefined) return;
    if (vote.verdict === 'reject') {
      state.finish(step, { state: 'failed', summary: `rejected by ${vote.by}` });
      throw new Ending(
        vote.keep ? 'keep' : 'reject',
        `${vote.by} rejected "${title}"${vote.note ? `: ${vote.note}` : ''}`,
      );
    }
    state.bound = state.input.standingApproval === undefined;
    state.finish(step, { state: 'passed', summary: `approved by ${vote.by}${vote.note ? ` (${vote.note})` : ''}` });
  }

  owns(owned: Owned): boolean {
    return owns(this.state, owned);
  }

  async offer(title: string, { show, otherwise, unattended }: OfferOptions): Promise<Result<boolean>> {
    const over = this.passOver(title);
    if (over !== undefined) return over;
    const { step, vote } = await this.gate(title, { show: { ...show, 'On a reject': otherwise }, unattended });
    if (vote === undefined) return { known: true, output: false };
    const taken = vote.verdict === 'approve';
    const summary = taken ? `taken by ${vote.by}` : `declined by ${vote.by}: ${otherwise}`;
    this.state.finish(step, { state: 'passed', summary: `${summary}${vote.note ? ` (${vote.note})` : ''}` });
    return { known: true, output: taken };
  }

  /** A gate as a step; no vote where it is not asked. */
  private async gate(
    title: string,
    options: Omit<Question, 'id' | 'title'>,
  ): Promise<{ step: MutableStep; vote?: ApprovalDecision }> {
    const { state } = this;
    const step = state.enter(this.ids.next(title), title);
    await state.boundary();
    state.begin(step);
    step.attempts += 1;
    if (nothingBehind(state.plan, step.id)) {
      state.finish(step, { state: 'passed', summary: 'not asked: nothing is left to do behind it' });
      return { step };
    }
    const vote = await ask(state, { id: step.id, title, ...options });
    if (vote === undefined) throw new Ending('cancel', 'cancelled while waiting for approval');
    return { step, vote };
  }

  async when<Output>(
    found: Result<Output>,
    holds: (output: Output) => boolean,
    notNeeded: string,
    block: () => Promise<void>,
  ): Promise<void> {
    if (found.known && holds(found.output)) return block();
    const outside = this.notNeeded;
    this.notNeeded ??= found.known ? notNeeded : `"${found.until}" was skipped`;
    try {
      await block();
    } finally {
      this.notNeeded = outside;
    }
  }

  /** Inside a branch that is not taken: the planned step is ticked off, its id is used up. */
  private passOver(title: string, { releases }: StepOptions = {}): Result<never> | undefined {
    const foreign = releases !== undefined && !owns(this.state, releases) ? releases : undefined;
    const why = this.notNeeded ?? (foreign && `this run has not brought about that ${ownedWords(foreign)}`);
    if (why === undefined) return undefined;
    const id = this.ids.next(title);
    const step = this.state.steps.find((known) => known.id === id && known.state === 'pending');
    if (step !== undefined) this.state.finish(step, { state: 'already', summary: `${NOT_NEEDED}${why}` });
    return { known: false, until: title };
  }

  /** A step's life around its work: boundary, attempts, failure, fix, parking. */
  private async live<Output>(
    title: string,
    options: StepOptions,
    work: (step: MutableStep) => Promise<Result<Output>>,
  ): Promise<Result<Output>> {
    const over = this.passOver(title, options);
    if (over !== undefined) return over;
    const { state } = this;
    const step = state.enter(this.ids.next(title), title);
    const tried = new Set<string>();
    for (;;) {
      await state.boundary();
      step.attempts += 1;
      state.begin(step);
      try {
        await keepLocks(state);
        return await work(step);
      } catch (error) {
        if (error instanceof Ending || error instanceof Restart) throw error;
        state.leaveIfCancelled();
        const failure = stepFailure(error);
        this.show(step, failure);
        if (await this.mend(failure, options, tried)) continue;
        if ((await this.parked(step, failure)) === 'skip') return { known: false, until: title };
      }
    }
  }

  private show(step: MutableStep, failure: StepFailure): void {
    this.state.finish(step, {
      state: 'failed',
      summary: failure.message,
      evidence: failure.lines,
      ...(failure.findings && { findings: failure.findings }),
      ...(failure.diagnosis && { diagnosis: failure.diagnosis }),
      ...(failure.log && { log: failure.log }),
    });
  }

  /** Runs the recovery of a known failure, once per step; a second time the same failure is for people. */
  private async mend(failure: StepFailure, options: StepOptions, tried: Set<string>): Promise<boolean> {
    const name = failure.fixBy;
    const fix = name === undefined ? undefined : options.fixes?.[name];
    if (name === undefined || fix === undefined || tried.has(name)) return false;
    tried.add(name);
    if (!fix.automatic)
      await this.approval(fix.title, { show: { Failure: failure.message, Cause: failure.diagnosis?.cause ?? '' } });
    await fix.run();
    return true;
  }

  private async parked(step: MutableStep, failure: StepFailure): Promise<'retry' | 'skip'> {
    const { state } = this;
    const decision = await park(state, step, failure, ['retry', 'skip', 'rollback', 'abort']);
    if (decision === undefined) throw new Ending('cancel', 'cancelled while parked');
    switch (decision.verb) {
      case 'rollback':
        throw new Ending(
          'rollback',
          `${decision.by} chose to roll back after "${step.title}" failed: ${failure.message}`,
        );
      case 'abort':
        throw new Ending('abort', `${decision.by} aborted after "${step.title}" failed: ${failure.message}`);
      case 'skip':
        state.finish(step, { state: 'skipped', summary: `skipped by ${decision.by}: ${decision.reason ?? ''}` });
        return 'skip';
      case 'retry':
        if (decision.input !== undefined) throw new Restart();
        return 'retry';
    }
  }

  private async look(step: MutableStep, call: OperationCall): Promise<CheckResult> {
    const found = await interruptible(this.state, () =>
      this.state.performer.perform('check', call, this.state.ref(step, 'run')),
    );
    // A look may come to its end before it hears of the cancel; nothing is begun after it.
    this.state.leaveIfCancelled();
    if (found.state === 'refused') throw new NotReady(found.findings ?? [], found.evidence);
    return found;
  }

  /** The plan that was approved binds: commands it did not name are asked for. */
  private async askAgain(step: MutableStep, found: CheckResult): Promise<void> {
    const { state } = this;
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

  private register(step: MutableStep, found: CheckResult, options: StepOptions): void {
    const { undos, leaves } = this.state;
    const { owns: owned, releases, undoApproval: approval } = options;
    if (owned !== undefined && found.undo === undefined) {
      throw new TypeError(`"${step.title}" brings about that ${ownedWords(owned)}, but its operation names no undo`);
    }
    if (found.leaves !== undefined) leaves.set(step.id, found.leaves);
    // A second attempt must not replace the undo that knows how things were before the first.
    if (found.undo === undefined || releases !== undefined || undos.some((undo) => undo.step === step)) return;
    undos.push({ step, since: now(), ...found.undo, ...(approval && { approval }), ...(owned && { owned }) });
    // Written down before the change, for those who look after a run that was ended from outside.
    if (owned !== undefined) this.state.publish('phase');
  }

  /** A change whose end the engine brings about may be left to it: a cancel waits for the request only. */
  private apply(step: MutableStep, call: OperationCall, mayBeLeft: boolean) {
    const change = () => this.state.performer.perform('apply', call, this.state.ref(step, 'run'));
    return mayBeLeft ? interruptible(this.state, change) : change();
  }

  /** A long change: started once as a unit on the host, then followed; a cancel stops the unit first. */
  private async follow(step: MutableStep, call: OperationCall) {
    const { state } = this;
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
}
