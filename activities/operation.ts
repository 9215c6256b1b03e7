/**
 * What an operation is: a pure function from facts to commands or requests, with the reads that gather the facts.
 * The plan prints exactly the data that apply executes, because both come from the same `decide`.
 * Each folder beside this file holds the operations on one kind of thing.
 */
import type { Artifacts } from '../connectors/artifacts.ts';
import type { EngineReader, EngineRequest } from '../connectors/engine/index.ts';
import type { Inventory } from '../inventory/schema.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Finding } from '../workflows/contract.ts';
import type { Owners } from './run/records.ts';
import type { HostShell } from './runtime/host-shell.ts';

export type { EngineReader, EngineRequest } from '../connectors/engine/index.ts';
export type { Finding };

/** A change as it reaches the host: one program with its arguments, no shell. */
export interface HostChange {
  readonly argv: readonly string[];
  /** Text for standard input. */
  readonly stdin?: string;
  /** Standard input is secret: named in the plan, never shown. */
  readonly secretStdin?: () => Promise<string>;
  /** With `secretStdin`: what of it people must see, such as what a program is told to do. */
  readonly told?: string;
  /** Exit codes that are no error; 0 when absent. The verification decides, not this code. */
  readonly okCodes?: readonly number[];
  /** Runs even when an earlier change of a followed unit failed (e.g. removing a secret file). */
  readonly always?: boolean;
  /** Runs before the unit of a followed operation is started, over SSH (e.g. writing a file by stdin). */
  readonly before?: boolean;
}

/** The bytes of a file on the worker as they reach a disk, by the image transfer that is open on it. */
export interface ImageSend {
  /** Name of the image, for progress. */
  readonly send: string;
  /** Absolute path on the worker. */
  readonly file: string;
  readonly size: number;
  /** What the storage has to hold afterwards: 64 hex digits. */
  readonly sha256: string;
  /** Id of the transfer; absent while none is open. */
  readonly transfer?: string;
  /** Where its image is reached, the best first; secret, and never shown. */
  readonly routes: readonly string[];
  /** PEM of the CA by which these are verified; without it, those that Node trusts. */
  readonly ca?: string;
}

/** A change as data: a command for the operation's host, a request to the engine, the bytes of an image. */
export type Change = HostChange | EngineRequest | ImageSend;

/** An operation with its parameters, as data: what workflows hand to activities and keep as an undo. */
export interface OperationCall<Output = unknown> {
  readonly operation: string;
  readonly params: object;
  /** Never set; carries the output's type to the caller. */
  readonly output?: Output;
}

export interface UndoSpec {
  readonly title: string;
  readonly call: OperationCall;
  /** How a person does the same, for a report that has to leave it. */
  readonly byHand?: string;
}

/** What an operation makes of the facts it saw. */
export interface Decision<Output = unknown, Kind extends Change = HostChange> {
  /**
   * `underWay`: what brings the state about has begun, by an earlier try or by somebody else; nothing is sent, it is
   * waited for, and done then if it is still needed. `refused`: the world is not as the operation needs; findings say why
   * and what to do.
   */
  readonly state: 'already' | 'wouldDo' | 'underWay' | 'refused';
  /**
   * With `refused`: what would be done once the findings are mended. With `already`: what would bring the state about,
   * for a plan in which an earlier step takes it away. Named in plans, never executed.
   */
  readonly changes: readonly Kind[];
  /** What was seen, one line each; no secrets. */
  readonly evidence: readonly string[];
  /** What later steps need to know; JSON. */
  readonly output?: Output;
  readonly findings?: readonly Finding[];
  /** What is waited for just now, as a line of progress: `host2 is installing: Installing host packages`. */
  readonly awaits?: string;
  /** What this very step has begun ended badly: no wait will mend it. Ends the step with these lines, for diagnoses. */
  readonly failed?: { readonly what: string; readonly lines: readonly string[]; readonly fix?: string };
  /** Puts back what the changes replace; registered before the first of them. */
  readonly undo?: UndoSpec;
  /** What stays in the datacentre if nobody undoes it. */
  readonly leaves?: { readonly what: string; readonly byHand: string };
}

export interface OperationContext {
  readonly inventory: Inventory;
  readonly inventoryDirectory: string;
  readonly profile: Profile;
  /** A shell on a host of the inventory; unknown names are refused with a sentence. */
  host(name: string): HostShell;
  /** Reads of the engine; the runtime alone sends the requests that change something. */
  engine(): EngineReader;
  /** Resolves a secret of the inventory; the value must stay inside the activity. */
  secret(ref: unknown, purpose: string): Promise<string>;
  /** What runs say that they own, as of now. */
  owners(): Promise<Owners>;
  readonly artifacts: Artifacts;
  /** Ends when the activity is cancelled or the worker stops. */
  readonly signal: AbortSignal;
  /** Waits, heartbeating; durations are multiplied by the inventory's `timing.scale`. */
  pause(seconds: number): Promise<void>;
  /** Says in plain words what is being waited for; shown as heartbeat details. */
  progress(line: string): void;
}

/** One thing that can be brought about on a host or in the engine. */
export interface Operation<Params extends object, Facts, Output = undefined, Kind extends Change = HostChange> {
  readonly name: string;
  /** Absent: on the host that its params name. */
  readonly on?: 'engine' | 'image';
  /** What it does to what, for logs. */
  readonly title: (params: Params) => string;
  /** True when the changes can take over 5 s: they run as a transient unit that is followed. */
  readonly followed?: boolean;
  /**
   * On the engine: its changes wait for each other. The first one is sent, then it is looked at until `decide` asks for
   * another one first; `changes` always lists all that are still to come.
   */
  readonly inTurns?: boolean;
  /** How long a followed operation may take in all, in seconds of the host's clock; default 2 hours. */
  readonly limitSeconds?: number;
  /** Reads only. */
  look(context: OperationContext, params: Params): Promise<Facts>;
  /** Pure: no I/O, no clock, no randomness. */
  decide(
    facts: Facts,
    params: Params,
    context: Pick<OperationContext, 'profile' | 'inventory' | 'secret'>,
  ): Decision<Output, Kind>;
  /**
   * Waits after the changes until `decide` may say `already`, for states that need time.
   * In seconds of the host's clock; default 0: looked at once.
   */
  readonly settleSeconds?: number;
  /** Judges the finished output of a followed operation: a sentence where it failed although the exit code is 0. */
  judge?(result: { readonly code: number; readonly log: string }): string | undefined;
  /** Names the stage of a followed operation from its newest output. */
  stage?(log: string): string | undefined;
}

/** Its changes are commands on the host that its params name. */
export function operation<Params extends { host: string }, Facts, Output = undefined>(
  definition: Operation<Params, Facts, Output>,
): Operation<Params, Facts, Output> {
  return definition;
}

export type EngineDecision<Output = unknown> = Decision<Output, EngineRequest>;

/** Its changes are requests to the engine; its params may name a host, and need not. */
export function engineOperation<Params extends object, Facts, Output = undefined>(
  definition: Operation<Params, Facts, Output, EngineRequest>,
): Operation<Params, Facts, Output, EngineRequest> {
  return { ...definition, on: 'engine' };
}

export type ImageDecision<Output = unknown> = Decision<Output, EngineRequest | ImageSend>;

/** Its last change is the sending of an image; those before it are requests to the engine that make it possible. */
export function imageOperation<Params extends object, Facts, Output = undefined>(
  definition: Operation<Params, Facts, Output, EngineRequest | ImageSend>,
): Operation<Params, Facts, Output, EngineRequest | ImageSend> {
  return { ...definition, on: 'image' };
}

/** Which step of which run acts: names lock, unit and files on the host. */
export interface StepRef {
  /** First execution run id: survives a reset. */
  readonly run: string;
  readonly id: string;
  readonly title: string;
  readonly attempt: number;
  readonly pass: 'plan' | 'run' | 'undo';
  /** After this time it does not fit into the run's maintenance window any more, and must not begin. */
  readonly beginBefore?: string;
  /** How far an earlier attempt of this step got, as its failure told. */
  readonly sent?: SentImage;
  /** Of an undo whose change children of this run have made: as which steps of which runs. */
  readonly changedAs?: readonly StepKey[];
}

export type StepKey = Pick<StepRef, 'run' | 'id'>;

/** What of an image is durable on its storage, by the transfer that brought it there. */
export interface SentImage {
  readonly transfer: string;
  /** Bytes from the image's beginning. */
  readonly durable: number;
}

export interface OperationInput {
  readonly step: StepRef;
  readonly params: object;
}

/** What the activity `<operation>.check` answers. */
export interface CheckResult<Output = unknown> {
  readonly state: 'already' | 'wouldDo' | 'refused';
  readonly commands: readonly string[];
  readonly evidence: readonly string[];
  readonly output?: Output;
  readonly findings?: readonly Finding[];
  readonly undo?: UndoSpec;
  readonly leaves?: { readonly what: string; readonly byHand: string };
  readonly followed?: true;
  /** The change is mostly waiting for others: a cancelled run need not wait for its end. */
  readonly interruptible?: true;
}

/** What `<operation>.apply` and `<operation>.follow` answer once the verification has passed. */
export interface ApplyResult<Output = unknown> {
  readonly commands: readonly string[];
  readonly evidence: readonly string[];
  readonly output?: Output;
  /** What stays, as the verification saw it. */
  readonly leaves?: { readonly what: string; readonly byHand: string };
  readonly log?: { readonly path: string; readonly size: number; readonly sha256: string };
}

/** What `<operation>.start` answers: the unit that runs the changes now. */
export interface StartResult {
  readonly unit: string;
  readonly commands: readonly string[];
  readonly bootId: string;
  /** Nothing was left to do when looked at again. */
  readonly already?: true;
}
