import { ownedWords } from '../../runbooks/owned-states.ts';
import type { ChildView, OwnedState, RunRecord, StatusView, StepState, StepView } from '../../workflows/contract.ts';
import { type ActivityTrace, activityTraces, checkResult, type HistoryEvents } from './events.ts';

export interface Closing {
  /** Temporal's word for a run that ended from outside: it closed without a word of its own. */
  readonly fromOutside?: 'TERMINATED' | 'TIMED_OUT' | 'FAILED' | 'CANCELLED' | 'COMPLETED';
  /** What its last event says about it. */
  readonly reason?: string;
}

/**
 * A run's status without a worker: the memo's record says what the run last wrote down,
 * the activities in its history what happened since.
 */
export function statusFromHistory(
  id: string,
  record: RunRecord,
  events: HistoryEvents,
  closing: Closing = {},
): StatusView {
  const traces = activityTraces(events).filter(({ step }) => step !== undefined);
  const steps = merge(record, traces);
  const { runbook, waiting, heldBy, endState, owns, children, remains, refusals } = record;
  if (closing.fromOutside !== undefined && endState === undefined) {
    return {
      id,
      runbook,
      phase: 'ended',
      endState: 'failed',
      reason: whyEnded(closing),
      steps: steps.map(stopped),
      ...(owns && { owns }),
      ...(children && { children }),
      remains: [
        ...remains,
        ...(owns ?? []).map((owned) => stillOwned(id, owned)),
        ...left(closing.fromOutside, ownSteps(id, steps, children)),
        ...takenBack(children),
      ],
    };
  }
  return {
    id,
    runbook,
    phase: record.phase,
    ...(endState && { endState }),
    steps,
    ...(waiting && closing.fromOutside === undefined && { waiting }),
    ...(heldBy !== undefined && closing.fromOutside === undefined && { heldBy }),
    ...(refusals?.length && { refusals }),
    ...(owns && { owns }),
    ...(children && { children }),
    remains,
  };
}

function merge(record: RunRecord, traces: readonly ActivityTrace[]): readonly StepView[] {
  const known = new Map(record.steps.map((step) => [step.id, step]));
  const order = [...known.keys()];
  for (const { step } of traces) {
    if (step !== undefined && !known.has(step.id)) {
      known.set(step.id, { id: step.id, title: step.title, state: 'pending' });
      order.push(step.id);
    }
  }
  return order.flatMap((id) => {
    const step = known.get(id);
    return step === undefined
      ? []
      : [
          view(
            step,
            traces.filter((trace) => trace.step?.id === id),
          ),
        ];
  });
}

function view(recorded: RunRecord['steps'][number], traces: readonly ActivityTrace[]): StepView {
  const worked = traces.filter(({ step }) => step?.pass !== 'plan');
  const last = worked.at(-1);
  if (last === undefined) return { ...recorded, attempts: 0 };
  const runs = worked.filter(({ step }) => step?.pass === 'run');
  const state = derive(recorded.state, last);
  const over = state !== 'running' && state !== 'undoing';
  return {
    id: recorded.id,
    title: recorded.title,
    state,
    attempts: Math.max(...(runs.length > 0 ? runs : worked).map(({ step }) => step?.attempt ?? 1)),
    startedAt: (runs[0] ?? last).scheduledAt,
    ...(over && last.endedAt !== undefined && { endedAt: last.endedAt }),
    ...summary(last),
  };
}

/** States that people or the runtime gave a step, of which no activity tells. */
const DECIDED: readonly StepState[] = ['parked', 'skipped'];

/** A check that never changes anything is told from a step by its operation's name. */
const READS_ONLY = /^(preflight|verify|require|check)|^cpuFeature/;

function derive(recorded: StepState, last: ActivityTrace): StepState {
  const undo = last.step?.pass === 'undo';
  const verb = last.name.slice(last.name.lastIndexOf('.') + 1);
  switch (last.outcome) {
    case 'open':
      return undo ? 'undoing' : 'running';
    case 'failed':
    case 'cancelled':
      if (DECIDED.includes(recorded)) return recorded;
      return undo ? 'undoFailed' : 'failed';
    case 'completed':
      break;
  }
  if (verb === 'apply' || verb === 'follow') return undo ? 'undone' : 'done';
  if (verb !== 'check') return undo ? 'undoing' : verb === 'stop' ? 'failed' : 'running';
  const found = checkResult(last)?.state;
  if (found === 'already') {
    if (undo) return 'undone';
    if (recorded === 'passed' || recorded === 'already' || recorded === 'done') return recorded;
    return READS_ONLY.test(last.name) ? 'passed' : 'already';
  }
  if (DECIDED.includes(recorded) || recorded === 'failed') return recorded;
  if (found === 'refused') return undo ? 'undoFailed' : 'failed';
  return undo ? 'undoing' : 'running';
}

function summary(last: ActivityTrace): { summary?: string } {
  const found = (last.result as { evidence?: readonly string[] } | undefined)?.evidence?.[0];
  const words = last.outcome === 'failed' ? last.failure : found;
  return words ? { summary: words } : {};
}

/** A step that was at work when the run was ended from outside: its command may still go on. */
function stopped(step: StepView): StepView {
  return step.state === 'running' || step.state === 'undoing'
    ? {
        ...step,
        state: step.state === 'undoing' ? 'undoFailed' : 'failed',
        summary: 'the run was ended from outside during this step',
      }
    : step;
}

/** What such a run brought about for itself only: whether it is so still, nobody has looked. */
function stillOwned(id: string, { since, step, byHand, ...owned }: OwnedState): StatusView['remains'][number] {
  return { what: `most likely ${ownedWords(owned)}, since ${since}, by "${step}" of run ${id}`, byHand };
}

const open = (children: readonly ChildView[]): readonly ChildView[] =>
  children.filter(({ phase }) => phase !== 'ended');

/** Steps of which nobody else takes care: a child that was open is cancelled with its parent, and takes its own back. */
function ownSteps(id: string, steps: readonly StepView[], children: readonly ChildView[] = []): readonly StepView[] {
  const headOf = (child: ChildView) => child.id.slice(id.length + 1).replace(/\.\d+$/, '');
  const heads = children.map(headOf);
  const others = open(children).map(headOf);
  return steps.filter((step) => !heads.includes(step.id) && !others.some((head) => step.id.startsWith(`${head}/`)));
}

function takenBack(children: readonly ChildView[] = []): StatusView['remains'] {
  return open(children).map((child) => ({
    what: `the run ${child.id} was told to take back what it did`,
    byHand: `see what came of it: npx runbook status ${child.id}`,
  }));
}

/** A run that failed by itself has said why; one that was ended from outside, at most who ended it has. */
function whyEnded({ fromOutside, reason }: Closing): string {
  const own = fromOutside === 'FAILED' && reason ? reason : undefined;
  return own ?? `it ${HOW[fromOutside ?? 'FAILED']} from outside${reason ? `: ${reason}` : ''}`;
}

const HOW = {
  TERMINATED: 'was terminated',
  TIMED_OUT: 'timed out',
  FAILED: 'failed',
  CANCELLED: 'was cancelled',
  COMPLETED: 'completed',
};

/** Nothing is left where no step had begun to change anything: an input that was refused. */
function left(how: keyof typeof HOW, steps: readonly StepView[]): StatusView['remains'] {
  const changed = steps.filter(({ state }) => CHANGING.includes(state)).map(({ title }) => `"${title}"`);
  if (changed.length === 0) return [];
  return [
    {
      what: `the run ${HOW[how]} from outside, so nothing was rolled back of ${changed.join(', ')}`,
      byHand:
        'look on the hosts named in its history for commands that still run, then start the runbook again: it finds what is there already',
    },
  ];
}

const CHANGING: readonly StepState[] = ['done', 'running', 'failed', 'parked', 'undoing', 'undoFailed'];
