import type { Method, Service } from '../model/model.ts';
import { pathName } from '../model/names.ts';
import { ApiFault, containerError, notGiven, Unreadable } from '../wire/fault.ts';
import { readJson } from '../wire/json.ts';
import type { Format } from '../wire/negotiate.ts';
import type { Entity } from '../wire/values.ts';
import { readXml } from '../wire/xml.ts';
import type { Route } from './route.ts';

/** The type of a method's body: an action, or the entity that the method is about. */
function bodyType(route: Route, method: Method): string {
  if (route.action) return 'action';
  const [type] = Object.values(method.parameters).filter((one) => !['boolean', 'integer', 'string'].includes(one));
  return type ?? 'action';
}

const seeDocumentation = (origin: string, service: Service, method: string): string =>
  `For correct usage, see: ${origin}/ovirt-engine/apidoc#services/${service.name}/methods/${method}`;

export interface BodySource {
  readonly route: Route;
  readonly method: string;
  readonly format: Format;
  readonly source: string;
  readonly origin: string;
  readonly path: string;
}

/** Reads the body of an `add`, an `update` or an action against the API's model. */
export function readBody(from: BodySource): Entity {
  const { route, method, format, source } = from;
  const declared = route.service.methods.find((one) => one.name === method);
  const type = declared ? bodyType(route, declared) : 'action';
  if (format === 'json' && source.trim() === '') {
    if (route.action) {
      throw containerError(
        `/${from.path}`,
        '',
        `java.lang.NullPointerException at ${pathName(route.service.name)}.${method}`,
      );
    }
    throw notGiven(`Parameter '${type}' is mandatory but was not provided.`);
  }
  try {
    return format === 'json' ? readJson(type, source) : readXml(type, source);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    if (error.detail !== undefined) throw new ApiFault(400, 'Invalid value', error.detail, true);
    throw new ApiFault(
      400,
      'Request syntactically incorrect.',
      seeDocumentation(from.origin, route.service, method),
      true,
    );
  }
}
