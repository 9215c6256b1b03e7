import type { OperationCall } from '../../activities/operation.ts';
import type { SiteView } from '../../activities/run/site.ts';
import type { CommonInput } from '../../runbooks/definition.ts';
import type { Owned } from '../../runbooks/owned-states.ts';
import type { DurationWords } from '../../windows/duration.ts';
import type { Remainder } from '../contract.ts';
import type { ChildCall } from './child-call.ts';

/** What a step or check found; in the plan pass it may be known only after another step has run. */
export type Result<Output> =
  | { readonly known: true; readonly output: Output }
  | { readonly known: false; readonly until: string };

/** The way out of a known failure: steps that mend its cause, after which the failed step runs again. */
export interface Fix {
  readonly title: string;
  /** False: a person is asked first, unless a standing approval answers. */
  readonly automatic: boolean;
  readonly run: () => Promise<void>;
}

export interface StepOptions {
  /** In words: "3 minutes". A maintenance window must have room for it; where nothing is said, for a minute. */
  readonly typical?: DurationWords;
  /** The same for the undo; where nothing is said, it may take as long as the step. */
  readonly undoTypical?: DurationWords;
  /** Results without which the plan cannot tell what this step will do. */
  readonly needs?: readonly Result<unknown>[];
  /**
   * Of a check: what it found stays valid when the procedure begins anew after a retry, because that would meet the run's
   * own half-done work.
   */
  readonly once?: boolean;
  /** Known failures by the recovery that their diagnosis names. */
  readonly fixes?: Readonly<Record<string, Fix>>;
  /**
   * Nothing takes this step back: from its change on, what was done before stays as well, and a run that does not succeed
   * lists both. In words: how people get back.
   */
  readonly final?: string;
  /** Known failures, by the recovery that their diagnosis names, after each of which this step's undo is tried once more. */
  readonly undoAgainAfter?: readonly string[];
  /** Asked before this step's undo, because the undo destroys what could be looked at. */
  readonly undoApproval?: string;
  /**
   * The step brings about a state that must not outlast the run, unless it is there already and so is not the run's:
   * the undo that its operation names ends it on every way out but an abort.
   */
  readonly owns?: Owned;
  /**
   * The step ends a state that the run owns; it is passed over where the run does not own it, and never undone. A `final`
   * one is for more than that: it is never passed over, and once it has begun no way out ends the state any more.
   */
  readonly releases?: Owned;
}

export interface ApprovalOptions {
  /** What people must know to decide, label by label. */
  readonly show: Readonly<Record<string, string>>;
  /** What has to be typed to approve, such as the host's name; then no standing approval answers. */
  readonly typed?: string | undefined;
}

export interface OfferOptions {
  /** What people must know to decide, label by label. */
  readonly show: Readonly<Record<string, string>>;
  /** In words: how the run goes on after a reject. */
  readonly otherwise: string;
  /** What a reject leaves in the datacentre, for the report. */
  readonly leaves?: Remainder;
  /** How a standing approval answers, where yes would be more than it was given for; default: yes. */
  readonly unattended?: 'no';
}

/** What a child of a run depends on: results without which its plan cannot be told. */
export type ChildOptions = Pick<StepOptions, 'needs'>;

export interface ListedChild extends ChildCall, ChildOptions {
  readonly title: string;
}

/** How many children run at a time, and after how many failures no other one begins until people have decided. */
export interface Together {
  readonly limit: number;
  readonly stopAfter: number;
}

/**
 * What a procedure is written with. The same procedure runs twice: in the plan pass every step only looks,
 * in the run pass it looks, changes and verifies.
 */
export interface Run<Input extends CommonInput = CommonInput> {
  readonly input: Input;
  /** The inventory as the run knows it: without secrets. */
  readonly site: SiteView;
  /** Reads everything that must hold before anything is touched; a finding here ends the run untouched. */
  preflight<Output>(title: string, call: OperationCall<Output>): Promise<Output>;
  /** The same, but what comes behind is looked at too before the run ends; what cannot be read is a finding. */
  inspect<Output>(title: string, call: OperationCall<Output>): Promise<Result<Output>>;
  /**
   * Looks whether another runbook would change anything, by a plan-only run of it: what it would do is a finding, which
   * that runbook mends. Where it `needs` what is missing, nothing is said of it.
   */
  compare(title: string, call: ChildCall, options?: ChildOptions): Promise<Result<undefined>>;
  /** Reads only; a finding parks the run. */
  check<Output>(title: string, call: OperationCall<Output>, options?: StepOptions): Promise<Result<Output>>;
  /** Brings a state about: looks, changes, verifies; already there: does nothing. */
  step<Output>(title: string, call: OperationCall<Output>, options?: StepOptions): Promise<Result<Output>>;
  /** Waits for people; a gate with nothing left to do behind it is not asked. */
  approval(title: string, options: ApprovalOptions): Promise<void>;
  /** Asks whether to take a way that is not the only one: a reject is an answer too, and the run goes on. */
  offer(title: string, options: OfferOptions): Promise<Result<boolean>>;
  /**
   * Runs another runbook under this run's locks, window and standing approval, and waits for its end. In the plan its
   * steps are this run's; where it `needs` what is still to be done, it is listed as unknown and planned when it begins.
   * What it asks, this run asks; one that does not succeed parks this run; its undos are this run's once it has ended.
   */
  child(title: string, call: ChildCall, options?: ChildOptions): Promise<Result<undefined>>;
  /** The same for several that may run at the same time; those that need the same lock take turns. */
  children(list: readonly ListedChild[], how: Together): Promise<Result<undefined>>;
  /** Whether the run has brought this state about and not ended it; in a plan: whether it would have by then. */
  owns(owned: Owned): boolean;
  /** Runs the block if what was found says so; the plan lists it where that is not known yet. */
  when<Output>(
    found: Result<Output>,
    holds: (output: Output) => boolean,
    notNeeded: string,
    block: () => Promise<void>,
  ): Promise<void>;
}

/** "Install KVM (2 packages)" → "install-kvm-2-packages". */
export function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

/** Gives each title of a pass its id, the same ones again in the next pass. */
export class Ids {
  private readonly seen = new Map<string, number>();

  next(title: string): string {
    const base = slug(title);
    const count = (this.seen.get(base) ?? 0) + 1;
    this.seen.set(base, count);
    return count === 1 ? base : `${base}-${count}`;
  }
}
