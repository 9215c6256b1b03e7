import type { OperationCall } from '../../activities/operation.ts';
import type { CommonInput } from '../../runbooks/definition.ts';
import { type Owned, ownedWords } from '../../runbooks/owned-states.ts';
import type { ApprovalDecision } from '../messages.ts';
import { change, look } from './change.ts';
import { goOnWithout, runChild } from './child.ts';
import type { ChildCall } from './child-call.ts';
import { Ending, Restart, type StepFailure, stepFailure } from './endings.ts';
import { ask, type Question } from './gate.ts';
import { keepLocks } from './locks.ts';
import { owns } from './owned.ts';
import { park } from './park.ts';
import { nothingBehind } from './plan.ts';
import {
  type ApprovalOptions,
  type ChildOptions,
  Ids,
  type ListedChild,
  type OfferOptions,
  type Result,
  type Run,
  type StepOptions,
  type Together,
} from './run.ts';
import { NOT_NEEDED } from './show.ts';
import type { MutableStep, RunState } from './state.ts';
import { Group, type Turn } from './together.ts';
import { inTime } from './window.ts';

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

  async inspect<Output>(title: string, call: OperationCall<Output>): Promise<Result<Output>> {
    return this.check(title, call, { once: true });
  }

  /** A run gets here only where the plan has found no difference. */
  async compare(title: string, { runbook }: ChildCall): Promise<Result<undefined>> {
    return this.live(title, {}, async (step) => {
      this.state.finish(step, { state: 'passed', summary: `${runbook.name} has nothing to do` });
      return { known: true, output: undefined };
    });
  }

  async check<Output>(title: string, call: OperationCall<Output>, options: StepOptions = {}): Promise<Result<Output>> {
    const { outputs } = this.state;
    if (options.once === true && this.notNeeded === undefined && outputs.has(title)) {
      this.ids.next(title);
      return { known: true, output: outputs.get(title) as Output };
    }
    return this.live(title, options, async (step) => {
      const begun = Date.now();
      const found = await look(this.state, step, call);
      const summary = found.evidence[0];
      const passed = { state: 'passed', evidence: found.evidence, ...(summary !== undefined && { summary }) } as const;
      this.state.finish(step, passed, begun);
      if (options.once === true) outputs.set(title, found.output);
      return { known: true, output: found.output as Output };
    });
  }

  async step<Output>(title: string, call: OperationCall<Output>, options: StepOptions = {}): Promise<Result<Output>> {
    return this.live(title, options, (step) => inTime(this.state, step, () => change(this.state, step, call, options)));
  }

  async child(title: string, call: ChildCall, _options: ChildOptions = {}): Promise<Result<undefined>> {
    return this.oneChild(title, call);
  }

  async children(list: readonly ListedChild[], how: Together): Promise<Result<undefined>> {
    const group = new Group(this.state, how);
    const results = await group.run(
      list.map(
        ({ title, ...call }) =>
          (turn) =>
            this.oneChild(title, call, turn),
      ),
    );
    return results.find(({ known }) => !known) ?? { known: true, output: undefined };
  }

  private async oneChild(title: string, call: ChildCall, turn?: Turn): Promise<Result<undefined>> {
    const work = async (step: MutableStep) => {
      await runChild(this.state, step, call);
      return { known: true, output: undefined } as const;
    };
    const result = await this.live(title, {}, work, turn);
    if (!result.known) goOnWithout(this.state, title);
    return result;
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

  async offer(title: string, { show, otherwise, unattended, leaves }: OfferOptions): Promise<Result<boolean>> {
    const over = this.passOver(title);
    if (over !== undefined) return over;
    const { step, vote } = await this.gate(title, { show: { ...show, 'On a reject': otherwise }, unattended });
    if (vote === undefined) return { known: true, output: false };
    const taken = vote.verdict === 'approve';
    if (!taken && leaves !== undefined) this.state.kept.set(step.id, leaves);
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
    if (nothingBehind(state.plan?.steps ?? [], step.id)) {
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
  private passOver(title: string, { releases, final }: StepOptions = {}): Result<never> | undefined {
    const ends = final === undefined ? releases : undefined;
    const foreign = ends !== undefined && !owns(this.state, ends) ? ends : undefined;
    const why = this.notNeeded ?? (foreign && `this run has not brought about that ${ownedWords(foreign)}`);
    if (why === undefined) return undefined;
    const id = this.ids.next(title);
    const planned = ({ id: known, state }: MutableStep) =>
      (known === id || known.startsWith(`${id}/`)) && state === 'pending';
    for (const step of this.state.steps.filter(planned)) {
      this.state.finish(step, { state: 'already', summary: `${NOT_NEEDED}${why}` });
    }
    return { known: false, until: title };
  }

  /** A step's life around its work: boundary, attempts, failure, fix, parking. */
  private async live<Output>(
    title: string,
    options: StepOptions,
    work: (step: MutableStep) => Promise<Result<Output>>,
    /** Waited for before people are asked, where other steps run at the same time. */
    turn?: Turn,
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
        if (failure.sent !== undefined) state.sent.set(step.id, failure.sent);
        const leave = await turn?.();
        try {
          if (await this.mend(failure, options, tried)) continue;
          if ((await this.parked(step, failure)) === 'skip') return { known: false, until: title };
        } finally {
          leave?.();
        }
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
}
