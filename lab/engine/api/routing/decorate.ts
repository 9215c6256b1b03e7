import type { StructType } from '../model/model.ts';
import { actionsOf, attributeType, serviceNamed, structNamed, typeNamed } from '../model/model.ts';
import { pathName, plural } from '../model/names.ts';
import type { Entity, Link, Value } from '../wire/values.ts';
import { isEntity, isList } from '../wire/values.ts';
import type { Resource } from './call.ts';
import { collectionPath } from './route.ts';

/** Services whose members are shown without links and actions. */
const bare = new Set(['cluster_level', 'disk_attachment', 'event', 'system']);

/** References get the path of what they refer to, where it is a collection at the root. */
function referred(type: string, value: Entity, base: string): Entity {
  const collection = value.id === undefined || value.href !== undefined ? undefined : collectionPath(plural(type));
  const inner = withReferences(structNamed(type), value, base);
  return collection === undefined ? inner : { ...inner, href: `${base}${collection}/${String(value.id)}` };
}

/** Gives every reference within an entity the address of what it refers to. */
export function withReferences(struct: StructType, entity: Entity, base: string): Entity {
  const out: Record<string, Value | undefined> = {};
  for (const [name, value] of Object.entries(entity)) {
    const type = attributeType(struct, name)?.replace('[]', '');
    const deep = type !== undefined && typeNamed(type).kind === 'struct';
    if (deep && isEntity(value)) out[name] = referred(type, value, base);
    else if (deep && isList(value)) {
      out[name] = value.map((one) => (isEntity(one) ? referred(type, one, base) : one));
    } else out[name] = value;
  }
  return out;
}

/** The entity as it is written: with its own address, what hangs below it, what can be done with it. */
export function decorate(resource: Resource, base: string): Entity {
  const { type, path } = resource;
  const { plain } = resource;
  const kept = plain === undefined ? {} : { [plain]: resource.entity[plain] };
  const entity = { ...withReferences(structNamed(type), resource.entity, base), ...kept };
  const own = { ...entity, href: `${base}${path}`, id: path.split('/').at(-1) ?? '' };
  if (bare.has(resource.service)) return own;
  const service = serviceNamed(resource.service);
  const to = (rel: string): Link => ({ href: `${base}${path}/${rel}`, rel });
  const link = (resource.linkless ? [] : service.locators)
    .filter((locator) => !locator.parameters && entity[locator.name] === undefined)
    .map((locator) => to(pathName(locator.name)));
  const actions = actionsOf(service).map((action) => to(pathName(action.name)));
  return {
    ...own,
    ...(link.length > 0 ? { link: link as unknown as Value } : {}),
    ...(actions.length > 0 ? { actions: actions as unknown as Value } : {}),
  };
}
