import type { Duration } from '@temporalio/common';
import { type ApplicationFailure, CancellationScope, condition, workflowInfo } from '@temporalio/workflow';
import type { OperationCall, SentImage, StepKey, StepRef } from '../../activities/operation.ts';
import type { SiteView } from '../../activities/run/site.ts';
import type { CommonInput, RunbookDefinition } from '../../runbooks/definition.ts';
import type { Owned } from '../../runbooks/owned-states.ts';
import type {
  DecisionView,
  EndState,
  OwnedState,
  Phase,
  Plan,
  Remainder,
  Report,
  StatusView,
  StepView,
  Waiting,
} from '../contract.ts';
import type { Performer } from './activities.ts';
import { Ending } from './endings.ts';
import { type Child, childView, family, ParentLine } from './family.ts';
import type { Locks } from './locks.ts';
import type { Notices } from './notices.ts';
import { ownedBy } from './owned.ts';
import { type Wait, type WaitPhase, Waits } from './waits.ts';

export type Stage = Exclude<Phase, WaitPhase>;

export type MutableStep = { -readonly [Key in keyof StepView]: StepView[Key] };

/** What puts a step's effect back; on the list before the step's first change. */
export interface Undo {
  readonly step: MutableStep;
  readonly title: string;
  /** Absent: nothing takes it back. */
  readonly call?: OperationCall;
  readonly byHand?: string;
  /** The question a person answers before this undo destroys evidence. */
  readonly approval?: string;
  /** Known failures after each of which it is tried once more before people are asked. */
  readonly againAfter?: readonly string[];
  /** The state that must not outlast the run. */
  owned?: Owned;
  /** When it was registered. */
  readonly since: string;
  /** The child run whose step it was. */
  readonly child?: string;
  /** As which steps of which runs the change may have been made: a child that is started anew goes on with it. */
  changedAs?: readonly StepKey[];
  /** A person has decided that it is not to be undone, or given it up; or a final step has come after it. */
  kept?: boolean;
}

/** Everything that a run knows about itself, for both passes, the rollback, the queries and the report. */
export class RunState<Input extends CommonInput = CommonInput> {
  readonly startedAt = now();
  readonly waits = new Waits();
  readonly locks: Locks = {};
  readonly notices: Notices = {};
  readonly steps: MutableStep[] = [];
  readonly undos: Undo[] = [];
  readonly leaves = new Map<string, Remainder>();
  /** How far steps that failed got with an image, by their ids. */
  readonly sent = new Map<string, SentImage>();
  /** What people decided to keep, by the step that offered to remove it; listed however the run ends. */
  readonly kept = new Map<string, Remainder>();
  /** What a preflight or a check with `once` found, by its title. */
  readonly outputs = new Map<string, unknown>();
  readonly decisions: DecisionView[] = [];
  readonly refusals: string[] = [];
  readonly remains: Remainder[] = [];
  /** The runs that this one has started, oldest first. */
  readonly children: Child[] = [];
  /** The plans that children had when this run was planned, by their steps' ids. */
  readonly childPlans = new Map<string, string>();
  /** How often each id of a child was given. */
  readonly childCounts = new Map<string, number>();
  readonly parent = ParentLine.open();
  /** What the run is at, whether or not it waits meanwhile. */
  stage: Stage = 'planning';
  plan: Plan | undefined;
  endState: EndState | undefined;
  /** The sentence that explains the end state, if it needs one. */
  reason: string | undefined;
  /** True from the moment that somebody asked Temporal to cancel the run. */
  cancelled = false;
  /** Whether the run goes on with its input, once that is known; else what is wrong. */
  acceptance: 'accepted' | ApplicationFailure | undefined;
  /** Set while the approved plan binds: after a gate or with a plan named at the start. */
  bound = false;
  /** Who let the run go on outside of its maintenance window. */
  outsideWindow: string | undefined = family()?.outsideWindow;
  /** The latest time for the step at work to begin, by its maintenance window. */
  beginBefore: string | undefined;
  /** The step at work; steps that no plan named are listed behind it. */
  private current: MutableStep | undefined;

  report: Report | undefined;
  private site_: SiteView | undefined;
  private performer_: Performer | undefined;

  constructor(
    readonly definition: RunbookDefinition<Input>,
    public input: Input,
    /** Tells the outside of a change; `phase` when it must outlive the workers. */
    readonly publish: (what: 'progress' | 'phase') => void,
  ) {}

  /** The inventory comes by an activity, the handlers must stand before it. */
  attach(site: SiteView, performer: Performer): void {
    this.site_ = site;
    this.performer_ = performer;
  }

  get attached(): boolean {
    return this.site_ !== undefined;
  }

  get site(): SiteView {
    if (this.site_ === undefined) throw new TypeError('the inventory is not loaded yet');
    return this.site_;
  }

  /** What the inventory does not have of what this input names, a sentence each. */
  unknownNames(input: Input): readonly string[] {
    return this.definition.unknownNames?.(input, this.site) ?? [];
  }

  get performer(): Performer {
    if (this.performer_ === undefined) throw new TypeError('the inventory is not loaded yet');
    return this.performer_;
  }

  /** The step of this title, listed as pending if it is new; the second use of a title in a pass gets its own id. */
  enter(id: string, title: string): MutableStep {
    let step = this.steps.find((known) => known.id === id);
    if (step === undefined) {
      step = { id, title, state: 'pending', attempts: 0 };
      const at = this.current === undefined ? this.steps.length : this.steps.indexOf(this.current) + 1;
      this.steps.splice(at, 0, step);
    }
    return step;
  }

  /** The same for a step of a child, listed behind the others of it. */
  enterBelow(head: MutableStep, id: string, title: string): MutableStep {
    const known = this.steps.find((step) => step.id === id);
    if (known !== undefined) return known;
    const step: MutableStep = { id, title, state: 'pending', attempts: 0 };
    const family = this.steps.findLastIndex(({ id }) => id === head.id || id.startsWith(`${head.id}/`));
    this.steps.splice(family + 1, 0, step);
    return step;
  }

  begin(step: MutableStep): void {
    this.current = step;
    step.state = 'running';
    step.startedAt ??= now();
    delete step.endedAt;
    this.publish('progress');
  }

  /** `begun` is when its work began, for those who ask how long it takes; a later try may have found half of it done. */
  finish(step: MutableStep, changes: Partial<MutableStep>, begun?: number): void {
    Object.assign(step, changes, { endedAt: now() });
    if (begun !== undefined && step.attempts === 1) step.tookMs = Date.now() - begun;
    this.publish('progress');
  }

  ref(step: StepView, pass: StepRef['pass']): StepRef {
    const sent = pass === 'run' ? this.sent.get(step.id) : undefined;
    return {
      run: workflowInfo().firstExecutionRunId,
      id: step.id,
      title: step.title,
      attempt: Math.max(1, step.attempts),
      pass,
      ...(pass === 'run' && this.beginBefore !== undefined && { beginBefore: this.beginBefore }),
      ...(sent && { sent }),
    };
  }

  /** The run's phase as the outside sees it: what is waited for comes first. */
  get phase(): Phase {
    return this.stage === 'ended' ? 'ended' : (this.waits.phase ?? this.stage);
  }

  enterStage(stage: Stage): void {
    if (this.stage === stage) return;
    this.stage = stage;
    this.publish('phase');
  }

  /** States that must not outlast the run and are not ended yet. */
  get owns(): readonly OwnedState[] {
    return ownedBy(this.undos);
  }

  /** Who told it to hold, as long as there is a next step to stop before: an undo is not held up. */
  get heldBy(): string | undefined {
    return this.stage === 'rollingBack' || this.stage === 'ended' ? undefined : this.waits.held;
  }

  get status(): StatusView {
    const waiting = this.waits.first;
    return {
      id: workflowInfo().workflowId,
      runbook: this.definition.name,
      phase: this.phase,
      ...(this.endState && { endState: this.endState }),
      ...(this.reason !== undefined && { reason: this.reason }),
      steps: this.steps,
      ...(waiting && { waiting }),
      ...(this.heldBy !== undefined && { heldBy: this.heldBy }),
      ...(this.children.length > 0 && { children: this.children.map(childView) }),
      ...(this.refusals.length > 0 && { refusals: this.refusals }),
      ...(this.owns.length > 0 && { owns: this.owns }),
      remains: this.remains,
    };
  }

  /** Where runs may be held and where a cancel takes effect: between steps. */
  async boundary(): Promise<void> {
    this.leaveIfCancelled();
    if (this.waits.held === undefined) return;
    const view: Waiting = {
      kind: 'hold',
      id: 'hold',
      title: `Held by ${this.waits.held}`,
      since: now(),
      options: ['resume'],
      answer: { verb: 'resume', by: 'your name' },
    };
    await this.waitFor(view, 'holding', () => this.waits.held === undefined);
    this.leaveIfCancelled();
  }

  /** Shows what is waited for until it comes, the run is cancelled, or the time is over. */
  async waitFor(view: Waiting, phase: WaitPhase, come: (wait: Wait) => boolean, atMost?: Duration): Promise<Wait> {
    const wait = this.waits.add(view, phase);
    this.publish('phase');
    const over = () => come(wait) || (this.cancelled && this.stage !== 'rollingBack');
    if (atMost === undefined) await condition(over);
    else await condition(over, atMost);
    this.waits.remove(wait);
    this.publish('phase');
    return wait;
  }

  leaveIfCancelled(): void {
    if (this.cancelled && this.stage !== 'rollingBack') throw new Ending('cancel', 'cancelled');
  }
}

/** Workflow time: the same again in every replay. */
export function now(): string {
  return new Date().toISOString();
}

/** Runs work that a cancel of the run may interrupt, and waits until it has really stopped. */
export async function interruptible<T>(state: RunState, work: () => Promise<T>): Promise<T> {
  const scope = new CancellationScope({ cancellable: true });
  const running = scope.run(work);
  let over = false;
  const ended = running.then(
    () => undefined,
    () => undefined,
  );
  void ended.then(() => {
    over = true;
  });
  await condition(() => over || state.cancelled);
  if (!over) scope.cancel();
  return running;
}
