import { expect, test } from 'vitest';
import type { ScheduleView } from '../../../cli/schedules/view.ts';
import { scheduleList } from '../../../cli/schedules/words.ts';

const view = (id: string, more: Partial<ScheduleView>): ScheduleView => ({
  id,
  runbook: 'verifyHostedEngine',
  input: {},
  times: [],
  timeZone: 'UTC',
  catchUp: '10m',
  paused: false,
  next: [],
  running: [],
  recent: [],
  firings: { taken: 0, passedOver: 0, missed: 0 },
  warnings: [],
  ...more,
});

const VIEWS = [
  view('nightly', { next: [{ opensAt: 't', local: 'Fri 2026-11-27 03:30 – 04:30 CET', blackouts: ['freeze'] }] }),
  view('a', {
    paused: true,
    note: 'year-end freeze, ask Ann',
    running: [{ id: 'a-1', phase: 'parked' }],
    firings: { taken: 1, passedOver: 1, missed: 0 },
  }),
  view('over', {}),
];

test('schedules stand in columns, what keeps one back below it', () => {
  expect(scheduleList(VIEWS, Infinity, false).split('\n')).toEqual([
    'SCHEDULE  RUNBOOK             NEXT WINDOW',
    'nightly   verifyHostedEngine  Fri 2026-11-27 03:30 – 04:30 CET (blackout: freeze)',
    'a         verifyHostedEngine  paused: year-end freeze, ask Ann',
    '  run a-1 goes on (parked)',
    '  1 firing was passed over because a run of this schedule was still going on',
    'over      verifyHostedEngine  opens no more',
  ]);
});

test('a narrow terminal is told no runbook, and no line breaks', () => {
  const lines = scheduleList(VIEWS, 44, false).split('\n');
  expect(lines[1]).toBe('nightly   Fri 2026-11-27 03:30 – 04:30 CET …');
  expect(lines[2]).toBe('a         paused: year-end freeze, ask Ann');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(44);
});
