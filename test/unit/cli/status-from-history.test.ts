import { defaultPayloadConverter } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time.js';
import { expect, test } from 'vitest';
import type { StepRef } from '../../../activities/operation.ts';
import type { HistoryEvents } from '../../../cli/runs/events.ts';
import { statusFromHistory } from '../../../cli/runs/status-from-history.ts';
import type { RunRecord, StepState, StepView, Waiting } from '../../../workflows/contract.ts';

type Event = HistoryEvents[number];
type End = { completed: unknown } | { failed: string } | 'timedOut' | 'cancelled' | 'open';

/** Activities as a history has them: one second from event to event. */
function history(...activities: readonly (readonly [name: string, step: Partial<StepRef>, end: End])[]): HistoryEvents {
  const events: Event[] = [];
  const add = (attributes: object) => {
    const number = events.length + 1;
    events.push({
      eventId: number as unknown as Event['eventId'],
      eventTime: msToTs(number * 1000),
      ...attributes,
    } as Event);
    return number;
  };
  const payloads = (value: unknown) => ({ payloads: [defaultPayloadConverter.toPayload(value)] });
  for (const [name, step, end] of activities) {
    const ref = { run: 'r', id: 's', title: 'Step', attempt: 1, pass: 'run', ...step };
    const scheduledEventId = add({
      activityTaskScheduledEventAttributes: { activityType: { name }, input: payloads({ step: ref, params: {} }) },
    });
    if (end === 'open') continue;
    if (end === 'timedOut')
      add({
        activityTaskTimedOutEventAttributes: {
          scheduledEventId,
          failure: { message: 'outer', cause: { message: 'no heartbeat' } },
        },
      });
    else if (end === 'cancelled') add({ activityTaskCanceledEventAttributes: { scheduledEventId } });
    else if ('failed' in end)
      add({ activityTaskFailedEventAttributes: { scheduledEventId, failure: { message: end.failed } } });
    else add({ activityTaskCompletedEventAttributes: { scheduledEventId, result: payloads(end.completed) } });
  }
  return events;
}

const found = (state: string): End => ({ completed: { state, commands: [], evidence: [`it is ${state}`] } });
const done: End = { completed: { commands: ['x'], evidence: ['verified'] } };

function record(state: StepState = 'pending', more: Partial<RunRecord> = {}): RunRecord {
  return {
    runbook: 'deployHostedEngine',
    phase: 'running',
    remains: [],
    steps: [{ id: 's', title: 'Step', state }],
    ...more,
  };
}

const only = (events: HistoryEvents, from = record()): StepView => {
  const [step] = statusFromHistory('id', from, events).steps;
  if (step === undefined) throw new Error('no step');
  return step;
};

test.each<[StepState, HistoryEvents, StepState?]>([
  ['pending', history(['a.check', { pass: 'plan' }, found('wouldDo')])],
  ['running', history(['a.check', {}, 'open'])],
  ['running', history(['a.check', {}, found('wouldDo')])],
  ['running', history(['a.check', {}, found('wouldDo')], ['a.apply', {}, 'open'])],
  ['done', history(['a.check', {}, found('wouldDo')], ['a.apply', {}, done])],
  ['running', history(['a.start', {}, { completed: { unit: 'u', commands: [], bootId: 'b' } }])],
  ['done', history(['a.start', {}, { completed: { unit: 'u', commands: [], bootId: 'b' } }], ['a.follow', {}, done])],
  ['already', history(['installPackages.check', {}, found('already')])],
  ['passed', history(['preflightHostedEngine.check', {}, found('already')])],
  ['passed', history(['installPackages.check', {}, found('already')]), 'passed'],
  ['done', history(['installPackages.check', {}, found('already')]), 'done'],
  ['failed', history(['a.check', {}, found('refused')])],
  ['failed', history(['a.apply', {}, { failed: 'no space left' }])],
  ['failed', history(['a.apply', {}, 'timedOut'])],
  ['parked', history(['a.apply', {}, { failed: 'no space left' }]), 'parked'],
  ['skipped', history(['a.apply', {}, { failed: 'no space left' }]), 'skipped'],
  ['undoing', history(['a.apply', {}, done], ['b.check', { pass: 'undo' }, 'open'])],
  ['undoing', history(['a.apply', {}, done], ['b.check', { pass: 'undo' }, found('wouldDo')])],
  ['undone', history(['a.apply', {}, done], ['b.check', { pass: 'undo' }, found('already')])],
  ['undone', history(['a.apply', {}, done], ['b.apply', { pass: 'undo' }, done])],
  ['undoFailed', history(['a.apply', {}, done], ['b.apply', { pass: 'undo' }, { failed: 'x' }])],
  ['failed', history(['a.follow', {}, 'cancelled'], ['a.stop', {}, { completed: { evidence: [] } }])],
])('%s', (state, events, remembered = 'pending') => {
  expect(only(events, record(remembered)).state).toBe(state);
});

test('attempts, times and the words of the last activity are told', () => {
  const events = history(['a.apply', {}, { failed: 'no space left' }], ['a.apply', { attempt: 2 }, done]);
  expect(only(events)).toEqual({
    id: 's',
    title: 'Step',
    state: 'done',
    attempts: 2,
    startedAt: '1970-01-01T00:00:01.000Z',
    endedAt: '1970-01-01T00:00:04.000Z',
    summary: 'verified',
  });
});

test('the innermost words of a failure are told', () => {
  expect(only(history(['a.apply', {}, 'timedOut'])).summary).toBe('no heartbeat');
});

test('steps that the memo does not know yet are told by the history', () => {
  const steps = statusFromHistory('id', record(), history(['a.check', { id: 'new', title: 'New' }, 'open'])).steps;
  expect(steps.map(({ id, state }) => [id, state])).toEqual([
    ['s', 'pending'],
    ['new', 'running'],
  ]);
});

test("what is waited for, refused and left is the memo's word", () => {
  const waiting: Waiting = { kind: 'parked', id: 's', title: 'x', since: 't', options: ['retry'], answer: {} };
  const remains = [{ what: 'a', byHand: 'b' }];
  const status = statusFromHistory(
    'id',
    record('parked', { phase: 'parked', waiting, heldBy: 'ann', remains, refusals: ['no'] }),
    [],
  );
  expect(status).toMatchObject({ phase: 'parked', waiting, heldBy: 'ann', remains, refusals: ['no'] });
});

test('a run that was terminated says that nothing was rolled back, and of what', () => {
  const events = history(
    ['a.apply', { id: 's', title: 'Step' }, done],
    ['b.apply', { id: 't', title: 'Other' }, 'open'],
  );
  const closing = { fromOutside: 'TERMINATED', reason: 'the wrong host' } as const;
  const status = statusFromHistory('id', record(), events, closing);
  expect(status).toMatchObject({
    phase: 'ended',
    endState: 'failed',
    reason: 'it was terminated from outside: the wrong host',
  });
  expect(status.waiting).toBeUndefined();
  expect(status.steps.map(({ state }) => state)).toEqual(['done', 'failed']);
  expect(status.remains.map(({ what }) => what)).toEqual([
    'the run was terminated from outside, so nothing was rolled back of "Step", "Other"',
  ]);
});

test('a parent that was terminated tells what its open child takes back itself', () => {
  const steps = ['make-a', 'make-a/one', 'make-b', 'make-b/two'].map((id) => ({
    id,
    title: id,
    state: 'done' as const,
  }));
  const children = [
    { id: 'id.make-a', runbook: 'x', phase: 'ended' as const, endState: 'succeeded' as const },
    { id: 'id.make-b.2', runbook: 'x', phase: 'running' as const },
  ];
  const closing = { fromOutside: 'TERMINATED' } as const;
  const status = statusFromHistory('id', record('done', { steps, children }), [], closing);
  expect(status.children).toEqual(children);
  expect(status.remains.map(({ what }) => what)).toEqual([
    'the run was terminated from outside, so nothing was rolled back of "make-a/one"',
    'the run id.make-b.2 was told to take back what it did',
  ]);
});

test('a run that ended by its own word keeps it, however Temporal shows it', () => {
  const status = statusFromHistory('id', record('undone', { phase: 'ended', endState: 'cancelled' }), [], {
    fromOutside: 'CANCELLED',
  });
  expect(status).toMatchObject({ phase: 'ended', endState: 'cancelled', remains: [] });
});

test('a field without value is absent, never null', () => {
  expect(JSON.stringify(statusFromHistory('id', record(), []))).not.toContain('null');
  expect(Object.keys(statusFromHistory('id', record(), [])).sort()).toEqual([
    'id',
    'phase',
    'remains',
    'runbook',
    'steps',
  ]);
});
