/** Changes one field in the text of an inventory: comments, order and layout of the rest stay as they are, to the byte. */
import { isDeepStrictEqual } from 'node:util';
import { type Document, isCollection, isMap, isScalar, type Node, parseDocument, stringify, type YAMLMap } from 'yaml';
import { OperatorError } from '../failures/operator-error.ts';
import type { Path } from './problem.ts';
import { fieldPath } from './problems.ts';

/**
 * The text with the field set; a new one stands last in its mapping.
 * @throws InvalidInventory when that cannot be done without changing anything else, such as behind an alias
 */
export function setField(text: string, path: Path, value: unknown): string {
  const parent = parseDocument(text).getIn([...path.slice(0, -1)], true);
  const edited = isMap(parent) ? splice(text, parent, String(path.at(-1)), written(value)) : undefined;
  if (edited !== undefined && changesOnly(text, edited, path, value)) return edited;
  throw new OperatorError(
    'InvalidInventory',
    `Cannot set ${fieldPath(path)} without changing other lines, because ${fieldPath(path.slice(0, -1))} is shared or written in an unusual way: write it by hand as ${String(path.at(-1))}: ${written(value)}.`,
  );
}

/** On one line, texts in double quotes, so that it fits into any mapping. */
function written(value: unknown): string {
  return stringify(value, {
    collectionStyle: 'flow',
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
    lineWidth: 0,
  }).trimEnd();
}

function splice(text: string, map: YAMLMap, key: string, value: string): string | undefined {
  const present = map.items.find((item) => isScalar(item.key) && item.key.value === key);
  if (present !== undefined) {
    const [start, end] = rangeOf(present.value) ?? [];
    if (start === undefined || end === undefined) return undefined;
    const blank = text[start - 1] === ':' ? ' ' : '';
    const rest = text.slice(end);
    return `${text.slice(0, start)}${blank}${value}${text[end - 1] === '\n' ? lineBreak(text) : ''}${rest}`;
  }
  const last = map.items.at(-1);
  const end = rangeOf(lastLeaf(last?.value) ?? last?.key)?.[1];
  const first = rangeOf(map.items[0]?.key)?.[0];
  if (end === undefined || first === undefined) return undefined;
  if (map.flow) return `${text.slice(0, end)}, ${key}: ${value}${text.slice(end)}`;
  const indent = ' '.repeat(first - (text.lastIndexOf('\n', first - 1) + 1));
  return insertLine(text, end, `${indent}${key}: ${value}`);
}

/** Behind the line in which `offset` stands, with the comment at its end. */
function insertLine(text: string, offset: number, line: string): string {
  const lineEnd = text[offset - 1] === '\n' ? offset - 1 : text.indexOf('\n', offset);
  const br = lineBreak(text);
  if (lineEnd === -1) return `${text}${br}${line}${br}`;
  return `${text.slice(0, lineEnd + 1)}${line}${br}${text.slice(lineEnd + 1)}`;
}

/** A block mapping ends where its last value ends. */
function lastLeaf(value: unknown): unknown {
  if (!isCollection(value) || value.flow || value.items.length === 0) return value ?? undefined;
  const last: unknown = value.items.at(-1);
  return lastLeaf(isPair(last) ? last.value : last);
}

function isPair(item: unknown): item is { value: unknown } {
  return typeof item === 'object' && item !== null && 'key' in item;
}

function rangeOf(node: unknown): Document['range'] | undefined {
  return (node as Node | undefined | null)?.range ?? undefined;
}

function lineBreak(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** Proves the edit: read as data, before and after differ in the one field. */
function changesOnly(before: string, after: string, path: Path, value: unknown): boolean {
  const document = parseDocument(after);
  if (document.errors.length > 0) return false;
  const wished = unshared(parseDocument(before));
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], wished);
  (parent as Record<PropertyKey, unknown>)[path.at(-1) ?? ''] = value;
  return isDeepStrictEqual(unshared(document), wished);
}

/** What stands behind several aliases is one object in memory; here each gets its own. */
function unshared(document: Document): unknown {
  return JSON.parse(JSON.stringify(document.toJS()));
}
