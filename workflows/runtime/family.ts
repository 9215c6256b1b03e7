/**
 * What passes between a run and the runs that it starts as its children: what a child takes over at its start, and the
 * news that it sends, so that its parent knows at any time what it waits for and what would have to be undone.
 */
import { CancellationScope, defineSignal, getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import type { CommonInput, RunbookDefinition } from '../../runbooks/definition.ts';
import {
  type ChildView,
  type DecisionView,
  type EndState,
  MEMO_FAMILY,
  type OwnedState,
  type Phase,
  type Remainder,
  type StepView,
  type Waiting,
} from '../contract.ts';
import type { RunKey } from '../locks/contract.ts';
import type { MutableStep, RunState, Undo } from './state.ts';
import type { Wait } from './waits.ts';

export const newsSignal = defineSignal<[ChildNews]>('child');

/** What a child takes over from its parent, beside what its input says; kept in its memo. */
export interface Family {
  /** It only plans; its parent waits for the plan, not for news. */
  readonly plans?: true;
  /** When the maintenance window of the parent opens or has opened. */
  readonly opensAt?: string;
  /** The schedule that started the parent: it has more windows. */
  readonly schedule?: string;
  /** Who let the parent go on outside of its window. */
  readonly outsideWindow?: string;
  /** The parent owns what must not be left: no window holds it up meanwhile. */
  readonly unheld?: true;
}

/** A child's whole state as its parent has to know it; each one replaces the one before. */
export interface ChildNews extends RunKey {
  readonly phase: Phase;
  readonly endState?: EndState;
  readonly reason?: string;
  readonly waiting?: Waiting;
  readonly heldBy?: string;
  /** While it runs, without what was seen and done. */
  readonly steps: readonly StepView[];
  readonly undos: readonly (Omit<Undo, 'step' | 'child'> & { readonly step: string })[];
  readonly leaves: readonly (readonly [string, Remainder])[];
  readonly owns: readonly OwnedState[];
  readonly remains: readonly Remainder[];
  readonly decisions: readonly DecisionView[];
  readonly refusals: readonly string[];
  readonly outsideWindow?: string;
}

/** A child that was started, as its parent knows it. */
export interface Child {
  readonly id: string;
  /** The parent's step that it is. */
  readonly step: MutableStep;
  readonly definition: RunbookDefinition<CommonInput>;
  input: CommonInput;
  news?: ChildNews;
  /** Its workflow has closed. */
  over?: true;
  /** What it asks, as the parent shows it. */
  wait?: Wait;
  /** The question whose answer was passed on. */
  passed?: Wait;
  /** Who told it to hold, through its parent. */
  heldBy?: string;
  /** It is to be cancelled, because the whole run is taken back. */
  leave?: true;
  cancelled?: true;
  /** What the operator decided through the parent about the whole run: it comes about when the child has ended. */
  whole?: { readonly verb: 'rollback' | 'abort' | 'reject' | 'keep'; readonly by: string };
  /** It failed, and the run goes on without it. */
  skipped?: true;
}

export function childView({ id, definition, news }: Child): ChildView {
  return {
    id,
    runbook: definition.name,
    phase: news?.phase ?? 'planning',
    ...(news?.endState && { endState: news.endState }),
    ...(news?.waiting && { waiting: news.waiting }),
    ...(news?.heldBy !== undefined && { heldBy: news.heldBy }),
  };
}

/** It is at work still, but a step of it has failed and is not tried again yet, or all of it ends otherwise than it should. */
export function isFailing({ over, news }: Child): boolean {
  if (over || news === undefined) return false;
  const { phase, endState, steps } = news;
  if (phase === 'rollingBack' || (phase === 'ended' && endState !== 'succeeded')) return true;
  return steps.some(({ state }) => state === 'failed' || state === 'parked');
}

/** What this run has taken over, if it is a child. */
export function family(): Family | undefined {
  return workflowInfo().memo?.[MEMO_FAMILY] as Family | undefined;
}

/** From a child to its parent: the newest state, as often as the parent takes it in. */
export class ParentLine {
  /** Nobody hears it any more. */
  gone = false;
  private stale = false;
  private sending: Promise<void> | undefined;

  private constructor(private readonly id: string) {}

  /** Nothing where the run is nobody's child. */
  static open(): ParentLine | undefined {
    const { parent } = workflowInfo();
    const taken = family();
    const tells = parent !== undefined && taken !== undefined && !taken.plans;
    return tells ? new ParentLine(parent.workflowId) : undefined;
  }

  tell(state: RunState): void {
    if (this.gone) return;
    this.stale = true;
    this.sending ??= CancellationScope.nonCancellable(() => this.send(state));
  }

  /** The parent has heard all, or is gone. */
  async told(): Promise<void> {
    await this.sending;
  }

  private async send(state: RunState): Promise<void> {
    while (this.stale) {
      this.stale = false;
      try {
        await getExternalWorkflowHandle(this.id).signal(newsSignal, newsOf(state));
      } catch {
        // The parent has closed: what is to be known stands in the memo and in the report of this run.
        this.gone = true;
        this.stale = false;
        state.publish('phase');
      }
    }
    this.sending = undefined;
  }
}

function newsOf(state: RunState): ChildNews {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const { phase, endState, reason, waits, heldBy, undos, leaves, owns, remains, decisions, refusals, outsideWindow } =
    state;
  const steps = state.steps.map(
    ({ id, title, state, attempts, startedAt, endedAt, summary }): StepView => ({
      id,
      title,
      state,
      attempts,
      ...(startedAt && { startedAt }),
      ...(endedAt && { endedAt }),
      ...(summary && { summary }),
    }),
  );
  return {
    id: workflowId,
    run: firstExecutionRunId,
    phase,
    ...(endState && { endState }),
    ...(reason !== undefined && { reason }),
    ...(waits.first && { waiting: waits.first }),
    ...(heldBy !== undefined && { heldBy }),
    steps: phase === 'ended' ? state.steps : steps,
    undos: undos.map(({ child: _child, step, ...undo }) => ({
      changedAs: [{ run: firstExecutionRunId, id: step.id }],
      ...undo,
      step: step.id,
    })),
    leaves: [...leaves],
    owns,
    remains,
    decisions,
    refusals,
    ...(outsideWindow !== undefined && { outsideWindow }),
  };
}
