/**
 * Tells people what a run wants of them. Receivers are those of the inventory; each notice is an activity of its own that
 * is tried for a while and never fails the run.
 */
import { CancellationScope, isCancellation, log, sleep, workflowInfo } from '@temporalio/workflow';
import type { Notice, Report, Waiting } from '../contract.ts';
import { lookAtFirings, notify } from './activities.ts';
import { now, type RunState } from './state.ts';
import { stop } from './words.ts';

/** What a run has told of itself. */
export interface Notices {
  waiting?: Waiting | undefined;
  /** The notices of what it waits for. */
  scope?: CancellationScope;
  /** The look at firings that come to nothing because it still goes on. */
  watch?: CancellationScope;
}

/** How long a receiver that does not answer is tried: a question for as long as it is open, but not for days. */
const PATIENCE = { waiting: '12 hours', ended: '1 minute' } as const;
/** A firing is dropped a moment after its time. */
const SETTLED_MS = 5000;
/** After a dropped firing, and when no firing is in sight. */
const PAUSE_MS = 3_600_000;

/** Tells what the run waits for, once; what nobody waits for any more is not told any more. */
export function tellWaiting(state: RunState): void {
  if (heardOf(state)) return;
  const { notices } = state;
  const waiting = state.waits.first;
  if (state.site.receivers === undefined || waiting === notices.waiting) return;
  notices.scope?.cancel();
  notices.waiting = waiting;
  if (waiting === undefined) return;
  watchFirings(state);
  const event = waiting.kind === 'approval' ? 'approval' : asksAfterFailure(waiting) ? 'parked' : undefined;
  if (event === undefined) return;
  const [why] = waiting.reason ?? [];
  const asked = event === 'approval' ? `waits for approval: ${waiting.title}` : `is parked: ${waiting.title}`;
  const text = `${asked}${why === undefined || why === waiting.title ? '' : ` (${why})`}`;
  notices.scope = apart(() => tell(state, { event, text: stop(text), waiting }, PATIENCE.waiting));
}

/** What a child asks, and how it ended, its parent tells. */
function heardOf({ parent }: RunState): boolean {
  return parent !== undefined && !parent.gone;
}

/** Where a run goes on by itself nobody is needed. */
function asksAfterFailure({ kind, until }: Waiting): boolean {
  return kind === 'parked' || (kind === 'window' && until === undefined);
}

/** Tells of an end that nobody has asked for; waits for it at most a minute, with the locks given back. */
export async function tellEnd(state: RunState, { endState, reason, remains }: Report): Promise<void> {
  if (heardOf(state)) return;
  const { notices, site, input } = state;
  notices.scope?.cancel();
  notices.watch?.cancel();
  if (site.receivers === undefined || input.mode === 'plan' || endState === 'succeeded' || endState === 'cancelled')
    return;
  const left = remains.length === 0 ? 'Nothing remains' : `Remains: ${remains.map(({ what }) => what).join('; ')}`;
  const why = reason === undefined ? '' : ` ${stop(reason)}`;
  const told = { event: 'ended', text: `ended as ${endState}.${why} ${stop(left)}`, endState, remains } as const;
  await tell(state, { ...told, ...(reason !== undefined && { reason }) }, PATIENCE.ended);
}

type Told = Omit<Notice, 'at' | 'run' | 'host' | 'ticket'>;

async function tell(state: RunState, told: Told, patience: string): Promise<void> {
  const { definition, input, site } = state;
  const { workflowId: id, runId } = workflowInfo();
  const { host } = input as { host?: string };
  const notice: Notice = {
    ...told,
    text: `${definition.name} ${id} ${told.text} See: npx runbook status ${id}`,
    at: now(),
    run: { id, runId, runbook: definition.name, title: definition.title },
    ...(host !== undefined && { host }),
    ...(input.ticket !== undefined && { ticket: input.ticket }),
  };
  const receivers = (site.receivers ?? []).filter(({ events }) => events.includes(told.event));
  await Promise.all(
    receivers.map(async ({ name }) => {
      try {
        await notify({ receiver: name, notice }, `Tell ${name}: ${told.event}`, patience);
      } catch (error) {
        if (!isCancellation(error))
          log.warn('a receiver could not be told', { receiver: name, event: told.event, error });
      }
    }),
  );
}

/** While a run of a schedule goes on its firings come to nothing: said at the first one, then once an hour. */
function watchFirings(state: RunState): void {
  const [schedule] = workflowInfo().searchAttributes.TemporalScheduledById ?? [];
  const wanted = state.site.receivers?.some(({ events }) => events.includes('firingDropped'));
  if (typeof schedule !== 'string' || wanted !== true || state.notices.watch !== undefined) return;
  state.notices.watch = apart(async () => {
    let seen: number | undefined;
    for (;;) {
      const looked = await lookAtFirings(schedule);
      if (looked === undefined) return;
      const dropped = seen === undefined ? 0 : looked.passedOver - seen;
      seen = looked.passedOver;
      if (dropped > 0) {
        const firings = dropped === 1 ? 'a firing' : `${dropped} firings`;
        const text = `still goes on (${state.phase}), so ${firings} of the schedule ${schedule} came to nothing.`;
        const waiting = state.waits.first;
        const told = { event: 'firingDropped', text, schedule: { id: schedule, dropped } } as const;
        await tell(state, { ...told, ...(waiting && { waiting }) }, PATIENCE.waiting);
      }
      const next = looked.next === undefined ? PAUSE_MS : Date.parse(looked.next) - Date.now() + SETTLED_MS;
      const pause = dropped > 0 ? PAUSE_MS : Math.min(PAUSE_MS, Math.max(SETTLED_MS, next));
      await sleep(pause, { summary: `until the schedule ${schedule} is due` });
    }
  });
}

/** Beside the run, which does not wait for it. */
function apart(work: () => Promise<void>): CancellationScope {
  const scope = new CancellationScope({ cancellable: true });
  scope.run(work).catch((error: unknown) => {
    if (!isCancellation(error)) log.warn('nobody could be told', { error });
  });
  return scope;
}
