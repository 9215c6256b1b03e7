/** Documents in memory: attributes by their names in the model, lists as arrays, dates as milliseconds. */
export type Value = string | number | boolean | Entity | readonly Value[];
export interface Entity {
  readonly [name: string]: Value | undefined;
}

/** A rendered link: `link` of an entity and of its actions. */
export interface Link {
  readonly href: string;
  readonly rel: string;
}

export const isEntity = (value: Value | undefined): value is Entity =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);

/** Why a text is no value of a primitive type. */
export class BadValue extends Error {}

/** Booleans as documents may carry them: words in any case, 0 and 1. */
function toBoolean(text: string): boolean {
  if (/^(true|1)$/i.test(text)) return true;
  if (/^(false|0)$/i.test(text)) return false;
  throw new BadValue(`Value "${text}" isn't a valid boolean, it should be "true" , "false", "0" or "1"`);
}

function toNumber(text: string, whole: boolean): number {
  const pattern = whole ? /^[+-]?\d+$/ : /^[+-]?\d+(\.\d+)?$/;
  if (!pattern.test(text.trim())) throw new BadValue('');
  return Number(text);
}

function toDate(text: string): number {
  const at = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(at)) throw new BadValue('');
  return at;
}

/** One value from its text; enumerated words count in any case. */
export function scalarOf(kind: string, text: string, words: readonly string[]): Value {
  switch (kind) {
    case 'enum': {
      const word = text.toLowerCase();
      if (!words.includes(word)) throw new BadValue(text);
      return word;
    }
    case 'boolean':
      return toBoolean(text);
    case 'integer':
    case 'decimal':
      return toNumber(text, kind === 'integer');
    case 'date':
      return toDate(text);
    default:
      return text;
  }
}

export function text(entity: Entity | undefined, name: string): string | undefined {
  const value = entity?.[name];
  return typeof value === 'string' ? value : undefined;
}

export function part(entity: Entity | undefined, name: string): Entity | undefined {
  const value = entity?.[name];
  return isEntity(value) ? value : undefined;
}

export function flag(entity: Entity | undefined, name: string): boolean | undefined {
  const value = entity?.[name];
  return typeof value === 'boolean' ? value : undefined;
}

export function number(entity: Entity | undefined, name: string): number | undefined {
  const value = entity?.[name];
  return typeof value === 'number' ? value : undefined;
}

/** An update as the engine understands it: what is given takes the place of what was there, the rest stays. */
export function merged(entity: Entity, changes: Entity): Entity {
  const out: Record<string, Value | undefined> = { ...entity };
  for (const [name, value] of Object.entries(changes)) {
    const before = out[name];
    out[name] = isEntity(value) && isEntity(before) ? merged(before, value) : value;
  }
  return out;
}
