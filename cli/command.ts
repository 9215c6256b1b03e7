import type { Command } from 'commander';
import type { Answer } from './output.ts';

/** What a command does, and what people see of it in `--help`. */
export interface CommandSpec<Flags> {
  /** With its arguments, as commander takes it: `status <id>`. */
  readonly name: string;
  readonly about: string;
  /** What its group does when nothing else is named. */
  readonly isDefault?: boolean;
  readonly examples: readonly string[];
  /** Whether it talks to Temporal: adds `--address` and `--namespace`. */
  readonly server?: boolean;
  /** Adds the command's own options. */
  readonly options?: (command: Command) => Command;
  readonly run: (args: readonly string[], flags: Flags) => Promise<Answer>;
}

/** Hands a command's answer to whoever prints it. */
export type Deliver = (answer: Answer) => void;

/** Adds a command to the program; its answer is delivered, never printed here. */
export function add<Flags>(program: Command, spec: CommandSpec<Flags>, deliver: Deliver): void {
  const command = program.command(spec.name, { isDefault: spec.isDefault === true }).description(spec.about);
  spec.options?.(command);
  if (spec.server) {
    command.option(
      '--address <host:port>',
      'Temporal (default: TEMPORAL_ADDRESS, the stack that is up, localhost:7233)',
    );
    command.option(
      '--namespace <name>',
      'Temporal namespace (default: TEMPORAL_NAMESPACE, the stack that is up, default)',
    );
  }
  command.option('--json', 'answer with one JSON document on stdout');
  command.addHelpText('after', ['', 'Examples:', ...spec.examples.map((line) => `  npx runbook ${line}`)].join('\n'));
  command.action(async (...given: unknown[]) => {
    const self = given.at(-1) as Command;
    deliver(await spec.run(self.args, self.opts() as Flags));
  });
}
