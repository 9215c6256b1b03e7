import { serviceNamed, structNamed } from '../model/model.ts';
import { pathName, plural } from '../model/names.ts';
import { notModelled } from '../wire/fault.ts';
import type { Entity, Value } from '../wire/values.ts';
import { isEntity } from '../wire/values.ts';
import type { Call, Resource } from './call.ts';
import { handlerFor } from './handlers.ts';
import { collectionPath, findRoute } from './route.ts';

/** Something to follow is not there: in the engine nobody catches that. */
export class CannotFollow extends Error {}

async function fetch(call: Call, path: string, method: 'get' | 'list'): Promise<readonly Resource[]> {
  const route = findRoute(path.split('/').slice(1));
  const handler = route && handlerFor(route.service.name, method);
  if (!route || !handler) throw notModelled(`following ${path}`);
  const reply = await handler({ ...call, route, query: new URLSearchParams() });
  if (reply.kind === 'one') return [reply.resource];
  return reply.kind === 'many' ? reply.resources : [];
}

/** Puts what a link refers to into the entity in its place, and follows on from there. */
async function followOne(call: Call, resource: Resource, steps: readonly string[]): Promise<Resource> {
  const [name, ...rest] = steps;
  if (name === undefined) return resource;
  const struct = structNamed(resource.type);
  const type = struct.links[name];
  const locator = serviceNamed(resource.service).locators.find((one) => !one.parameters && pathName(one.name) === name);
  // A segment of a path instead of an attribute's name finds nothing, and says so with an empty list.
  if (type === undefined && locator) return { ...resource, entity: { ...resource.entity, [locator.name]: [] } };
  if (type === undefined) throw new CannotFollow(`no attribute ${name}`);
  const present: Value | undefined = resource.entity[name];
  if (type.endsWith('[]')) {
    const found = await fetch(call, `${resource.path}/${pathName(name)}`, 'list');
    return inlined(call, resource, name, found, rest, true);
  }
  const id = isEntity(present) ? present.id : undefined;
  const collection = collectionPath(plural(type));
  if (id === undefined || collection === undefined) throw new CannotFollow(`${name} is not set`);
  return inlined(call, resource, name, await fetch(call, `${collection}/${String(id)}`, 'get'), rest, false);
}

async function inlined(
  call: Call,
  resource: Resource,
  name: string,
  found: readonly Resource[],
  rest: readonly string[],
  list: boolean,
): Promise<Resource> {
  const entities: Entity[] = [];
  for (const one of found) {
    const followed = await followOne(call, one, rest);
    const id = followed.path.split('/').at(-1) ?? '';
    entities.push({ ...followed.entity, id });
  }
  const [first] = entities;
  return { ...resource, entity: { ...resource.entity, [name]: list ? entities : (first ?? {}) } };
}

/** Applies `follow=a,b.c` to what a read gives. */
export async function follow(call: Call, resources: readonly Resource[]): Promise<readonly Resource[]> {
  const paths = (call.query.get('follow') ?? '').split(',').filter((path) => path.trim() !== '');
  let out = [...resources];
  for (const path of paths) {
    out = await Promise.all(out.map((resource) => followOne(call, resource, path.trim().split('.'))));
  }
  return out;
}
