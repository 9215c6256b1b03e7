import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { RunbookDefinition } from '../runbooks/definition.ts';
import { messageOf, usage } from './failure.ts';
import { didYouMean } from './nearest.ts';

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
  const parsed = runbook.input.safeParse(input);
  if (parsed.success) return;
  const schema = z.toJSONSchema(runbook.input, { io: 'input' });
  const problems = parsed.error.issues.flatMap((issue) => sentences(issue, input, schema));
  const example = `Example: ${JSON.stringify(runbook.example)}. See "npx runbook describe ${runbook.name}".`;
  throw usage(
    `the input is not what ${runbook.name} takes.\n${problems.map((line) => `  ${line}`).join('\n')}\n  ${example}`,
    { problems },
  );
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

function sentences(issue: z.core.$ZodIssue, input: unknown, schema: JsonSchema): readonly string[] {
  const field = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(at(schema, issue.path)?.properties ?? {});
    return issue.keys.map(
      (key) => `${field ? `${field}.` : ''}${key}: unknown field.${didYouMean(key, known)} Known: ${known.join(', ')}.`,
    );
  }
  const value = issue.path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
  if (value === undefined && issue.code === 'invalid_type') {
    const about = at(schema, issue.path)?.description;
    return [`${field}: is missing${about ? ` (${about})` : ''}.`];
  }
  const given = value === undefined || typeof value === 'object' ? '' : `; it is ${JSON.stringify(value)}`;
  return [`${field || 'input'}: ${words(issue)}${given}.`];
}

/** Zod's finding as what is allowed. */
function words(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      return issue.origin === 'string' && issue.minimum === 1
        ? 'must not be empty'
        : `must be at least ${issue.minimum}${unit(issue.origin)}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${unit(issue.origin)}`;
    case 'invalid_type': {
      const kind = issue.expected === 'int' ? 'whole number' : issue.expected;
      return `must be ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`;
    }
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

const unit = (origin: string): string => (origin === 'string' ? ' characters' : '');

function at(schema: JsonSchema, path: readonly PropertyKey[]): JsonSchema | undefined {
  return path.reduce<JsonSchema | undefined>((inner, key) => {
    const next = inner?.properties?.[String(key)];
    return typeof next === 'object' ? next : undefined;
  }, schema);
}
