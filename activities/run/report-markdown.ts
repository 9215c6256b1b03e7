import type { ArtifactRef, Plan, Report, StepView } from '../../workflows/contract.ts';

const END_WORDS: Record<Report['endState'], string> = {
  succeeded: 'Succeeded: everything was done and verified.',
  cancelled: 'Cancelled: what was done has been rolled back, except what is listed under "What remains".',
  rolledBack: 'Rolled back: every undo was verified.',
  partlyRolledBack: 'Partly rolled back: see "What remains".',
  aborted: 'Aborted: left as it was, see "What remains".',
  rejected: 'Rejected by a person.',
  failed: 'Failed.',
};

const STEP_WORDS: Record<StepView['state'], string> = {
  pending: 'not begun',
  running: 'running',
  already: 'was so already',
  passed: 'passed',
  done: 'done and verified',
  failed: 'failed',
  parked: 'parked',
  skipped: 'skipped',
  undoing: 'being undone',
  undone: 'undone',
  undoFailed: 'undo failed',
};

/** The report as people read it: first how it ended and what remains, then who decided, then each step with its proof. */
export function reportMarkdown(report: Report): string {
  return `${[
    `# ${inline(report.title)}`,
    `**${END_WORDS[report.endState]}**${report.reason === undefined ? '' : ` ${inline(report.reason)}`}`,
    facts(report),
    remains(report),
    decisions(report),
    steps(report),
    refusals(report.refusals),
    logs(report.steps),
    input(report),
    plan(report.plan),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

function facts({ id, runId, runbook, startedAt, endedAt, inventoryDigest }: Report): string {
  return [
    `- Run: \`${id}\` (\`${runId}\`), runbook \`${runbook}\``,
    `- From ${startedAt} to ${endedAt} (${duration(startedAt, endedAt)})`,
    `- Inventory: sha256 \`${inventoryDigest}\``,
  ].join('\n');
}

function remains({ remains: left }: Report): string {
  if (left.length === 0) return '## What remains\n\nNothing: no change of this run is left to be finished by hand.';
  const items = left.map(({ what, byHand }) => `- **${inline(what)}**\n  By hand: ${inline(byHand)}`);
  return `## What remains\n\n${items.join('\n')}`;
}

function decisions({ decisions: taken }: Report): string {
  if (taken.length === 0) return '## Decisions\n\nNobody was asked.';
  const items = taken.map(
    ({ at, by, what, note }) =>
      `- ${at}: ${inline(what)}, by ${inline(by)}${note === undefined ? '' : ` — ${inline(note)}`}`,
  );
  return `## Decisions\n\n${items.join('\n')}`;
}

function steps({ steps: all }: Report): string {
  return ['## Steps', ...all.map(step)].join('\n\n');
}

function step(view: StepView, index: number): string {
  const { title, state, attempts, startedAt, endedAt, summary, evidence, commands, findings, diagnosis } = view;
  const took = startedAt !== undefined && endedAt !== undefined ? `, ${duration(startedAt, endedAt)}` : '';
  const tries = attempts > 1 ? `, ${attempts} attempts` : '';
  const parts = [`### ${index + 1}. ${inline(title)} — ${STEP_WORDS[state]}${took}${tries}`];
  if (summary !== undefined) parts.push(inline(summary));
  if (findings !== undefined && findings.length > 0) {
    parts.push(findings.map(({ what, fix }) => `- Found: ${inline(what)}\n  To do: ${inline(fix)}`).join('\n'));
  }
  if (diagnosis !== undefined) {
    parts.push(
      `Known failure: **${inline(diagnosis.title)}**. ${inline(diagnosis.cause)} ${inline(diagnosis.fix)} (source: ${inline(diagnosis.source)})`,
    );
  }
  if (evidence !== undefined && evidence.length > 0) parts.push(`Seen:\n\n${fenced(evidence)}`);
  if (commands !== undefined && commands.length > 0) parts.push(`Commands:\n\n${fenced(commands)}`);
  return parts.join('\n\n');
}

function refusals(lines: readonly string[] | undefined): string {
  if (lines === undefined || lines.length === 0) return '';
  return `## Refused answers\n\n${lines.map((line) => `- ${inline(line)}`).join('\n')}`;
}

function logs(all: readonly StepView[]): string {
  const kept = all.filter((view): view is StepView & { log: ArtifactRef } => view.log !== undefined);
  if (kept.length === 0) return '';
  const rows = kept.map(
    ({ title, log }) => `- ${inline(title)}: \`${log.path}\` (${log.size} bytes, sha256 \`${log.sha256}\`)`,
  );
  return `## Logs\n\n${rows.join('\n')}`;
}

function input({ input: given }: Report): string {
  return `## Input\n\n${fenced(JSON.stringify(given, null, 2).split('\n'))}`;
}

function plan(approved: Plan | undefined): string {
  if (approved === undefined) return '';
  const rows = approved.steps.map(({ title, state, unknownUntil }) => {
    const words = {
      already: 'nothing to do',
      wouldDo: 'to do',
      unknown: `known after ${inline(unknownUntil ?? 'an earlier step')}`,
    }[state];
    return `- ${inline(title)}: ${words}`;
  });
  return `## Plan\n\nHash \`${approved.hash}\`\n\n${rows.join('\n')}`;
}

/** Text of hosts and people must not become markup. */
function inline(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>#|]/g, '\\$&');
}

function fenced(lines: readonly string[]): string {
  const text = lines.join('\n');
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

function duration(from: string, to: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
