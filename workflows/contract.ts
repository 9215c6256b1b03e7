/**
 * What a run shows to the outside: the JSON of `status`, `plan` and `report`, and the record in the memo.
 * The command line, the Temporal UI and scripts read these shapes; a field without a value is absent, never null.
 */
import type { NoticeEvent } from '../inventory/notifications.ts';
import type { Owned } from '../runbooks/owned-states.ts';
import type { Usual } from '../windows/usual.ts';
import { LOCKS, type LockRequest } from './locks/contract.ts';

/** What is wrong, and what to do about it: a sentence each. */
export interface Finding {
  readonly what: string;
  readonly fix: string;
}

export type Phase = 'planning' | 'running' | 'waiting' | 'parked' | 'holding' | 'rollingBack' | 'ended';

export const END_STATES = [
  'succeeded',
  'cancelled',
  'rolledBack',
  'partlyRolledBack',
  'aborted',
  'rejected',
  'failed',
] as const;
export type EndState = (typeof END_STATES)[number];

export type StepState =
  | 'pending'
  | 'running'
  | 'already'
  | 'passed'
  | 'done'
  | 'failed'
  | 'parked'
  | 'skipped'
  | 'undoing'
  | 'undone'
  | 'undoFailed';

export interface StepView {
  readonly id: string;
  readonly title: string;
  readonly state: StepState;
  /** How often the step was tried: raised by an operator's retry or a recovery, never by an activity's retry. */
  readonly attempts: number;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Milliseconds of the work itself, without what the run waited for; of steps that went through at their first try. */
  readonly tookMs?: number;
  /** One line in plain words: what was found, done, or went wrong. */
  readonly summary?: string;
  /** What was seen, line by line. */
  readonly evidence?: readonly string[];
  /** What the step changed, as command lines. */
  readonly commands?: readonly string[];
  readonly findings?: readonly Finding[];
  readonly diagnosis?: DiagnosisView;
  /** Where the whole output of a long command is kept. */
  readonly log?: ArtifactRef;
}

export interface DiagnosisView {
  readonly id: string;
  readonly title: string;
  readonly cause: string;
  readonly fix: string;
  readonly source: string;
}

export interface ArtifactRef {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

export type WaitingKind = 'approval' | 'parked' | 'window' | 'lock' | 'hold';

export interface Waiting {
  readonly kind: WaitingKind;
  /** The id to name in the answer: an approval's or a step's. */
  readonly id: string;
  readonly title: string;
  readonly since: string;
  /** First 8 characters of the plan's hash, to be repeated when approving. */
  readonly planHash?: string;
  readonly options: readonly string[];
  /** The JSON to send as signal `decide` or update `decideNow`. */
  readonly answer: Readonly<Record<string, unknown>>;
  /** What an approve has to repeat as `typed`, letter by letter; no standing approval answers such a gate. */
  readonly typed?: string;
  /** What the person has to know to decide, label by label. */
  readonly show?: Readonly<Record<string, string>>;
  /** The decisive lines of the failure that parked the run. */
  readonly reason?: readonly string[];
  /** When the run goes on by itself, if nobody decides before. */
  readonly until?: string;
  /** The child run that asks: what this run is answered here, it passes on. */
  readonly child?: string;
}

/** Whether nothing goes on without one: a lock comes free by itself, and so does a run that waits for its window. */
export const needsPerson = ({ kind, until }: Waiting): boolean =>
  kind === 'approval' || kind === 'parked' || kind === 'hold' || (kind === 'window' && until === undefined);

export interface PlanStep {
  readonly id: string;
  readonly title: string;
  readonly state: 'already' | 'wouldDo' | 'unknown';
  readonly commands: readonly string[];
  /** The object acted on: a host's name. */
  readonly target?: string;
  readonly undo?: string;
  /** How long the undo typically takes. */
  readonly undoDuration?: string;
  /** Steps that a window's end must not part have the id of the first one: it takes over what must not be left. */
  readonly stretch?: string;
  /** The id of the approval that is asked here. */
  readonly approval?: string;
  /** How long it usually takes, where enough runs tell; else as the procedure declares it. */
  readonly typicalDuration: string;
  /** What the runs before tell of it. */
  readonly usual?: Usual;
  /** The step whose result this one waits for. */
  readonly unknownUntil?: string;
  readonly findings?: readonly Finding[];
  readonly evidence?: readonly string[];
}

export interface Plan {
  /** SHA-256 over titles, targets, commands and undos; 64 hex digits. */
  readonly hash: string;
  readonly steps: readonly PlanStep[];
  /** What the preflight found; a run with findings here refuses to begin. */
  readonly refusals?: readonly Finding[];
}

/** Something that a finished run leaves in the datacentre, and how to finish it by hand. */
export interface Remainder {
  readonly what: string;
  readonly byHand: string;
}

/** A state that must not outlast the run that brought it about, as long as it has not been ended. */
export interface OwnedState extends Owned {
  /** When the run took it over, just before the change. */
  readonly since: string;
  /** Title of the step that brought it about. */
  readonly step: string;
  readonly byHand: string;
}

export interface ChildView {
  readonly id: string;
  readonly runbook: string;
  readonly phase: Phase;
  readonly endState?: EndState;
  readonly waiting?: Waiting;
  readonly heldBy?: string;
}

export interface StatusView {
  readonly id: string;
  readonly runbook: string;
  readonly phase: Phase;
  readonly endState?: EndState;
  /** Why an ended run ended so, where it says more than the end state. */
  readonly reason?: string;
  readonly steps: readonly StepView[];
  readonly waiting?: Waiting;
  /** Who told it to hold: it stops before its next step, and waits for something else until then. */
  readonly heldBy?: string;
  readonly children?: readonly ChildView[];
  /** Answers that were refused, each with the sentence that says why. */
  readonly refusals?: readonly string[];
  readonly owns?: readonly OwnedState[];
  readonly remains: readonly Remainder[];
}

export interface DecisionView {
  readonly at: string;
  readonly by: string;
  readonly what: string;
  readonly note?: string;
}

/** The proof of what a run did; also kept in the artifact store, because history has a retention. */
export interface Report extends StatusView {
  readonly runId: string;
  readonly title: string;
  readonly input: unknown;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly endState: EndState;
  readonly plan?: Plan;
  readonly decisions: readonly DecisionView[];
  readonly inventoryDigest: string;
}

/** What people are told while a run needs them, when it ended badly, or when it kept its schedule from firing. */
export interface Notice {
  readonly event: NoticeEvent;
  /** All of it as one line; most chat programs show a field of this name. */
  readonly text: string;
  readonly at: string;
  readonly run: { readonly id: string; readonly runId: string; readonly runbook: string; readonly title: string };
  readonly host?: string;
  readonly ticket?: string;
  readonly waiting?: Waiting;
  readonly endState?: EndState;
  readonly reason?: string;
  readonly remains?: readonly Remainder[];
  readonly schedule?: { readonly id: string; readonly dropped: number };
}

/** The small summary kept in the memo, because a Cancelled close carries no details and a query needs a live worker. */
export interface RunRecord {
  readonly runbook: string;
  readonly phase: Phase;
  readonly waiting?: Waiting;
  readonly heldBy?: string;
  readonly endState?: EndState;
  /** Outlives a run that was ended from outside: the watchdog goes by it. */
  readonly owns?: readonly OwnedState[];
  /** The locks it has: what a registry that was ended from outside begins again with. */
  readonly locks?: LockRequest;
  readonly children?: readonly ChildView[];
  readonly remains: readonly Remainder[];
  readonly steps: readonly { readonly id: string; readonly title: string; readonly state: StepState }[];
  /** Milliseconds of the steps that went through at their first try, by their ids: later runs go by them. */
  readonly took?: Readonly<Record<string, number>>;
  /** `timing.scale` of the inventory. */
  readonly timingScale?: number;
  /** The last refused answers: a signal's sender gets no other word. */
  readonly refusals?: readonly string[];
}

export const MEMO_RECORD = 'record';
/** What a child has taken over from its parent; only children have it. */
export const MEMO_FAMILY = 'family';
export const TASK_QUEUE = 'runbooks';

/** The workflow that judges an input without running anything. */
export const JUDGE_INPUT = 'judgeInput';

/** What it finds. */
export interface InputVerdict {
  /** A sentence for each thing that is wrong with the input. */
  readonly problems: readonly string[];
  /** What is wrong with the inventory, where it cannot be read. */
  readonly inventory?: string;
}

/** Temporal's list filter for the runs of runbooks on a task queue, the workflows that serve them left out. */
export function runsOf(taskQueue: string): string {
  const servants = [LOCKS.type, JUDGE_INPUT].map((type) => ` AND WorkflowType != "${type}"`);
  return `TaskQueue = "${taskQueue}"${servants.join('')}`;
}

export const ALL_RUNS = runsOf(TASK_QUEUE);
