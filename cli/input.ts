import { readFileSync } from 'node:fs';
import type { RunbookDefinition } from '../runbooks/definition.ts';
import { inputProblems } from '../runbooks/input-problems.ts';
import { type CliFailure, messageOf, usage } from './failure.ts';

/** The JSON given on the command line, or the content of the file named after `@` (`@-` is stdin). */
export function readJson(flag: string, text: string): unknown {
  const file = text.startsWith('@') ? text.slice(1) : undefined;
  let json = text;
  if (file !== undefined) {
    try {
      json = readFileSync(file === '-' ? 0 : file, 'utf8');
    } catch (error) {
      throw usage(`${flag}: ${file} cannot be read (${messageOf(error)}).`);
    }
  }
  try {
    return JSON.parse(json);
  } catch (error) {
    const shape = `give an object in quotes, such as ${flag} '{"host":"host1"}', or a file as ${flag} @input.json`;
    throw usage(`${flag}: ${file ?? json} is not JSON (${messageOf(error)}); ${shape}.`);
  }
}

/** The JSON object given. @throws CliFailure (usage) */
export function readObject(flag: string, text: string): Record<string, unknown> {
  const value = readJson(flag, text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw usage(`${flag}: must be a JSON object, such as {"host":"host1"}; it is ${JSON.stringify(value)}.`);
  }
  return value as Record<string, unknown>;
}

/** Refuses an input before anything is sent: one sentence per problem, with field, what was wrong, what is allowed. */
export function validateInput(runbook: RunbookDefinition, input: Record<string, unknown>): void {
  const problems = inputProblems(runbook.input, input);
  if (problems.length > 0) throw wrongInput(runbook, problems);
}

/** How an input is refused, by its schema or by the inventory of the worker. */
export function wrongInput(
  runbook: RunbookDefinition,
  problems: readonly string[],
  fields: Readonly<Record<string, unknown>> = {},
): CliFailure {
  const example = `Example: ${JSON.stringify(runbook.example)}. See "npx runbook describe ${runbook.name}".`;
  return usage(
    `the input is not what ${runbook.name} takes.\n${problems.map((line) => `  ${line}`).join('\n')}\n  ${example}`,
    { problems, ...fields },
  );
}
