/**
 * reports/ turns the proof of a run into what people read. Pure: a report in, text out;
 * the worker writes it into the artifact store, the command line prints it.
 */
import type { Plan, Report, StepView } from '../workflows/contract.ts';
import { duration } from './duration.ts';
import { END_STATE_WORDS, planStateWords, reasonTells, STEP_STATE_WORDS } from './words.ts';

export type { Report };

/** The report as Markdown: what and when, what remains, who decided, every step with its evidence. */
export function reportMarkdown(report: Report): string {
  const chapters = [
    head(report),
    findings(report),
    remains(report),
    overview(report),
    children(report),
    decisions(report),
    ['## Step by step', ...report.steps.map(step)].join('\n\n'),
    plan(report.plan),
    refusals(report),
  ];
  return `${chapters.filter((chapter) => chapter !== '').join('\n\n')}\n`;
}

function head(report: Report): string {
  const rows = [
    ['Outcome', `**${report.endState}**: ${END_STATE_WORDS[report.endState]}`],
    ...(report.reason ? [['Reason', oneLine(reason(report, report.reason))]] : []),
    ['Run', `\`${report.id}\` (run id \`${report.runId}\`)`],
    ['Runbook', `\`${report.runbook}\``],
    ['Input', `\`${JSON.stringify(report.input)}\``],
    ['Begun', report.startedAt],
    ['Ended', `${report.endedAt}, after ${duration(report.startedAt, report.endedAt)}`],
    ['Inventory', `sha256 \`${report.inventoryDigest}\``],
  ];
  const table = rows.map(([label, value]) => `| ${label} | ${cell(value ?? '')} |`);
  return [`# ${report.title}`, '', '| | |', '| --- | --- |', ...table].join('\n');
}

/** Findings have a chapter of their own, each with its fix. */
function reason({ plan: made = { hash: '', steps: [] } }: Report, words: string): string {
  if (!reasonTells(words, made)) return words;
  const count = made.refusals?.length ?? 0;
  return count === 1 ? '1 finding, see below' : `${count} findings, see below`;
}

function remains({ remains: left }: Report): string {
  if (left.length === 0) return '## What remains\n\nNothing: no change of this run waits to be finished or undone.';
  const lines = left.map(({ what, byHand }) => `- ${what}\n  - By hand: ${byHand}`);
  return ['## What remains', '', ...lines].join('\n');
}

/** What kept the run from beginning, or what a comparison has found. */
function findings({ plan: made }: Report): string {
  const found = made?.refusals ?? [];
  if (found.length === 0) return '';
  const lines = found.map(({ what, fix }) => `- ${oneLine(what)}\n  - Fix: ${oneLine(fix)}`);
  return [`## Findings`, '', ...lines].join('\n');
}

/** The runs that were parts of this one; their steps stand among its own. */
function children({ children: parts = [] }: Report): string {
  if (parts.length === 0) return '';
  const rows = parts.map(({ id, runbook, phase, endState }) => `| \`${id}\` | \`${runbook}\` | ${endState ?? phase} |`);
  return ['## Runs of its parts', '', '| Run | Runbook | Outcome |', '| --- | --- | --- |', ...rows].join('\n');
}

function overview({ steps }: Report): string {
  const rows = steps.map(
    ({ title, state, attempts, startedAt, endedAt }, index) =>
      `| ${index + 1} | ${cell(title)} | ${STEP_STATE_WORDS[state]} | ${attempts} | ${duration(startedAt, endedAt)} |`,
  );
  return ['## Steps', '', '| | Step | State | Attempts | Took |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

function decisions({ decisions: made }: Report): string {
  if (made.length === 0) return '## Decisions\n\nNobody was asked.';
  const rows = made.map(({ at, by, what, note }) => `| ${at} | ${cell(by)} | ${cell(what)} | ${cell(note ?? '')} |`);
  return ['## Decisions', '', '| When | Who | What | Note |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function step(view: StepView): string {
  const parts = [
    `### ${view.title}`,
    `${STEP_STATE_WORDS[view.state]}${view.summary ? `: ${oneLine(view.summary)}` : ''}`,
  ];
  if (view.startedAt !== undefined) {
    parts.push(
      `${view.startedAt} to ${view.endedAt ?? 'the end of the run'}, ${view.attempts} attempt${view.attempts === 1 ? '' : 's'}`,
    );
  }
  if (view.commands?.length) parts.push(`Changed by:\n\n${fence(view.commands)}`);
  if (view.evidence?.length) parts.push(`Seen:\n\n${fence(view.evidence)}`);
  for (const { what, fix } of view.findings ?? []) parts.push(`- ${what}\n  - Fix: ${fix}`);
  if (view.diagnosis !== undefined) {
    const { title, cause, fix, source } = view.diagnosis;
    parts.push(`Known failure: **${title}**. ${cause} Fix: ${fix} (source: ${source})`);
  }
  if (view.log !== undefined)
    parts.push(`Whole output: \`${view.log.path}\`, ${view.log.size} bytes, sha256 \`${view.log.sha256}\``);
  return parts.join('\n\n');
}

function plan(made: Plan | undefined): string {
  if (made === undefined) return '';
  const lines = made.steps.map((step) =>
    [
      `- ${step.title}: ${planStateWords(step)}`,
      ...step.commands.map((command) => `  - \`${command}\``),
      ...(step.undo ? [`  - undo: ${step.undo}`] : []),
    ].join('\n'),
  );
  return [`## The plan\n\nsha256 \`${made.hash}\``, '', ...lines].join('\n');
}

function refusals({ refusals: refused }: Report): string {
  if (!refused?.length) return '';
  return ['## Refused answers', '', ...refused.map((sentence) => `- ${oneLine(sentence)}`)].join('\n');
}

/** A fence longer than any run of backticks inside it. */
function fence(lines: readonly string[]): string {
  const text = lines.join('\n');
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const mark = '`'.repeat(longest + 1);
  return `${mark}text\n${text}\n${mark}`;
}

function cell(text: string): string {
  return oneLine(text).replace(/\|/g, '\\|');
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
