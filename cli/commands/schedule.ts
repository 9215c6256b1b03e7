import { type Command, Option } from 'commander';
import { AT_END, type AtEnd } from '../../runbooks/definition.ts';
import { add, type Deliver } from '../command.ts';
import { usage } from '../failure.ts';
import { readObject, validateInput } from '../input.ts';
import type { Answer } from '../output.ts';
import { defaultBy } from '../runs/start.ts';
import { columns, wantsColour } from '../runs/words.ts';
import { CATCH_UP, checkId, createSchedule } from '../schedules/create.ts';
import { findSchedule, windowIds } from '../schedules/find.ts';
import { judgeInput } from '../schedules/judge-input.ts';
import { namedWindow } from '../schedules/named-window.ts';
import { openingTimes } from '../schedules/spec.ts';
import { trigger } from '../schedules/trigger.ts';
import { viewSchedule } from '../schedules/view.ts';
import { knownZone, windowOf } from '../schedules/window-flags.ts';
import { scheduleList, scheduleText } from '../schedules/words.ts';
import { type CommonFlags, resolveSettings } from '../settings.ts';
import { requireWorker, type Session, withSession } from '../temporal.ts';
import { findRunbook } from './catalogue.ts';

interface ScheduleFlags extends CommonFlags {
  readonly runbook?: string;
  readonly input?: string;
  readonly cron?: string;
  readonly calendar?: string;
  readonly timeZone?: string;
  readonly window?: string;
  readonly length?: string;
  readonly blackouts?: string;
  readonly atEnd?: AtEnd;
  readonly catchUp?: string;
  readonly yes?: boolean;
  readonly note?: string;
}

async function create(given: string, flags: ScheduleFlags): Promise<Answer> {
  const id = checkId(given);
  const runbook = findRunbook(flags.runbook ?? '');
  const named = await namedWindow(flags.window, resolveSettings(flags).inventory);
  const timeZone = knownZone(flags.timeZone ?? named.timeZone ?? missing('--time-zone'));
  const times = flags.cron === undefined && flags.calendar === undefined ? named : flags;
  const spec = openingTimes(times, timeZone);
  const typed = readObject('--input', flags.input ?? '{}');
  if ('window' in typed)
    throw usage('--input: must not hold a window: --length, --at-end and --blackouts describe it.');
  const input = {
    ...typed,
    ...(flags.yes && { standingApproval: { by: flags.by ?? defaultBy(), note: flags.note ?? `schedule ${id}` } }),
    window: {
      ...named.window,
      ...windowOf({ ...flags, length: flags.length ?? named.length ?? missing('--length'), timeZone }),
    },
  };
  validateInput(runbook, input);
  return withSession(resolveSettings(flags), async (session) => {
    await judgeInput(session, runbook, input);
    await createSchedule(session, { id, runbook, input, spec, catchUp: flags.catchUp ?? named.catchUp ?? CATCH_UP });
    return show(session, id);
  });
}

function missing(flag: string): never {
  throw usage(`${flag} is missing; or name a window of the inventory with --window.`);
}

async function show(session: Session, id: string, heading = ''): Promise<Answer> {
  const view = await viewSchedule(session, (await findSchedule(session, id)).description);
  return { document: view, text: `${heading}${scheduleText(view, wantsColour(process.stdout))}` };
}

async function list(session: Session): Promise<Answer> {
  const found = await Promise.all((await windowIds(session)).map((id) => findSchedule(session, id)));
  const views = await Promise.all(found.map(({ description }) => viewSchedule(session, description)));
  const none = 'No schedules. See "npx runbook schedule create --help".';
  const listed = () => scheduleList(views, columns(process.stdout), wantsColour(process.stdout));
  return { document: views, text: views.length > 0 ? listed() : none };
}

interface VerbSpec {
  readonly name: string;
  readonly about: string;
  readonly examples: readonly string[];
  readonly note?: string;
  readonly act: (session: Session, id: string, flags: ScheduleFlags) => Promise<Answer>;
}

const VERBS: readonly VerbSpec[] = [
  {
    name: 'show',
    about: 'the next windows in its zone, the last runs, firings that were passed over, nights when the clocks change',
    examples: ['schedule show nightly', 'schedule show nightly --json'],
    act: (session, id) => show(session, id),
  },
  {
    name: 'pause',
    about: 'let no window open; a run that goes on is not touched',
    examples: ['schedule pause nightly --note "year-end freeze"'],
    note: 'why; shown with the schedule',
    act: async (session, id, { note, by }) => {
      await (await findSchedule(session, id)).handle.pause(note ?? `paused by ${by ?? defaultBy()}`);
      return show(session, id);
    },
  },
  {
    name: 'resume',
    about: 'let the windows open again',
    examples: ['schedule resume nightly'],
    note: 'why; shown with the schedule',
    act: async (session, id, { note, by }) => {
      await (await findSchedule(session, id)).handle.unpause(note ?? `resumed by ${by ?? defaultBy()}`);
      return show(session, id);
    },
  },
  {
    name: 'trigger',
    about: 'start the runbook now, paused or not: its window opens with it',
    examples: ['schedule trigger nightly', 'schedule trigger nightly --json'],
    act: async (session, id) => {
      await requireWorker(session);
      const fired = await trigger(session, await findSchedule(session, id));
      const { run } = fired;
      const lines =
        run === undefined
          ? [`Fired ${id}; the run is not there yet: see "npx runbook schedule show ${id}".`]
          : [`Started ${run.id}`, ...(run.ui ? [`UI      ${run.ui}`] : []), `Follow  npx runbook watch ${run.id}`];
      return { document: fired, text: lines.join('\n') };
    },
  },
  {
    name: 'delete',
    about: 'remove it; a run that goes on is not touched, but has no next window any more',
    examples: ['schedule delete nightly'],
    act: async (session, id) => {
      const { handle, description } = await findSchedule(session, id);
      await handle.delete();
      const running = description.info.runningActions.map(({ workflow }) => workflow.workflowId);
      const goes = running.map((run) => `\nThe run ${run} goes on: "npx runbook status ${run}".`);
      return { document: { id, deleted: true, running }, text: `Deleted ${id}.${goes.join('')}` };
    },
  },
];

export function addSchedules(program: Command, deliver: Deliver): void {
  const group = program
    .command('schedule')
    .description('maintenance windows: when runbooks start by themselves, and until when they may change anything')
    .helpCommand(false);
  add<ScheduleFlags>(
    group,
    {
      name: 'create <id>',
      about: 'let a runbook start at the opening of each window; no step begins that does not fit before its end',
      examples: [
        `schedule create nightly --runbook verifyHostedEngine --input '{}' --cron '30 3 * * *' --time-zone Europe/Zurich --length 1h`,
        `schedule create agents --runbook recoverHostedEngineAgent --input '{"host":"host2"}' --calendar '{"dayOfWeek":"SUNDAY","hour":3}' --time-zone Europe/Zurich --length 4h --blackouts freeze.ics --at-end continue`,
        `schedule create agents --runbook recoverHostedEngineAgent --input '{"host":"host2"}' --window sundays`,
      ],
      server: true,
      options: (command) =>
        command
          .option('--inventory <file>', 'whose windows (default: RUNBOOK_INVENTORY, the stack, ./datacenter.yaml)')
          .requiredOption('--runbook <name>', 'what to run')
          .requiredOption('--input <json|@file>', 'what to do it to: JSON, or @ and a file (@- is stdin)')
          .option(
            '--cron <expression>',
            'when it opens: minute hour day-of-month month day-of-week, or with year, or with seconds and year',
          )
          .option(
            '--calendar <json|@file>',
            `when it opens, as Temporal's calendar or a list of them: {"dayOfWeek":"SUNDAY","hour":3}`,
          )
          .option('--window <name>', 'a window of the inventory, for what the following options do not say')
          .option('--time-zone <zone>', 'whose clock that is: a name of the time zone database')
          .option('--length <duration>', 'how long it is open, counted from the scheduled time: 4h, 90m, PT4H')
          .option(
            '--blackouts <file>',
            'iCalendar file with times at which nothing begins; the worker reads it by this path, each time',
          )
          .addOption(
            new Option(
              '--at-end <what>',
              'what a run does whose next step no longer fits: park and ask (default), continue in the next window, rollback',
            ).choices(AT_END),
          )
          .option('--catch-up <duration>', `how late it may open after Temporal was away (default: ${CATCH_UP})`)
          .option('--yes', 'approve in advance what the runbook asks for; never an unknown failure')
          .option('--note <text>', 'why, kept with --yes')
          .option('--by <who>', 'who you are (default: user@machine)'),
      run: ([id = ''], flags) => {
        if (flags.note !== undefined && !flags.yes) throw usage('--note goes with --yes.');
        return create(id, flags);
      },
    },
    deliver,
  );
  add<ScheduleFlags>(
    group,
    {
      name: 'list',
      about: 'the schedules that start runbooks, whoever made them',
      examples: ['schedule list', 'schedule list --json'],
      server: true,
      run: (_args, flags) => withSession(resolveSettings(flags), list),
    },
    deliver,
  );
  for (const { name, about, examples, note, act } of VERBS) {
    add<ScheduleFlags>(
      group,
      {
        name: `${name} <id>`,
        about,
        examples,
        server: true,
        options: (command) =>
          note === undefined
            ? command
            : command.option('--note <text>', note).option('--by <who>', 'who you are (default: user@machine)'),
        run: ([id = ''], flags) => withSession(resolveSettings(flags), (session) => act(session, id, flags)),
      },
      deliver,
    );
  }
}
