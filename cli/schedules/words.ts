import { clip, colour } from '../runs/words.ts';
import { tableLines } from '../table.ts';
import type { RunningView, ScheduleView } from './view.ts';

/** What each schedule does when, and below it what keeps it from doing so. */
export function scheduleList(views: readonly ScheduleView[], width: number, coloured: boolean): string {
  const style = (field: string, column: string, row: number) => {
    if (column === 'SCHEDULE') return colour(coloured, 'bold', field);
    return column === 'NEXT WINDOW' && views[row]?.paused ? colour(coloured, 'yellow', field) : field;
  };
  const [head = '', ...lines] = tableLines(
    ['SCHEDULE', 'RUNBOOK', 'NEXT WINDOW'],
    views.map((view) => [view.id, view.runbook, nextWindow(view)]),
    { width, spare: ['RUNBOOK'], style },
  );
  const below = (view: ScheduleView | undefined) =>
    view === undefined ? [] : keptBack(view).map((line) => `  ${clip(line, width - 2)}`);
  return [head, ...lines.flatMap((line, at) => [line, ...below(views[at])])].join('\n');
}

function nextWindow({ paused, note, next: [next] }: ScheduleView): string {
  if (paused) return `paused${note ? `: ${note}` : ''}`;
  if (next === undefined) return 'opens no more';
  return `${next.local}${next.blackouts ? ` (blackout: ${next.blackouts.join(', ')})` : ''}`;
}

/** The firings that came to nothing, and the run that they met. */
function keptBack({ firings, running }: ScheduleView): readonly string[] {
  const { passedOver, missed } = firings;
  return [
    ...running.map(runningText),
    ...(passedOver > 0
      ? [`${count(passedOver, 'firing')} passed over because a run of this schedule was still going on`]
      : []),
    ...(missed > 0 ? [`${count(missed, 'firing')} missed: the server was away for longer than the catch-up time`] : []),
  ];
}

function runningText({ id, phase, waiting }: RunningView): string {
  return `run ${id} goes on (${phase}${waiting ? ` since ${waiting.since}: ${waiting.title}` : ''})`;
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? ' was' : 's were'}`;

/** A whole schedule for people. */
export function scheduleText(view: ScheduleView, coloured: boolean): string {
  const label = (name: string, value: string) => `  ${name.padEnd(11)} ${value}`;
  const lines = [
    `${colour(coloured, 'bold', view.id)}  ${view.paused ? colour(coloured, 'yellow', 'paused') : 'active'}`,
    ...(view.note ? [label('Note', view.note)] : []),
    label('Runbook', view.runbook),
    label('Input', JSON.stringify(view.input)),
    label('Opens', `${view.times.join('; ')} (${view.timeZone})`),
    ...(view.length ? [label('Length', `${view.length}, counted from the opening; at its end: ${view.atEnd}`)] : []),
    ...(view.blackouts ? [label('Blackouts', view.blackouts)] : []),
    ...(view.inventoryBlackouts
      ? [label('Blackouts', `${view.inventoryBlackouts.join(', ')} (of the inventory)`)]
      : []),
    label('Catch-up', `${view.catchUp}: a firing that comes later than that, after the server was away, is dropped`),
    '',
    view.next.length > 0 ? 'Next windows:' : 'It opens no more.',
    ...view.next.map(({ local, blackouts }) => `  ${local}${blackouts ? `  blackout: ${blackouts.join(', ')}` : ''}`),
  ];
  const kept = keptBack(view);
  if (kept.length > 0) lines.push('', ...kept.map((line) => `  ${line}`));
  if (view.recent.length > 0) {
    lines.push('', 'Last runs:', ...view.recent.map(({ id, scheduledAt }) => `  ${id}  for ${scheduledAt}`));
  }
  if (view.warnings.length > 0)
    lines.push('', ...view.warnings.map((warning) => colour(coloured, 'yellow', `Mind: ${warning}.`)));
  if (view.ui) lines.push('', `UI  ${view.ui}`);
  return lines.join('\n');
}
