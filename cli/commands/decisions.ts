import type { Command } from 'commander';
import { add, type Deliver } from '../command.ts';
import { usage } from '../failure.ts';
import { readObject } from '../input.ts';
import { addressee, decisionFor, REASONED_VERBS, type Answer as Said, send, type Verb } from '../runs/decide.ts';
import { findRun, recordOf } from '../runs/read.ts';
import { defaultBy } from '../runs/start.ts';
import { type CommonFlags, resolveSettings } from '../settings.ts';
import { withSession } from '../temporal.ts';

interface DecisionFlags extends CommonFlags {
  readonly approval?: string;
  readonly plan?: string;
  readonly step?: string;
  readonly note?: string;
  readonly type?: string;
  readonly keep?: boolean;
  readonly reason?: string;
  readonly input?: string;
}

interface VerbSpec {
  readonly verb: Verb;
  readonly about: string;
  readonly example: string;
  readonly options?: (command: Command) => Command;
}

const gate = (command: Command): Command =>
  command
    .option('--approval <id>', 'the approval to answer (default: the one that waits)')
    .option('--plan <hash>', 'the plan you saw, at least its first 8 characters (default: the one that waits)')
    .option('--note <text>', 'why; kept in the report');

const step = (command: Command): Command =>
  command.option('--step <id>', 'the parked step (default: the one that waits)');

const VERBS: readonly VerbSpec[] = [
  {
    verb: 'approve',
    about: 'answer an approval with yes',
    example: 'approve my-run --plan 1a2b3c4d --note "CHG-1"',
    options: (command) =>
      gate(command).option(
        '--type <text>',
        'what the approval asks to be typed, such as the name of the host; refused where it asks for nothing',
      ),
  },
  {
    verb: 'reject',
    about: 'answer an approval with no; what was done is rolled back',
    example: 'reject my-run --note "not tonight"',
    options: (command) => gate(command).option('--keep', 'leave what was done instead of rolling it back'),
  },
  {
    verb: 'retry',
    about: 'try a parked step again, if need be with a changed input',
    example: `retry my-run --input '{"memoryMiB":8192}'`,
    options: (command) =>
      step(command).option(
        '--input <json|@file>',
        'what to change in the input: a JSON merge patch, null removes a field',
      ),
  },
  {
    verb: 'skip',
    about: 'go on without a parked step',
    example: 'skip my-run --reason "done by hand"',
    options: (command) => step(command).option('--reason <text>', 'why it is right to go on; kept in the report'),
  },
  {
    verb: 'proceed',
    about: 'go on at once with a step that waits for its maintenance window; the window then holds no step of this run',
    example: 'proceed my-run --reason "the users are informed"',
    options: (command) => step(command).option('--reason <text>', 'why it is right; kept in the report'),
  },
  {
    verb: 'postpone',
    about: 'let a parked step go on by itself in the next maintenance window of its schedule',
    example: 'postpone my-run',
    options: step,
  },
  { verb: 'rollback', about: 'undo what a parked run did', example: 'rollback my-run', options: step },
  { verb: 'abort', about: 'end a parked run and leave everything as it is', example: 'abort my-run', options: step },
  { verb: 'hold', about: 'stop a run at its next step boundary', example: 'hold my-run' },
  { verb: 'resume', about: 'let a held run go on', example: 'resume my-run' },
];

function said(verb: Verb, flags: DecisionFlags): Said {
  const { approval, plan, step: named, note, type, keep, reason } = flags;
  if (REASONED_VERBS.includes(verb) && !reason)
    throw usage(`${verb} needs --reason: why it is right to go on; it is kept in the report.`);
  const input = flags.input === undefined ? undefined : readObject('--input', flags.input);
  return {
    verb,
    by: flags.by ?? defaultBy(),
    ...(approval && { approval }),
    ...(plan && { plan }),
    ...(named && { step: named }),
    ...(note && { note }),
    ...(type && { typed: type }),
    ...(keep && { keep }),
    ...(reason && { reason }),
    ...(input && { input }),
  };
}

export function addDecisions(program: Command, deliver: Deliver): void {
  for (const { verb, about, example, options } of VERBS) {
    add<DecisionFlags>(
      program,
      {
        name: `${verb} <id>`,
        about,
        examples: [example],
        server: true,
        options: (command) =>
          (options?.(command) ?? command).option('--by <who>', 'who decides (default: user@machine)'),
        run: ([id = ''], flags) => {
          const answer = said(verb, flags);
          return withSession(resolveSettings(flags), async (session) => {
            const { run, status } = await addressee(session, await findRun(session, id));
            const decision = decisionFor(answer, status);
            const { accepted, message } = await send(session, run, decision);
            return { document: { id: status.id, decision, accepted, message }, text: message };
          });
        },
      },
      deliver,
    );
  }
  add<CommonFlags>(
    program,
    {
      name: 'cancel <id>',
      about: 'cancel a run: what it did is rolled back',
      examples: ['cancel my-run'],
      server: true,
      run: ([id = ''], flags) =>
        withSession(resolveSettings(flags), async (session) => {
          const run = await findRun(session, id);
          const { handle, description } = run;
          if (description.status.name !== 'RUNNING')
            throw usage(
              `the run "${id}" has ended (${recordOf(run).endState ?? description.status.name.toLowerCase()}): there is nothing to cancel.`,
            );
          await handle.cancel();
          const message = `Cancel requested: the run rolls back what it did. Follow it with "npx runbook watch ${id}".`;
          return { document: { id, accepted: true, message }, text: message };
        }),
    },
    deliver,
  );
}
