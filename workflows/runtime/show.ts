import { defineSearchAttributeKey } from '@temporalio/common';
import { log, setCurrentDetails, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import { MEMO_RECORD, type RunRecord, type StepState, type StepView, type Waiting } from '../contract.ts';
import { locksHeld } from './locks.ts';
import type { RunState } from './state.ts';

const MARKS: Record<StepState, string> = {
  pending: '◻️',
  running: '⏳',
  already: '☑️',
  passed: '✅',
  done: '✅',
  failed: '❌',
  parked: '🅿️',
  skipped: '⏭️',
  undoing: '↩️',
  undone: '↩️',
  undoFailed: '❌',
};

/** Begins the summary of a step in a branch that was not taken. */
export const NOT_NEEDED = 'not needed: ';

/** The UI sends the whole text in a URL, so old steps give way to a count long before 4 KB. */
const DETAILS_LIMIT = 3000;

/** The run as a short Markdown checklist: what is asked first, then the steps. */
export function details(state: RunState): string {
  const parts: string[] = [];
  const waiting = state.waits.first;
  if (waiting !== undefined) parts.push(...question(waiting));
  if (state.heldBy !== undefined && waiting?.kind !== 'hold')
    parts.push(`⏸ **Held by ${state.heldBy}**: stops before its next step`);
  const refusal = state.refusals.at(-1);
  if (refusal !== undefined)
    parts.push(`Last answer that was refused: ${clip(refusal.replace(/^Refused: /, ''), 300)}`);
  if (state.endState !== undefined) parts.push(`**${state.endState}**${left(state.remains.length)}`);
  const head = parts.join('\n\n');
  const lines = checklist(state.steps);
  let hidden = 0;
  while (lines.length > 3 && head.length + lines.join('\n').length > DETAILS_LIMIT) {
    lines.shift();
    hidden += 1;
  }
  if (hidden > 0) lines.unshift(`- … ${hidden} earlier steps`);
  return [head, lines.join('\n')].filter((part) => part !== '').join('\n\n');
}

/** One line a step; a branch that was not taken is one line in all. */
function checklist(steps: readonly StepView[]): string[] {
  const lines: string[] = [];
  let passedOver = 0;
  for (const [at, step] of steps.entries()) {
    if (!step.summary?.startsWith(NOT_NEEDED)) {
      lines.push(line(step));
      continue;
    }
    passedOver += 1;
    if (steps[at + 1]?.summary === step.summary) continue;
    lines.push(passedOver === 1 ? line(step) : line({ ...step, title: `${passedOver} steps` }));
    passedOver = 0;
  }
  return lines;
}

function line({ title, state, summary }: StepView): string {
  return `- ${MARKS[state]} ${title}${summary ? `: ${clip(summary, 120)}` : ''}`;
}

function left(count: number): string {
  if (count === 0) return '';
  return count === 1 ? '; 1 thing remains, see the report' : `; ${count} things remain, see the report`;
}

/** Markdown as the UI draws it: line breaks count only between paragraphs and in lists. */
function question(waiting: Waiting): string[] {
  const reason = (waiting.reason ?? []).slice(0, 6).map((text) => `- ${clip(text, 200)}`);
  const shown = Object.entries(waiting.show ?? {}).map(([label, value]) => `- **${label}**: ${clip(value, 300)}`);
  const asked = waiting.options.length > 0;
  return [
    asked ? `🖐 **${waiting.title}**: ${waiting.options.join(', ')}?` : `⏳ **${waiting.title}**`,
    [...reason, ...shown].join('\n'),
    asked ? `Answer with the update \`decideNow\`: \`${JSON.stringify(waiting.answer)}\`` : '',
  ].filter((part) => part !== '');
}

function clip(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

const keys = {
  name: defineSearchAttributeKey('RunbookName', 'KEYWORD'),
  phase: defineSearchAttributeKey('RunbookPhase', 'KEYWORD'),
  endState: defineSearchAttributeKey('RunbookEndState', 'KEYWORD'),
  ticket: defineSearchAttributeKey('ChangeTicket', 'KEYWORD'),
  host: defineSearchAttributeKey('OvirtHost', 'KEYWORD_LIST'),
};

/** Writes what must outlive the workers: the memo's record, and the search attributes where the cluster has them. */
export function keep(state: RunState): void {
  const waiting = state.waits.first;
  const locks = locksHeld(state.locks);
  const record: RunRecord = {
    runbook: state.definition.name,
    phase: state.phase,
    ...(waiting && { waiting }),
    ...(state.heldBy !== undefined && { heldBy: state.heldBy }),
    ...(state.endState && { endState: state.endState }),
    ...(state.owns.length > 0 && { owns: state.owns }),
    ...(locks && { locks }),
    ...(state.children.length > 0 && { children: state.status.children ?? [] }),
    remains: state.remains,
    steps: state.steps.map(({ id, title, state: step }) => ({ id, title, state: step })),
    ...timings(state),
    ...(state.refusals.length > 0 && { refusals: state.refusals }),
  };
  upsertMemo({ [MEMO_RECORD]: record });
  tell(state, waiting);
  if (!state.site.searchAttributes) return;
  const { host } = state.input as { host?: string };
  upsertSearchAttributes([
    { key: keys.name, value: state.definition.name },
    { key: keys.phase, value: state.phase },
    ...(state.endState ? [{ key: keys.endState, value: state.endState }] : []),
    ...(state.input.ticket ? [{ key: keys.ticket, value: state.input.ticket }] : []),
    ...(host ? [{ key: keys.host, value: [host] }] : []),
  ]);
}

/** By which later runs know how long these steps take. */
function timings({ steps, site }: RunState): Pick<RunRecord, 'took' | 'timingScale'> {
  const took = steps.flatMap(({ id, tookMs }) => (tookMs === undefined ? [] : [[id, tookMs] as const]));
  return took.length === 0 ? {} : { took: Object.fromEntries(took), timingScale: site.timingScale };
}

/** Into the worker's log, by which collectors know of runs that wait or ended badly. */
function tell({ phase, endState, remains }: RunState, waiting: Waiting | undefined): void {
  if (endState !== undefined) log.info(`the run ended: ${endState}`, { phase, endState, remains: remains.length });
  else if (waiting !== undefined) log.info(`the run waits: ${waiting.title}`, { phase, waiting: waiting.kind });
  else log.info(`the run is ${phase}`, { phase });
}

export function show(state: RunState): void {
  setCurrentDetails(details(state));
}
