/**
 * cli/ is the `runbook` command: it starts runs, shows them, carries people's decisions to them.
 * commands/ holds what can be typed, runs/ what is known about a run, stack/ the processes on this machine.
 */
import { Command, CommanderError } from 'commander';
import { didYouMean } from '../inventory/nearest.ts';
import packageFile from '../package.json' with { type: 'json' };
import { addCatalogue } from './commands/catalogue.ts';
import { addConsole } from './commands/console.ts';
import { addDecisions } from './commands/decisions.ts';
import { addDoctor } from './commands/doctor.ts';
import { addInventory } from './commands/inventory.ts';
import { addLocks } from './commands/locks.ts';
import { addRuns } from './commands/runs.ts';
import { addSchedules } from './commands/schedule.ts';
import { addStack } from './commands/stack.ts';
import { addStart } from './commands/start.ts';
import { EXIT, type ExitCode, usage } from './failure.ts';
import { type Answer, outliveClosedPipes, printAnswer, printFailure } from './output.ts';

function build(deliver: (answer: Answer) => void): Command {
  const program = new Command('runbook')
    .description('Durable runbooks for oVirt datacentres, on Temporal')
    .usage('<command> [options]')
    .version(packageFile.version, '--version', 'show the version')
    .helpCommand(false)
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .addHelpText(
      'after',
      `
Exit codes: 0 ok, 1 the run did not succeed, its preflight refuses or doctor found
something, 2 bad usage or refused, 3 nothing reachable or no worker, 4 waiting for a person.

First steps:
  npx runbook up --lab --detach
  npx runbook plan deployHostedEngine --input '{"host":"host1"}'
  npx runbook start deployHostedEngine --input '{"host":"host1"}' --wait`,
    );
  // Commands made afterwards inherit exitOverride and configureOutput.
  addStack(program, deliver);
  addCatalogue(program, deliver);
  addStart(program, deliver);
  addRuns(program, deliver);
  addDecisions(program, deliver);
  addSchedules(program, deliver);
  addLocks(program, deliver);
  addConsole(program, deliver);
  addInventory(program, deliver);
  addDoctor(program, deliver);
  return program;
}

/** Commander's words for bad usage, as one sentence with the next move. */
function usageFailure(error: CommanderError, program: Command, argv: readonly string[]): Error {
  const { command, path } = typedCommand(program, argv.slice(2));
  const help = `See "npx runbook ${[...path, ''].join(' ')}--help".`;
  const words = error.message.replace(/^error: /, '').replace(/\.?$/, '');
  const commands = command.commands.map((candidate) => candidate.name());
  if (error.code === 'commander.help') {
    return usage(`${path.join(' ')} needs one of ${commands.join(', ')}. ${help}`, { known: commands });
  }
  const unknown = /^unknown (option|command) '([^']+)'/.exec(words);
  if (unknown === null) return usage(`${words}. ${help}`);
  const [, kind, name = ''] = unknown;
  const known = kind === 'command' ? commands : command.options.flatMap(({ long }) => (long ? [long] : []));
  return usage(`unknown ${kind} ${name}.${didYouMean(name, known)} ${help}`, { known });
}

/** The command of these words, groups included: `schedule create`. */
function typedCommand(program: Command, words: readonly string[]): { command: Command; path: readonly string[] } {
  const path: string[] = [];
  let command = program;
  for (const word of words.filter((candidate) => !candidate.startsWith('-'))) {
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next === undefined) break;
    path.push(word);
    command = next;
  }
  return { command, path };
}

/** Runs one command and leaves its exit code in `process.exitCode`. */
export async function main(argv: readonly string[]): Promise<void> {
  outliveClosedPipes();
  const json = argv.includes('--json');
  let answer: Answer | undefined;
  const program = build((given) => {
    answer = given;
  });
  process.exitCode = await run(program, argv, json, () => answer);
}

async function run(
  program: Command,
  argv: readonly string[],
  json: boolean,
  answer: () => Answer | undefined,
): Promise<ExitCode> {
  try {
    if (argv.length <= 2)
      throw usage('no command given. See "npx runbook --help".', {
        known: program.commands.map((command) => command.name()),
      });
    await program.parseAsync(argv);
    const given = answer();
    return given === undefined ? EXIT.ok : await printAnswer(given, json);
  } catch (error) {
    if (!(error instanceof CommanderError)) return printFailure(error, json);
    return error.exitCode === 0 ? EXIT.ok : printFailure(usageFailure(error, program, argv), json);
  }
}
