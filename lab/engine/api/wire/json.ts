import { attributeType, structNamed, typeNamed } from '../model/model.ts';
import { className, elementName, modelName, rootName, wireName } from '../model/names.ts';
import { line, Unreadable } from './fault.ts';
import { arranged, checkWord, shapeOf } from './layout.ts';
import type { Entity, Link, Value } from './values.ts';
import { BadValue, isEntity, isList, scalarOf } from './values.ts';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** Whole numbers and booleans are written as strings, dates and decimals as numbers. */
function jsonScalar(type: string, value: string | number | boolean): Json {
  checkWord(type, value);
  return type === 'date' || type === 'decimal' ? value : String(value);
}

function jsonValue(type: string, value: Value): Json {
  if (isEntity(value)) return jsonEntity(type, value);
  if (isList(value)) throw new Error(`a list of ${type} where one is expected`);
  return jsonScalar(type, value);
}

const jsonLinks = (links: readonly Link[]): Json[] => links.map(({ href, rel }) => ({ href, rel }));

function jsonEntity(type: string, entity: Entity): Json {
  const { head, body } = arranged(type, entity);
  const out: { [name: string]: Json } = {};
  for (const name of body) {
    const value = entity[name];
    if (value === undefined) continue;
    const shape = shapeOf(type, name);
    out[wireName(name)] = isList(value)
      ? value.length === 0
        ? {}
        : { [elementName(name, shape.type)]: value.map((one) => jsonValue(shape.type, one)) }
      : jsonValue(shape.type, value);
  }
  const actions = entity.actions as readonly Link[] | undefined;
  if (actions) out.actions = { link: jsonLinks(actions) };
  for (const name of head) out[name] = String(entity[name]);
  const links = entity.link as readonly Link[] | undefined;
  if (links) out.link = jsonLinks(links);
  if (entity.href !== undefined) out.href = String(entity.href);
  if (entity.id !== undefined) out.id = String(entity.id);
  return out;
}

/** Indented as the engine does it: a blank on both sides of the colon, lists opened on the line of their name. */
function print(value: Json, indent: string): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? '[ ]' : `[ ${value.map((one) => print(one, indent)).join(', ')} ]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const names = Object.keys(value);
  if (names.length === 0) return '{ }';
  const inner = `${indent}  `;
  const lines = names.map((name) => `${inner}${JSON.stringify(name)} : ${print(value[name] ?? null, inner)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

export const writeJson = (type: string, entity: Entity): string => print(jsonEntity(type, entity), '');

export const writeJsonList = (type: string, entities: readonly Entity[]): string =>
  print(entities.length === 0 ? {} : { [rootName(type)]: entities.map((one) => jsonEntity(type, one)) }, '');

function readScalar(type: string, json: Json): Value {
  if (typeof json === 'object') throw new Unreadable();
  const known = typeNamed(type);
  try {
    return scalarOf(
      known.kind === 'enum' ? 'enum' : known.name,
      String(json),
      known.kind === 'enum' ? known.values : [],
    );
  } catch (error) {
    if (error instanceof BadValue) throw new Unreadable();
    throw error;
  }
}

function readList(attribute: string, type: string, json: Json): Value {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Unreadable();
  const element = elementName(attribute, type);
  const items = json[element] ?? [];
  if (!Array.isArray(items)) throw new Unreadable();
  return items.map((one) => readValue(type, one));
}

const readValue = (type: string, json: Json): Value =>
  typeNamed(type).kind === 'struct' ? readEntity(type, json) : readScalar(type, json);

const known = new Set(['id', 'href', 'name', 'description', 'comment']);

function readEntity(type: string, json: Json): Entity {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Unreadable();
  const struct = structNamed(type);
  const out: Record<string, Value> = {};
  for (const [element, value] of Object.entries(json)) {
    const name = modelName(element);
    if (name === 'link' || name === 'actions' || value === null) continue;
    const declared = attributeType(struct, name);
    if (declared === undefined && !known.has(name)) {
      throw line(
        400,
        `Unrecognized field &quot;${element}&quot; (class org.ovirt.engine.api.model.${className(type)}), not marked as ignorable`,
      );
    }
    out[name] = declared?.endsWith('[]')
      ? readList(name, declared.slice(0, -2), value)
      : readValue(declared ?? 'string', value);
  }
  return out;
}

/** Reads a body of a known type, refusing what the type does not have. */
export function readJson(type: string, source: string): Entity {
  let json: Json;
  try {
    json = JSON.parse(source) as Json;
  } catch {
    throw new Unreadable();
  }
  return readEntity(type, json);
}
