/** Turns what zod found into sentences: where, what is wrong, what is allowed. */
import type * as z from 'zod';
import { nearest } from './nearest.ts';
import type { Path, Problem } from './problem.ts';
import { allowedKeys, descriptionOf, isSecretField } from './schema-lookup.ts';
import type { YamlSource } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;

export function explain(issues: readonly Issue[], source: YamlSource): Problem[] {
  return issues.flatMap((issue) => explainOne(issue, [], source));
}

/** `hosts[0].ssh.port`, the way the documentation writes it. */
export function fieldPath(path: Path): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('');
}

export function problemAt(source: YamlSource, path: Path, what: string): Problem {
  const field = fieldPath(path);
  return { line: source.line(path), path: field, sentence: `${field === '' ? 'the inventory' : field} ${what}.` };
}

function explainOne(issue: Issue, parent: Path, source: YamlSource): Problem[] {
  const path = [...parent, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => problemAt(source, [...path, key], unknownKey(key, allowedKeys(path))));
  }
  if (issue.code === 'invalid_union') {
    const branch = intendedBranch(issue.errors);
    if (branch !== undefined) return branch.flatMap((inner) => explainOne(inner, path, source));
  }
  return [problemAt(source, path, wording(issue, path, source))];
}

/** Of several allowed shapes the one that the value nearly has, when there is a single such one. */
function intendedBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const rightKind = branches.filter(
    (issues) => !issues.some((issue) => issue.path.length === 0 && issue.code !== 'unrecognized_keys'),
  );
  const [best, next] = rightKind.sort((a, b) => a.length - b.length);
  return next === undefined || (best?.length ?? 0) < next.length ? best : undefined;
}

function unknownKey(key: string, allowed: readonly string[]): string {
  const near = nearest(key, allowed);
  const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
  return `is not a known field${hint}; allowed here: ${allowed.join(', ')}`;
}

function wording(issue: Issue, path: Path, source: YamlSource): string {
  const value = source.value(path);
  const ours = /^(must|may) /.test(issue.message) ? issue.message : undefined;
  if (value === undefined) return `is missing${ours === undefined ? purposeOf(path) : `; it ${ours}`}`;
  if (value === null) return `is empty${ours === undefined ? purposeOf(path) : `; it ${ours}`}`;
  if (issue.code === 'invalid_type' && issue.expected === 'string' && typeof value === 'number') {
    return `is read as a number; put it in quotes: "${source.written(path) ?? value}"`;
  }
  return `${shown(value, path)}${ours ?? allowed(issue, value)}`;
}

function allowed(issue: Issue, value: unknown): string {
  if (issue.code === 'invalid_value') {
    const names = issue.values.map(String);
    const near = typeof value === 'string' ? nearest(value, names) : undefined;
    return `must be one of ${names.join(', ')}${near === undefined ? '' : ` (did you mean ${near}?)`}`;
  }
  if (issue.code === 'invalid_type') return `must be ${KINDS[issue.expected] ?? issue.expected}`;
  return issue.message;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of fields',
};

/** The value, unless it may be a secret that somebody wrote where its reference belongs. */
function shown(value: unknown, path: Path): string {
  if (typeof value === 'object' || isSecretField(path)) return '';
  return `is ${JSON.stringify(value)}, but `;
}

function purposeOf(path: Path): string {
  const description = descriptionOf(path);
  return description === undefined ? '' : `: ${description.replace(/\.$/, '')}`;
}
