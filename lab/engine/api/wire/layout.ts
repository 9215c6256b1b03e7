import { attributeType, structNamed, typeNamed } from '../model/model.ts';
import type { Entity, Value } from './values.ts';

/** Names that stand in fixed places of every document, whatever the type. */
const first = ['name', 'description', 'comment'] as const;

/** The attributes of an entity in the order of the engine's documents: plain ones by name, then references by name. */
export function arranged(type: string, entity: Entity): { head: string[]; body: string[] } {
  const struct = structNamed(type);
  const given = Object.keys(entity).filter((name) => entity[name] !== undefined && !['id', 'href'].includes(name));
  const special = new Set<string>([...first, 'link', 'actions']);
  const unknown = given.find((name) => !special.has(name) && attributeType(struct, name) === undefined);
  if (unknown !== undefined) throw new Error(`${type} has no attribute ${unknown} in the API's model`);
  const rest = given.filter((name) => !special.has(name));
  const isReference = (name: string): boolean => struct.links[name]?.endsWith('[]') === false;
  return {
    head: first.filter((name) => given.includes(name)),
    body: [...rest.filter((n) => !isReference(n)).sort(), ...rest.filter(isReference).sort()],
  };
}

export interface Shape {
  readonly type: string;
  readonly list: boolean;
}

export function shapeOf(struct: string, attribute: string): Shape {
  const type = attributeType(structNamed(struct), attribute) ?? 'string';
  return type.endsWith('[]') ? { type: type.slice(0, -2), list: true } : { type, list: false };
}

/** A word that the API does not have would be read by nobody: the lab's own mistake. */
export function checkWord(type: string, value: string | number | boolean): void {
  const known = typeNamed(type);
  if (known.kind === 'enum' && !known.values.includes(String(value))) throw new Error(`${type} has no value ${value}`);
}

/** Scalars as text; undefined for an entity. */
export function scalarText(type: string, value: Value, date: (at: number) => string): string | undefined {
  if (typeof value === 'object') return undefined;
  checkWord(type, value);
  if (typeof value === 'number' && typeNamed(type).name === 'date') return date(value);
  return String(value);
}
