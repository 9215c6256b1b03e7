/**
 * From a path to what answers it: the model's tree of services, the table of what the lab has behind them, the form of
 * an answer. This file: walking a path through the services.
 */
import type { Method, Service } from '../model/model.ts';
import { actionsOf, serviceNamed } from '../model/model.ts';
import { pathName } from '../model/names.ts';

export interface Route {
  readonly service: Service;
  /** The segments below the API's root, for services that hang below several kinds of entity. */
  readonly path: readonly string[];
  /** Values of the path's parameters, in order. */
  readonly ids: readonly string[];
  /** The action that the last segment names. */
  readonly action?: Method;
}

/** Where a path of the API leads; undefined when the API has no such path. */
export function findRoute(segments: readonly string[]): Route | undefined {
  let service = serviceNamed('system');
  const ids: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const named = service.locators.find((one) => !one.parameters && pathName(one.name) === segment);
    const action = actionsOf(service).find((one) => pathName(one.name) === segment);
    const member = service.locators.find((one) => one.parameters);
    if (named) service = serviceNamed(named.service);
    else if (action && index === segments.length - 1) return { service, path: segments, ids, action };
    else if (member) {
      ids.push(segment);
      service = serviceNamed(member.service);
    } else return undefined;
  }
  return { service, path: segments, ids };
}

/** The method that an HTTP verb asks for on a route; undefined when the service has no such method. */
export function methodFor(route: Route, verb: string): string | undefined {
  const has = (name: string): string | undefined =>
    route.service.methods.some((method) => method.name === name) ? name : undefined;
  if (route.action) return verb === 'POST' ? route.action.name : undefined;
  switch (verb) {
    case 'GET':
    case 'HEAD':
      return has('list') ?? has('get');
    case 'POST':
      return has('add');
    case 'PUT':
      return has('update');
    case 'DELETE':
      return has('remove');
    default:
      return undefined;
  }
}

/** The verbs of a path, as `Allow` lists them. */
export function allowed(route: Route): string {
  const verbs = ['HEAD', 'POST', 'GET', 'PUT', 'DELETE'].filter((verb) => methodFor(route, verb) !== undefined);
  return [...verbs, 'OPTIONS'].join(', ');
}

/** The collection at the API's root that holds entities of a type: `/storagedomains`. */
export function collectionPath(typePlural: string): string | undefined {
  const locator = serviceNamed('system').locators.find((one) => one.name === typePlural);
  return locator && `/${pathName(locator.name)}`;
}
