import { ActivityFailure, ApplicationFailure, isCancellation, rootCause, TimeoutFailure } from '@temporalio/workflow';
import type { SentImage } from '../../activities/operation.ts';
import { diagnoses } from '../../diagnoses/index.ts';
import type { ArtifactRef, DiagnosisView, Finding } from '../contract.ts';
import type { LostLock } from '../locks/contract.ts';
import { findingText, stop } from './words.ts';

/** Leaves the procedure for good: what is decided about the run, thrown inside the runtime only. */
export class Ending extends Error {
  constructor(
    readonly way: 'rollback' | 'abort' | 'reject' | 'keep' | 'cancel' | 'fail',
    readonly why: string,
  ) {
    super(why);
  }
}

/** Begins the procedure anew with a changed input: planned again, asked again, done steps found `already`. */
export class Restart extends Error {}

/** The world is not as a step needs it. */
export class NotReady extends Error {
  constructor(
    readonly findings: readonly Finding[],
    readonly evidence: readonly string[],
  ) {
    super(findings.map(findingText).join(' '));
  }
}

/** Somebody has taken a lock from the run. */
export class LockLost extends Error {
  constructor(readonly lost: readonly LostLock[]) {
    super(
      lost
        .map(
          ({ resource, by, at, reason }) =>
            `the lock ${resource} was taken from this run by ${by} at ${at}: ${stop(reason)}`,
        )
        .join(' '),
    );
  }
}

/** A child ended otherwise than it should. */
export class ChildFailed extends Error {
  constructor(
    message: string,
    readonly lines: readonly string[],
  ) {
    super(message);
  }
}

/** What made a step fail, in the operator's words. */
export interface StepFailure {
  readonly type: string;
  readonly message: string;
  readonly lines: readonly string[];
  readonly findings?: readonly Finding[];
  readonly diagnosis?: DiagnosisView;
  /** The recovery that mends it, where a runbook has it. */
  readonly fixBy?: string;
  readonly log?: ArtifactRef;
  /** How far it got with an image. */
  readonly sent?: SentImage;
}

interface FailureDetails {
  readonly lines?: readonly string[];
  readonly findings?: readonly Finding[];
  /** Id of the known failure that the activity recognised. */
  readonly diagnosis?: string;
  readonly log?: ArtifactRef;
  readonly sent?: SentImage;
}

/** Reads a failed activity as the operator should; anything that is no failure of an activity is passed on. */
export function stepFailure(error: unknown): StepFailure {
  if (error instanceof NotReady) {
    return {
      type: 'PreconditionFailed',
      message: error.findings.map(({ what }) => stop(what)).join(' '),
      lines: error.evidence,
      findings: error.findings,
    };
  }
  if (error instanceof LockLost) {
    const next = 'retry waits for the lock and goes on; see "npx runbook locks" for who has it now';
    return { type: 'LockLost', message: error.message, lines: [next] };
  }
  if (error instanceof ChildFailed) return { type: 'ChildFailed', message: error.message, lines: error.lines };
  if (isCancellation(error)) throw error;
  if (!(error instanceof ActivityFailure)) throw error;
  const cause = error.cause;
  if (cause instanceof ApplicationFailure) {
    const details = (cause.details?.[0] ?? {}) as FailureDetails;
    return {
      type: cause.type ?? 'Bug',
      message: cause.message,
      lines: details.lines ?? [],
      ...(details.findings && { findings: details.findings }),
      ...known(details.diagnosis),
      ...(details.log && { log: details.log }),
      ...(details.sent && { sent: details.sent }),
    };
  }
  if (cause instanceof TimeoutFailure) {
    const { image: sent } = (cause.lastHeartbeatDetails ?? {}) as { image?: SentImage };
    const message = `no answer in time (${cause.timeoutType}): the step was given up`;
    return { type: 'TimedOut', message, lines: [], ...(sent && { sent }) };
  }
  return { type: 'Bug', message: rootCause(error) ?? error.message, lines: [] };
}

function known(diagnosis: string | undefined): Pick<StepFailure, 'diagnosis' | 'fixBy'> {
  const found = diagnoses.find(({ id }) => id === diagnosis);
  if (found === undefined) return {};
  const { id, title, cause, fix, source, fixBy } = found;
  return { diagnosis: { id, title, cause, fix, source }, ...(fixBy !== undefined && { fixBy }) };
}
