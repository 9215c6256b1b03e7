/**
 * What a run waits for, and the answers people give: matched, refused with a sentence, or taken.
 * One union through two doors (signal and update), so both judge alike.
 */
import type * as z from 'zod';
import { inputProblems } from '../../runbooks/input-problems.ts';
import { needsPerson, type Phase, type Plan, type Waiting } from '../contract.ts';
import { ApprovalDecision, type Decision, HoldDecision, StepDecision } from '../messages.ts';

export type WaitPhase = Extract<Phase, 'waiting' | 'parked' | 'holding'>;

export interface Wait {
  readonly view: Waiting;
  readonly phase: WaitPhase;
  decision?: Decision;
}

export class Refusal extends Error {}

/** What a decision that names its question can be for. */
type AnsweredKind = 'approval' | 'parked' | 'window';

/** Parses an answer by the door it names, so that the sentence is about the right fields. */
function parse(raw: unknown): Decision {
  const shape = raw as Partial<Record<string, unknown>> | null;
  if (typeof shape !== 'object' || shape === null || Array.isArray(shape)) {
    throw new Refusal(
      'an answer is a JSON object, such as {"approval": "…", "plan": "…", "verdict": "approve", "by": "…"}',
    );
  }
  if ('approval' in shape || 'verdict' in shape) return taken(ApprovalDecision, raw);
  if ('step' in shape) return taken(StepDecision, raw);
  if ('verb' in shape) return taken(HoldDecision, raw);
  const has = Object.keys(shape).join(', ') || 'nothing';
  throw new Refusal(
    `an answer has "approval" with "verdict", "step" with "verb", or "verb" alone; this one has ${has}`,
  );
}

/** @throws Refusal with a sentence for each field that is wrong */
function taken<Answer>(schema: z.ZodType<Answer>, raw: unknown): Answer {
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw new Refusal(inputProblems(schema, raw).join(' '));
  return parsed.data;
}

/** Everything that people can say to a run, and what it waits for now. */
export class Waits {
  private readonly open: Wait[] = [];
  private readonly answered = new Map<string, string>();
  held: string | undefined;

  get first(): Waiting | undefined {
    return this.foremost?.view;
  }

  /** How a run stands that waits. */
  get phase(): WaitPhase | undefined {
    return this.foremost?.phase;
  }

  /** What people are asked is not hidden behind what ends by itself, such as a lock that another child waits for. */
  private get foremost(): Wait | undefined {
    return this.open.find(({ view }) => needsPerson(view)) ?? this.open[0];
  }

  add(view: Waiting, phase: WaitPhase): Wait {
    const wait: Wait = { view, phase };
    this.open.push(wait);
    return wait;
  }

  remove(wait: Wait): void {
    const at = this.open.indexOf(wait);
    if (at >= 0) this.open.splice(at, 1);
  }

  /**
   * Finds the wait an answer is for; changes nothing, so an update's validator can call it.
   * @throws Refusal with the sentence for whoever answered.
   */
  judge(raw: unknown, state: { phase: string; plan: Plan | undefined }): { decision: Decision; wait?: Wait } {
    const decision = parse(raw);
    if (state.phase === 'ended') throw new Refusal('the run has ended: nothing can be decided any more');
    if ('approval' in decision) {
      const wait = this.find(['approval'], decision.approval, state.phase);
      const hash = wait.view.planHash ?? '';
      // A child's plan is its own, of which only this much is known here.
      const whole = wait.view.child === undefined ? (state.plan?.hash ?? hash) : hash;
      if (!whole.startsWith(decision.plan)) {
        throw new Refusal(`plan: ${decision.plan} is not the plan that waits for approval; that is ${hash}`);
      }
      const { typed } = wait.view;
      if (decision.verdict === 'approve' && typed !== undefined && decision.typed !== typed) {
        const said = decision.typed === undefined ? 'it is missing' : `"${decision.typed}" is something else`;
        throw new Refusal(`typed: must be "${typed}", typed by whoever approves; ${said}`);
      }
      return { decision, wait };
    }
    if ('step' in decision) {
      const wait = this.find(['parked', 'window'], decision.step, state.phase);
      if (!wait.view.options.includes(decision.verb)) {
        throw new Refusal(`verb: ${decision.verb} is not possible here; allowed: ${wait.view.options.join(', ')}`);
      }
      if (decision.verb === 'skip' && decision.reason === undefined) {
        throw new Refusal('reason: is missing; a skipped step keeps the reason why it was right to go on without it');
      }
      if (decision.verb === 'proceed' && decision.reason === undefined) {
        throw new Refusal('reason: is missing; whoever goes on outside of the maintenance window says why');
      }
      if (decision.input !== undefined && decision.verb !== 'retry') {
        throw new Refusal('input: goes with the verb retry only');
      }
      return { decision, wait };
    }
    if (decision.verb === 'resume' && this.held === undefined && this.holds.length === 0)
      throw new Refusal('the run is not held');
    if (decision.verb === 'hold' && this.held !== undefined)
      throw new Refusal(`the run is held already, by ${this.held}`);
    return { decision };
  }

  /** Where this run, or a child of it, is held. */
  private get holds(): readonly Wait[] {
    return this.open.filter(({ view }) => view.kind === 'hold');
  }

  private find(kinds: readonly AnsweredKind[], id: string, phase: string): Wait {
    const named = this.open.find((wait) => kinds.some((kind) => wait.view.kind === kind) && wait.view.id === id);
    if (named !== undefined && named.decision === undefined) return named;
    const before = kinds.map((kind) => this.answered.get(`${kind} ${id}`)).find((answer) => answer !== undefined);
    if (before !== undefined) throw new Refusal(`${id} has been answered already: ${before}`);
    const field = kinds.includes('approval') ? 'approval' : 'step';
    const waiting = this.open.map(({ view }) => {
      const options = view.options.length > 0 ? ` (${view.options.join(', ')})` : '';
      return `${view.kind} ${view.id}${options}`;
    });
    const now =
      waiting.length > 0
        ? `it waits for ${waiting.join(' and ')}`
        : `nothing is asked at the moment, the run is ${phase}`;
    throw new Refusal(`${field}: the run does not wait for "${id}"; ${now}`);
  }

  /** Takes an answer that was judged: the waiting step or gate goes on with it. */
  take(decision: Decision, wait: Wait | undefined, at: string): void {
    if (wait !== undefined && !('verb' in decision && decision.verb === 'hold')) {
      wait.decision = decision;
      const word = 'verdict' in decision ? decision.verdict : decision.verb;
      this.answered.set(`${wait.view.kind} ${wait.view.id}`, `${word} by ${decision.by} at ${at}`);
    } else if ('verb' in decision) {
      this.held = decision.verb === 'hold' ? decision.by : undefined;
      if (decision.verb === 'resume') for (const hold of this.holds) hold.decision = decision;
    }
  }

  /** A step that parks again after a retry may be answered again. */
  forget(kind: AnsweredKind, id: string): void {
    this.answered.delete(`${kind} ${id}`);
  }
}
