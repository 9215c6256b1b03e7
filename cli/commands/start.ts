import { type Command, Option } from 'commander';
import type { Plan, Report } from '../../workflows/contract.ts';
import { stop } from '../../workflows/runtime/words.ts';
import { add, type Deliver } from '../command.ts';
import { CliFailure, EXIT, usage } from '../failure.ts';
import { readObject, validateInput } from '../input.ts';
import { type Answer, note } from '../output.ts';
import { follow } from '../runs/follow.ts';
import { outcome } from '../runs/outcome.ts';
import { planText } from '../runs/plan-text.ts';
import { closingWords, findRun, readReport } from '../runs/read.ts';
import { defaultBy, startRun } from '../runs/start.ts';
import { wantsColour } from '../runs/words.ts';
import { givenWindow, type WindowFlags } from '../schedules/window-flags.ts';
import { type CommonFlags, links, resolveSettings } from '../settings.ts';
import { requireWorker, type Session, withSession } from '../temporal.ts';
import { findRunbook } from './catalogue.ts';

interface StartFlags extends CommonFlags, WindowFlags {
  readonly input?: string;
  readonly id?: string;
  readonly plan?: string;
  readonly wait?: boolean;
  readonly yes?: boolean;
  readonly note?: string;
  readonly waitForPeople?: boolean;
}

/** A person sits here who can see the question and answer it. */
export function atTerminal(flags: { readonly json?: boolean }): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && !flags.json;
}

/** What the flags add to the input that was typed. */
function inputOf(typed: Record<string, unknown>, flags: StartFlags): Record<string, unknown> {
  const by = flags.by ?? defaultBy();
  const window = givenWindow(flags);
  return {
    ...typed,
    ...(window && { window }),
    ...(flags.plan !== undefined && { plan: flags.plan }),
    ...(flags.yes && { standingApproval: { by, note: flags.note ?? '--yes on the command line' } }),
  };
}

async function start(name: string, flags: StartFlags): Promise<Answer> {
  const runbook = findRunbook(name);
  const input = inputOf(readObject('--input', flags.input ?? '{}'), flags);
  validateInput(runbook, input);
  return withSession(resolveSettings(flags), async (session) => {
    await requireWorker(session);
    const handle = await startRun(session, { runbook, input, ...(flags.id !== undefined && { id: flags.id }) });
    const id = handle.workflowId;
    const runId = handle.firstExecutionRunId;
    const ui = links.run(session.settings, id, runId);
    if (!flags.wait) {
      const text = [`Started ${id}`, ...(ui ? [`UI      ${ui}`] : []), `Follow  npx runbook watch ${id}`].join('\n');
      return { document: { id, runId, runbook: name, ...(ui && { ui }) }, text };
    }
    note(`${runbook.title}: ${id}${ui ? `\n${ui}` : ''}`);
    const asks = atTerminal(flags) && flags.waitForPeople !== false;
    const tellsPlan = flags.plan === undefined;
    return outcome(session, await follow(session, id, { asks, by: flags.by ?? defaultBy(), tellsPlan }));
  });
}

async function plan(name: string, flags: StartFlags): Promise<Answer> {
  const runbook = findRunbook(name);
  const input = { ...readObject('--input', flags.input ?? '{}'), mode: 'plan' };
  validateInput(runbook, input);
  return withSession(resolveSettings(flags), async (session) => {
    await requireWorker(session);
    const { workflowId } = await startRun(session, { runbook, input, ...(flags.id !== undefined && { id: flags.id }) });
    await follow(session, workflowId, { asks: false, by: flags.by ?? defaultBy(), throughWaits: true });
    const made = await planOf(session, workflowId);
    return {
      document: made,
      text: planText(made, wantsColour(process.stdout)),
      exit: made.refusals?.length ? EXIT.ended : EXIT.ok,
    };
  });
}

/** @throws CliFailure (ended) with the run's own words when it came to no plan */
async function planOf(session: Session, id: string): Promise<Plan> {
  const run = await findRun(session, id);
  const report: Report | undefined = await readReport(session, run);
  if (report?.plan !== undefined) return report.plan;
  const words = report?.reason ?? (await closingWords(run)) ?? `the run ended ${run.description.status.name}`;
  throw new CliFailure(
    EXIT.ended,
    `no plan was made: ${stop(words)} See "npx runbook status ${id}", and "npx runbook doctor" for what is missing.`,
    { id },
  );
}

const inputOption = (command: Command): Command =>
  command
    .requiredOption('--input <json|@file>', 'what to do it to: JSON, or @ and a file (@- is stdin)')
    .option('--id <id>', 'id of the run (default: runbook, host and time)')
    .option('--by <who>', 'who you are (default: user@machine)');

const windowOptions = (command: Command): Command =>
  command
    .option('--window-opens <time>', 'change nothing before: 2027-03-28T22:00:00+02:00; the plan is made at once')
    .option('--length <duration>', 'with --window-opens: how long the window is open: 4h, 90m, PT4H')
    .option('--time-zone <zone>', 'with --window-opens: zone of what is said about times (default: UTC)')
    .option('--blackouts <file>', 'with --window-opens: iCalendar file with times at which nothing begins')
    .addOption(
      new Option(
        '--at-end <what>',
        'with --window-opens: what to do when the next step no longer fits (default: park)',
      ).choices(['park', 'rollback']),
    );

export function addStart(program: Command, deliver: Deliver): void {
  add<StartFlags>(
    program,
    {
      name: 'plan <name>',
      about: 'what a run would do, found by its checks; touches nothing',
      examples: [
        `plan deployHostedEngine --input '{"host":"host1"}'`,
        'plan deployHostedEngine --input @host1.json --json',
      ],
      server: true,
      options: inputOption,
      run: ([name = ''], flags) => plan(name, flags),
    },
    deliver,
  );
  add<StartFlags>(
    program,
    {
      name: 'start <name>',
      about: 'start a run',
      examples: [
        `start deployHostedEngine --input '{"host":"host1"}' --wait`,
        `start deployHostedEngine --input '{"host":"host1","ticket":"CHG-1"}' --plan 1a2b3c4d --wait --yes`,
        'start deployHostedEngine --input @host1.json --json',
        `start recoverHostedEngineAgent --input '{"host":"host2"}' --window-opens 2027-03-28T22:00:00+02:00 --length 4h`,
      ],
      server: true,
      options: (command) =>
        windowOptions(inputOption(command))
          .option('--plan <hash>', 'refuse to run any other plan than this one')
          .option('--wait', 'show the progress until the run ends')
          .option('--yes', 'approve in advance what the runbook asks for; never an unknown failure')
          .option('--note <text>', 'why, kept with --yes')
          .option('--no-wait-for-people', 'with --wait: end with exit code 4 when a person is needed'),
      run: ([name = ''], flags) => {
        if (flags.note !== undefined && !flags.yes) throw usage('--note goes with --yes.');
        return start(name, flags);
      },
    },
    deliver,
  );
}
