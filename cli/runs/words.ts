/** How runs look in a terminal: marks, colours, lines that fit. */
import { styleText } from 'node:util';
import { spell } from '../../reports/duration.ts';
import type { StatusView, StepState, StepView, Waiting } from '../../workflows/contract.ts';
import { REASONED_VERBS } from './decide.ts';
import type { Expected } from './expected.ts';
import { folded } from './family.ts';

const MARKS: Readonly<Record<StepState, string>> = {
  pending: '·',
  running: '…',
  already: '–',
  passed: '✔',
  done: '✔',
  failed: '✖',
  parked: '‖',
  skipped: '↷',
  undoing: '↩',
  undone: '↩',
  undoFailed: '✖',
};

type Colour = 'green' | 'red' | 'yellow' | 'dim' | 'bold';

const COLOURS: Readonly<Partial<Record<StepState, Colour>>> = {
  done: 'green',
  passed: 'green',
  already: 'dim',
  pending: 'dim',
  failed: 'red',
  undoFailed: 'red',
  parked: 'yellow',
  skipped: 'yellow',
};

export function colour(on: boolean, style: Colour, text: string): string {
  return on ? styleText(style, text) : text;
}

export const wantsColour = (stream: NodeJS.WriteStream): boolean => stream.isTTY === true && !process.env.NO_COLOR;

/** Cut to the width of the terminal, so that it stays one line. */
export function clip(text: string, width = Infinity): string {
  const line = text.replace(/\s*\n\s*/g, ' ').trimEnd();
  if (line.length <= width) return line;
  return width < 2 ? '' : `${line.slice(0, width - 1)}…`;
}

export function took({ startedAt, endedAt }: StepView, now = Date.now()): string {
  if (startedAt === undefined) return '';
  return spell((endedAt === undefined ? now : Date.parse(endedAt)) - Date.parse(startedAt));
}

/** `12 s`, and while it goes on `12 s (usually 40 s)`, so that people know how long to wait. */
export function spent(step: StepView, expected: Expected): string {
  const words = step.endedAt === undefined ? expected.get(step.id) : undefined;
  return `${took(step)}${words === undefined ? '' : ` (${words})`}`.trimStart();
}

/** `✔ Install EPEL  12 s  epel-release-7-14 is installed`, clipped to the width. */
export function stepLine(step: StepView, width: number, coloured: boolean, expected: Expected = new Map()): string {
  const again = step.attempts > 1 ? ` (attempt ${step.attempts})` : '';
  const told = step.state === 'running' || step.state === 'pending' ? '' : (step.summary ?? '');
  const [, indent = '', title = ''] = /^( *)(.*)$/s.exec(step.title) ?? [];
  const head = `${indent}${MARKS[step.state]} ${title}${again}`;
  const time = step.state === 'running' ? spent(step, expected) : took(step);
  const rest = clip([time, told].filter(Boolean).join('  '), width - head.length - 2);
  const style = COLOURS[step.state];
  const shown = style === undefined ? clip(head, width) : colour(coloured, style, clip(head, width));
  return rest === '' ? shown : `${shown}  ${colour(coloured, 'dim', rest)}`;
}

const KINDS: Readonly<Record<Waiting['kind'], string>> = {
  approval: 'Waiting for approval',
  parked: 'Parked',
  window: 'Waiting for the maintenance window',
  lock: 'Waiting for a lock',
  hold: 'Stopped between two steps',
};

/** Nothing where it has stopped already: then that is what it waits for. */
export function heldText({ id, heldBy, waiting, children = [] }: StatusView, width = Infinity): string | undefined {
  if (waiting?.kind === 'hold') return undefined;
  const child = children.find((one) => one.id === waiting?.child);
  const held = heldBy === undefined ? child : { id, heldBy };
  if (held?.heldBy === undefined) return undefined;
  const when = waiting === undefined ? 'it stops' : 'when it goes on, it stops';
  const words = `Held by ${held.heldBy}: ${when} before its next step until "npx runbook resume ${held.id}".`;
  return wrap(words, width).join('\n');
}

/** What is asked, with what must be known to answer and the commands that answer. */
export function waitingText(id: string, waiting: Waiting, width: number): string {
  const labels = Object.entries({ ...waiting.show, ...(waiting.planHash && { Plan: waiting.planHash }) });
  const column = Math.max(0, ...labels.map(([label]) => label.length));
  const lines = [...wrap(`${KINDS[waiting.kind]}: ${waiting.title}`, width)];
  for (const line of waiting.reason ?? [])
    lines.push(...line.split('\n').map((part) => `  | ${clip(part, width - 4)}`));
  for (const [label, value] of labels) {
    const [first = '', ...more] = value.split('\n').flatMap((line) => wrap(line, width - column - 4));
    lines.push(`  ${label.padEnd(column)}  ${first}`, ...more.map((line) => `  ${' '.repeat(column)}  ${line}`));
  }
  if (waiting.options.length > 0)
    lines.push('', ...waiting.options.map((verb) => `  npx runbook ${verb} ${id}${moreToSay(verb, waiting)}`));
  if (waiting.options.length > 0 && waiting.planHash !== undefined)
    lines.push(`  npx runbook status ${waiting.child ?? id} --plan`);
  return lines.join('\n');
}

function moreToSay(verb: string, { typed }: Waiting): string {
  if (REASONED_VERBS.includes(verb)) return ' --reason "why"';
  return verb === 'approve' && typed !== undefined ? ' --type TEXT' : '';
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** `failed: host1 does not answer`; a reason that only repeats the outcome is left out. */
export function withReason(outcome: string, reason = '', style = (text: string): string => text): string {
  return `${style(outcome)}${reason !== '' && reason !== outcome ? `: ${reason}` : ''}`;
}

/** A whole run for people. */
export function statusText(status: StatusView, width: number, coloured: boolean, expected?: Expected): string {
  const outcome = status.endState ?? status.phase;
  const lines = [
    `${status.id}  ${withReason(outcome, status.reason, (text) => colour(coloured, 'bold', text))}`,
    '',
    ...folded(status.steps).map((step) => stepLine(step, width, coloured, expected)),
  ];
  if (status.waiting !== undefined) lines.push('', waitingText(status.id, status.waiting, width));
  const held = heldText(status, width);
  if (held !== undefined) lines.push('', held);
  const open = (status.children ?? []).filter(({ phase }) => phase !== 'ended');
  if (open.length > 0) lines.push('', 'At work in runs of their own:');
  for (const child of open)
    lines.push(
      `  ${child.id}  ${child.phase}${child.waiting ? `: waits, ${child.waiting.title}` : ''}${heldToo(child)}`,
    );
  const refused = status.refusals?.at(-1);
  if (refused !== undefined) lines.push('', `Last answer that was refused: ${refused.replace(/^Refused: /, '')}`);
  if (status.remains.length > 0) lines.push('', remainsText(status));
  return lines.join('\n');
}

function heldToo({ heldBy, waiting }: Pick<StatusView, 'heldBy' | 'waiting'>): string {
  return heldBy === undefined || waiting?.kind === 'hold' ? '' : `, held by ${heldBy} before its next step`;
}

export function remainsText({ remains }: Pick<StatusView, 'remains'>): string {
  return ['What remains:', ...remains.map(({ what, byHand }) => `  - ${what}\n    by hand: ${byHand}`)].join('\n');
}

/** What goes into a file or to another program stays whole. */
export const columns = (stream: NodeJS.WriteStream): number =>
  stream.isTTY ? Math.max(40, stream.columns || 80) : Infinity;
