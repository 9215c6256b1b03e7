import { patched } from '@temporalio/workflow';
import type { CheckResult, OperationCall } from '../../activities/operation.ts';
import { spell } from '../../reports/duration.ts';
import type { CommonInput } from '../../runbooks/definition.ts';
import { type Owned, sameOwned } from '../../runbooks/owned-states.ts';
import type { Finding, Plan, PlanStep } from '../contract.ts';
import { planChild } from './child.ts';
import type { ChildCall } from './child-call.ts';
import { stepOfChild } from './child-news.ts';
import { compareWithChild, settled } from './compare.ts';
import { stepFailure } from './endings.ts';
import { owns } from './owned.ts';
import { makePlan } from './plan.ts';
import {
  type ApprovalOptions,
  type ChildOptions,
  Ids,
  type ListedChild,
  type OfferOptions,
  type Result,
  type Run,
  type StepOptions,
} from './run.ts';
import type { RunState } from './state.ts';

/** Thrown when the preflight refuses: what would come behind it is of no interest. */
class Refused extends Error {}

/** The first pass of every run: each step only looks and says what it would do. Nothing is touched. */
export class PlanPass<Input extends CommonInput> implements Run<Input> {
  private readonly ids = new Ids();
  private readonly steps: PlanStep[] = [];
  private readonly refusals: Finding[] = [];
  /** States that the run will own by then, if it does not yet. */
  private readonly owned: Owned[] = [];
  /** The first step of those that a window's end must not part, while something is to be owned. */
  private stretch: { readonly id: string; held: readonly Owned[] } | undefined;
  /** Set inside a branch whose condition is not known yet. */
  private unknownUntil: string | undefined;
  /** Set inside a branch that will not be taken: its ids are used up, so that both passes give the same ones. */
  private silent = false;

  private constructor(private readonly state: RunState<Input>) {}

  /** Finds out what the procedure would do; the findings of a refusing preflight are in the plan. */
  static async run<Input extends CommonInput>(
    state: RunState<Input>,
    procedure: (run: Run<Input>) => Promise<void>,
  ): Promise<Plan> {
    const pass = new PlanPass(state);
    try {
      await procedure(pass);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
    return makePlan(pass.steps, pass.refusals);
  }

  get input() {
    return this.state.input;
  }

  get site() {
    return this.state.site;
  }

  async preflight<Output>(title: string, call: OperationCall<Output>): Promise<Output> {
    const step = this.open(title);
    const found = await this.look(step.id, title, call);
    this.listFound(step, found, call);
    if (found.state === 'refused') throw new Refused();
    return found.output as Output;
  }

  async inspect<Output>(title: string, call: OperationCall<Output>): Promise<Result<Output>> {
    const step = this.open(title);
    try {
      const found = await this.look(step.id, title, call);
      this.listFound(step, found, call);
      if (found.state === 'already' || found.output !== undefined)
        return { known: true, output: found.output as Output };
    } catch (error) {
      // What cannot be looked at is a finding like any other.
      const { message: what, lines: evidence } = stepFailure(error);
      const findings = [{ what, fix: 'Mend that, then look again' }];
      this.listFound(step, { state: 'refused', findings, evidence }, call);
    }
    return { known: false, until: title };
  }

  private listFound(
    step: { id: string; title: string },
    { state, evidence, findings = [] }: Pick<CheckResult, 'state' | 'evidence' | 'findings'>,
    call: OperationCall,
  ): void {
    const listed = { ...step, commands: [], typicalDuration: 'seconds', evidence };
    this.refusals.push(...(state === 'refused' ? findings : []));
    this.list(
      state === 'refused'
        ? { ...listed, state: 'unknown', findings }
        : { ...listed, state: 'already', ...target(call) },
    );
  }

  async compare(title: string, call: ChildCall, options: ChildOptions = {}): Promise<Result<undefined>> {
    const step = this.open(title);
    const listed = { ...step, commands: [], typicalDuration: 'seconds' };
    const until = this.blocked(options);
    if (until !== undefined) {
      this.list({ ...listed, state: 'unknown', unknownUntil: until });
      return { known: false, until };
    }
    const findings = await compareWithChild(this.state, this.state.enter(step.id, title), call);
    this.refusals.push(...findings);
    if (findings.length === 0) {
      this.list({ ...listed, state: 'already', evidence: [`${call.runbook.name} has nothing to do`] });
      return { known: true, output: undefined };
    }
    this.list({ ...listed, state: 'unknown', findings });
    return { known: false, until: title };
  }

  async check<Output>(title: string, call: OperationCall<Output>, options: StepOptions = {}): Promise<Result<Output>> {
    if (this.passOver(title)) return { known: false, until: title };
    const step = this.open(title);
    const until = this.blocked(options);
    const takes = this.takes(step.id, options);
    if (until !== undefined) {
      this.list({ ...step, state: 'unknown', commands: [], ...takes, unknownUntil: until, ...target(call) });
      return { known: false, until };
    }
    const found = await this.look(step.id, title, call);
    const state = found.state === 'refused' ? 'unknown' : 'already';
    this.list({
      ...step,
      state,
      commands: [],
      ...takes,
      evidence: found.evidence,
      ...(found.findings && { findings: found.findings }),
      ...target(call),
    });
    // What refuses now has no answer yet that the rest could be planned with. Runs from before have planned with it.
    if (found.state === 'refused' && patched('refused-checks')) return { known: false, until: title };
    return { known: true, output: found.output as Output };
  }

  async step<Output>(title: string, call: OperationCall<Output>, options: StepOptions = {}): Promise<Result<Output>> {
    if (this.passOver(title, options)) return { known: false, until: title };
    const step = this.open(title);
    const until = this.blocked(options);
    const found = await this.look(step.id, title, call);
    // A step that ends what the run owns registers none.
    const undo = options.releases === undefined ? found.undo : undefined;
    const state = until !== undefined || found.state === 'refused' ? 'unknown' : found.state;
    if (options.owns !== undefined && state !== 'already') this.hold(step.id, options.owns);
    this.list({
      ...step,
      state,
      commands: state === 'already' ? [] : found.commands,
      ...this.takes(step.id, options),
      evidence: found.evidence,
      ...(undo && { undo: undo.title }),
      ...(undo && options.undoTypical && { undoDuration: options.undoTypical }),
      ...(until !== undefined && { unknownUntil: until }),
      ...(found.findings && { findings: found.findings }),
      ...target(call),
    });
    if (options.releases !== undefined) this.letGo(options.releases);
    if (state === 'already') return { known: true, output: found.output as Output };
    if (options.owns !== undefined) this.owned.push(options.owns);
    return { known: false, until: title };
  }

  async approval(title: string, _options: ApprovalOptions): Promise<void> {
    if (!this.passOver(title)) this.listGate(title);
  }

  async offer(title: string, _options: OfferOptions): Promise<Result<boolean>> {
    if (!this.passOver(title)) this.listGate(title);
    return { known: false, until: title };
  }

  async child(title: string, call: ChildCall, options: ChildOptions = {}): Promise<Result<undefined>> {
    if (this.passOver(title)) return { known: false, until: title };
    const step = this.open(title);
    const until = this.blocked(options);
    if (until !== undefined) {
      const { typicalDuration } = call.runbook;
      this.list({ ...step, state: 'unknown', commands: [], typicalDuration, unknownUntil: until });
      return { known: false, until };
    }
    const head = this.state.enter(step.id, title);
    const plan = await planChild(this.state, head, call);
    this.refusals.push(...(plan.refusals ?? []));
    for (const planned of plan.steps) this.list(stepOfChild(this.state, head, planned));
    return settled(plan) ? { known: true, output: undefined } : { known: false, until: title };
  }

  async children(list: readonly ListedChild[]): Promise<Result<undefined>> {
    let first: Result<undefined> = { known: true, output: undefined };
    for (const { title, needs, ...call } of list) {
      const result = await this.child(title, call, needs && { needs });
      if (first.known) first = result;
    }
    return first;
  }

  owns(owned: Owned): boolean {
    return owns(this.state, owned) || this.owned.some((other) => sameOwned(other, owned));
  }

  private listGate(title: string): void {
    const step = this.open(title);
    const state = this.unknownUntil === undefined ? 'wouldDo' : 'unknown';
    this.list({
      ...step,
      state,
      commands: [],
      typicalDuration: 'until a person answers',
      approval: step.id,
      ...(this.unknownUntil !== undefined && { unknownUntil: this.unknownUntil }),
    });
  }

  async when<Output>(
    found: Result<Output>,
    holds: (output: Output) => boolean,
    _notNeeded: string,
    block: () => Promise<void>,
  ): Promise<void> {
    const outside = { silent: this.silent, unknownUntil: this.unknownUntil };
    if (found.known) this.silent ||= !holds(found.output);
    else this.unknownUntil ??= found.until;
    try {
      await block();
    } finally {
      Object.assign(this, outside);
    }
  }

  /** Steps of a branch that will not be taken, and those that end what will not be the run's. */
  private passOver(title: string, { releases, final }: StepOptions = {}): boolean {
    const over = this.silent || (releases !== undefined && final === undefined && !this.owns(releases));
    if (over) this.ids.next(title);
    return over;
  }

  private hold(id: string, owned: Owned): void {
    this.stretch = { id: this.stretch?.id ?? id, held: [...(this.stretch?.held ?? []), owned] };
  }

  private letGo(owned: Owned): void {
    if (this.stretch === undefined) return;
    this.stretch.held = this.stretch.held.filter((held) => !sameOwned(held, owned));
    if (this.stretch.held.length === 0) this.stretch = undefined;
  }

  private open(title: string): { id: string; title: string } {
    const id = this.ids.next(title);
    this.state.enter(id, title);
    return { id, title };
  }

  private takes(id: string, { typical }: StepOptions): Pick<PlanStep, 'typicalDuration' | 'usual'> {
    const usual = this.state.site.usual?.[id];
    return usual === undefined
      ? { typicalDuration: typical ?? 'seconds' }
      : { typicalDuration: spell(usual.ms), usual };
  }

  private list(step: PlanStep): void {
    this.steps.push({ ...step, ...(this.stretch && { stretch: this.stretch.id }) });
    this.state.publish('progress');
  }

  private blocked(options: Pick<StepOptions, 'needs'>): string | undefined {
    const open = options.needs?.find((result) => !result.known);
    return this.unknownUntil ?? (open !== undefined && !open.known ? open.until : undefined);
  }

  private look(id: string, title: string, call: OperationCall) {
    this.state.leaveIfCancelled();
    return this.state.performer.perform(
      'check',
      call,
      this.state.ref({ id, title, state: 'pending', attempts: 1 }, 'plan'),
    );
  }
}

/** The host that is named, else the engine. */
function target(call: OperationCall): { target: string } {
  const { host } = call.params as { host?: string };
  return { target: host ?? 'engine' };
}
