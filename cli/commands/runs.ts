import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { htmlPage } from '../../reports/html.ts';
import { reportMarkdown } from '../../reports/markdown.ts';
import {
  ALL_RUNS,
  MEMO_FAMILY,
  MEMO_RECORD,
  type Plan,
  type Report,
  type RunRecord,
} from '../../workflows/contract.ts';
import { add, type Deliver } from '../command.ts';
import { messageOf, usage } from '../failure.ts';
import type { Answer } from '../output.ts';
import { expectedOf } from '../runs/expected.ts';
import { follow } from '../runs/follow.ts';
import { outcome, reportFile } from '../runs/outcome.ts';
import { planText } from '../runs/plan-text.ts';
import { closingWords, findRun, type RunHandle, readPlan, readReport, readStatus, recordOf } from '../runs/read.ts';
import { defaultBy } from '../runs/start.ts';
import { columns, statusText, wantsColour } from '../runs/words.ts';
import { type CommonFlags, resolveSettings } from '../settings.ts';
import { table } from '../table.ts';
import { type Session, withSession } from '../temporal.ts';
import { atTerminal } from './start.ts';

interface RunsFlags extends CommonFlags {
  readonly plan?: boolean;
  readonly query?: string;
  readonly format?: 'md' | 'html' | 'json';
  readonly limit?: string;
}

interface RunRow {
  readonly id: string;
  readonly runId: string;
  readonly runbook: string;
  readonly phase: string;
  readonly endState?: string;
  readonly waiting?: string;
  readonly startedAt: string;
  readonly endedAt?: string;
}

async function listRuns(session: Session, query: string | undefined, limit: number): Promise<readonly RunRow[]> {
  const rows: RunRow[] = [];
  try {
    for await (const run of session.client.workflow.list({ query: query ? `${ALL_RUNS} AND (${query})` : ALL_RUNS })) {
      // Children are shown with their parent; who filters sees all.
      if (query === undefined && run.memo?.[MEMO_FAMILY] !== undefined) continue;
      const record = run.memo?.[MEMO_RECORD] as RunRecord | undefined;
      const open = run.status.name === 'RUNNING';
      const endState = record?.endState ?? (open ? undefined : run.status.name.toLowerCase());
      rows.push({
        id: run.workflowId,
        runId: run.runId,
        runbook: run.type,
        phase: open ? (record?.phase ?? 'planning') : 'ended',
        ...(endState && { endState }),
        ...(open && record?.waiting && { waiting: record.waiting.title }),
        startedAt: run.startTime.toISOString(),
        ...(run.closeTime && { endedAt: run.closeTime.toISOString() }),
      });
      if (rows.length >= limit) break;
    }
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
    throw query ? usage(`--query: ${cause}. It is a Temporal list filter, such as RunbookPhase = "parked".`) : error;
  }
  return rows;
}

function runsTable(rows: readonly RunRow[]): string {
  return table(
    ['RUN', 'RUNBOOK', 'STARTED', 'STATE'],
    rows.map(({ id, runbook, startedAt, endState, phase, waiting }) => [
      id,
      runbook,
      `${startedAt.slice(0, 19)}Z`,
      `${endState ?? phase}${waiting ? `: ${waiting}` : ''}`,
    ]),
    // Unless it was named otherwise, a run has the runbook and the time in its id.
    { width: columns(process.stdout), spare: ['RUNBOOK', 'STARTED'] },
  );
}

/** The proof: from the run itself, else from the file the worker on this machine wrote. */
async function findReport(session: Session, run: RunHandle): Promise<Report> {
  const { workflowId, runId, status } = run.description;
  if (status.name === 'RUNNING') {
    throw usage(
      `the run "${workflowId}" goes on: its report is written when it ends. Until then: "npx runbook status ${workflowId}".`,
    );
  }
  const told = await readReport(session, run);
  if (told !== undefined) return told;
  const file = reportFile(session, workflowId, runId, 'json');
  if (file !== undefined) return JSON.parse(readFileSync(file, 'utf8')) as Report;
  const words = await closingWords(run);
  if (status.name === 'FAILED' && recordOf(run).steps.length === 0)
    throw usage(`the run "${workflowId}" was refused before it began, so there is nothing to report: ${words}`);
  if (status.name === 'TERMINATED' || status.name === 'TIMED_OUT')
    throw usage(
      `the run "${workflowId}" was ended from outside, so it wrote no report: "npx runbook status ${workflowId}" tells what it did and what remains.`,
    );
  throw usage(
    `the run "${workflowId}" ended (${status.name}) without a report that can be reached: start a worker ("npx runbook up") and ask again, or see "npx runbook status ${workflowId}".`,
  );
}

/** @throws CliFailure (usage) when there is none to be had */
async function planOf(session: Session, run: RunHandle): Promise<Plan> {
  const plan = await readPlan(session, run);
  if (plan !== undefined) return plan;
  const { workflowId } = run.description;
  throw usage(
    `the run "${workflowId}" tells no plan: it is still planning, has ended before it had one, or no worker answers; see "npx runbook status ${workflowId}".`,
  );
}

function planAnswer(plan: Plan): Answer {
  return { document: plan, text: planText(plan, wantsColour(process.stdout)) };
}

export function addRuns(program: Command, deliver: Deliver): void {
  add<RunsFlags>(
    program,
    {
      name: 'runs',
      about: 'the runs, newest first',
      examples: ['runs', `runs --query 'RunbookPhase = "parked"'`, `runs --query 'OvirtHost = "host1"' --json`],
      server: true,
      options: (command) =>
        command
          .option('--query <filter>', 'Temporal list filter: RunbookName, RunbookPhase, OvirtHost, ChangeTicket …')
          .option('--limit <n>', 'at most so many', '50'),
      run: (_args, flags) =>
        withSession(resolveSettings(flags), async (session) => {
          const limit = Number(flags.limit);
          if (!Number.isInteger(limit) || limit < 1)
            throw usage(`--limit: must be a whole number from 1, it is ${flags.limit}.`);
          const rows = await listRuns(session, flags.query, limit);
          return { document: rows, text: rows.length > 0 ? runsTable(rows) : 'No runs.' };
        }),
    },
    deliver,
  );
  add<RunsFlags>(
    program,
    {
      name: 'status <id>',
      about: 'what a run has done, what it does, what it waits for; also without a worker',
      examples: ['status deployHostedEngine-host1-20261123-224331', 'status my-run --plan', 'status my-run --json'],
      server: true,
      options: (command) => command.option('--plan', 'its plan instead, with the commands that an approval is about'),
      run: ([id = ''], flags) =>
        withSession(resolveSettings(flags), async (session) => {
          const run = await findRun(session, id);
          if (flags.plan) return planAnswer(await planOf(session, run));
          const [status, plan] = await Promise.all([
            readStatus(session, run),
            run.description.status.name === 'RUNNING' && !flags.json ? readPlan(session, run) : undefined,
          ]);
          const text = statusText(status, columns(process.stdout), wantsColour(process.stdout), expectedOf(plan));
          return { document: status, text };
        }),
    },
    deliver,
  );
  add<RunsFlags>(
    program,
    {
      name: 'watch <id>',
      about: "show a run's progress until it ends or needs a person",
      examples: ['watch deployHostedEngine-host1-20261123-224331', 'watch my-run --json'],
      server: true,
      options: (command) => command.option('--by <who>', 'who you are, if the run asks (default: user@machine)'),
      run: ([id = ''], flags) =>
        withSession(resolveSettings(flags), async (session) =>
          outcome(session, await follow(session, id, { asks: atTerminal(flags), by: flags.by ?? defaultBy() })),
        ),
    },
    deliver,
  );
  add<RunsFlags>(
    program,
    {
      name: 'report <id>',
      about: 'the proof of what an ended run did',
      examples: ['report my-run', 'report my-run --format html > my-run.html', 'report my-run --json'],
      server: true,
      options: (command) =>
        command.addOption(
          new Option('--format <format>', 'how to write it').choices(['md', 'html', 'json']).default('md'),
        ),
      run: ([id = ''], flags) =>
        withSession(resolveSettings(flags), async (session) => {
          const report = await findReport(session, await findRun(session, id));
          const markdown = reportMarkdown(report);
          const text = {
            md: markdown,
            html: htmlPage(`${report.title}: ${report.id}`, markdown),
            json: JSON.stringify(report, null, 2),
          };
          return { document: report, text: text[flags.format ?? 'md'].trimEnd() };
        }),
    },
    deliver,
  );
}
