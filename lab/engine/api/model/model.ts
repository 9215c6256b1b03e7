/**
 * The vocabulary of the API: oVirt's own description of its types and services (ovirt-engine-api-model 4.3.21,
 * Apache-2.0, one JSON object per line, documentation left out; with what came in later engines of 4.3: the upgrade of
 * clusters, the phases of image transfers, the time-out of a host's upgrade), and the ways in which its names are written.
 */
import { readFileSync } from 'node:fs';

export interface StructType {
  readonly kind: 'struct';
  readonly name: string;
  /** Attribute to type; `x[]` is a list. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Attributes that are other entities, given by reference. */
  readonly links: Readonly<Record<string, string>>;
}
export interface EnumType {
  readonly kind: 'enum';
  readonly name: string;
  readonly values: readonly string[];
}
export interface PrimitiveType {
  readonly kind: 'primitive';
  readonly name: string;
}
export type ModelType = StructType | EnumType | PrimitiveType;

export interface Method {
  readonly name: string;
  /** What it takes, by name. */
  readonly parameters: Readonly<Record<string, string>>;
}
export interface Locator {
  readonly name: string;
  readonly service: string;
  /** Present when the path segment is a value instead of the locator's name. */
  readonly parameters?: readonly string[];
}
export interface Service {
  readonly kind: 'service';
  readonly name: string;
  readonly methods: readonly Method[];
  readonly locators: readonly Locator[];
}

interface Model {
  readonly types: ReadonlyMap<string, ModelType>;
  readonly services: ReadonlyMap<string, Service>;
}

let loaded: Model | undefined;

function model(): Model {
  if (loaded) return loaded;
  const types = new Map<string, ModelType>();
  const services = new Map<string, Service>();
  const text = readFileSync(new URL('./model-4.3.21.ndjson', import.meta.url), 'utf8');
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const one = JSON.parse(line) as
      | (Omit<StructType, 'links'> & Partial<StructType>)
      | EnumType
      | PrimitiveType
      | Service;
    if (one.kind === 'service') services.set(one.name, one);
    else if (one.kind === 'struct')
      types.set(one.name, { ...one, attributes: one.attributes ?? {}, links: one.links ?? {} });
    else types.set(one.name, one);
  }
  loaded = { types, services };
  return loaded;
}

export function typeNamed(name: string): ModelType {
  const found = model().types.get(name);
  if (!found) throw new Error(`the API's model has no type ${name}`);
  return found;
}

export function structNamed(name: string): StructType {
  const found = typeNamed(name);
  if (found.kind !== 'struct') throw new Error(`${name} is no struct`);
  return found;
}

export function serviceNamed(name: string): Service {
  const found = model().services.get(name);
  if (!found) throw new Error(`the API's model has no service ${name}`);
  return found;
}

/** The type of a struct's attribute or link; undefined when it has none of that name. */
export function attributeType(struct: StructType, name: string): string | undefined {
  return struct.attributes[name] ?? struct.links[name];
}

const plain = new Set(['get', 'list', 'add', 'update', 'remove']);

/** The methods of a service that are called by POST on a path of their own. */
export function actionsOf(service: Service): readonly Method[] {
  return service.methods.filter((method) => !plain.has(method.name));
}
