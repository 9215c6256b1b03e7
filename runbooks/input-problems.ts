/** Says in sentences what is wrong with an input or an answer: which field, what it is, what is allowed. */
import * as z from 'zod';
import { didYouMean } from '../inventory/nearest.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** One sentence for each problem that the schema has with `value`; none where it takes it. */
export function inputProblems(schema: z.ZodType, value: unknown): readonly string[] {
  const parsed = schema.safeParse(value);
  if (parsed.success) return [];
  const shape = z.toJSONSchema(schema, { io: 'input' });
  return parsed.error.issues.flatMap((issue) => sentences(issue, value, shape));
}

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
  if (value === undefined && issue.code === 'invalid_value') return [`${field}: is missing; ${words(issue)}.`];
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
