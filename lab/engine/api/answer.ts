import type { Page } from '../pages.ts';
import type { Call, Reply } from './routing/call.ts';
import { decorate } from './routing/decorate.ts';
import { follow } from './routing/follow.ts';
import type { ApiFault } from './wire/fault.ts';
import { writeJson, writeJsonList } from './wire/json.ts';
import type { Format } from './wire/negotiate.ts';
import { contentType } from './wire/negotiate.ts';
import type { Entity } from './wire/values.ts';
import { writeXml, writeXmlList } from './wire/xml.ts';

/** Never given back, not even inside the action that brought them. */
const secret = new Set(['root_password', 'password', 'ticket']);

export function documentPage(status: number, format: Format, type: string, entity: Entity): Page {
  const body = format === 'json' ? writeJson(type, entity) : writeXml(type, entity);
  return { status, headers: { 'content-type': contentType(format) }, body };
}

/** The fields of an action's request, as its answer repeats them. */
export function repeated(body: Entity): Entity {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !secret.has(name)));
}

export function faultPage(fault: ApiFault, format: Format, action: Entity | undefined): Page {
  const entity: Entity = { reason: fault.reason, ...(fault.detail === undefined ? {} : { detail: fault.detail }) };
  if (action === undefined || fault.bare) return documentPage(fault.status, format, 'fault', entity);
  return documentPage(fault.status, format, 'action', { ...repeated(action), fault: entity, status: 'failed' });
}

/** Writes what a handler gave, in the form and under the address that the client used. */
export async function replyPage(call: Call, reply: Reply, format: Format, base: string, origin: string): Promise<Page> {
  switch (reply.kind) {
    case 'text':
      return { status: reply.status, headers: { 'content-type': contentType(format) }, body: reply.text };
    case 'many': {
      const followed = await follow(call, reply.resources);
      const entities = followed.map((resource) => decorate(resource, base));
      const body = format === 'json' ? writeJsonList(reply.type, entities) : writeXmlList(reply.type, entities);
      return { status: 200, headers: { 'content-type': contentType(format) }, body };
    }
    case 'one': {
      const [resource] = await follow(call, [reply.resource]);
      const entity = decorate(resource ?? reply.resource, base);
      const page = documentPage(reply.status, format, reply.resource.type, entity);
      if (reply.status === 200) return page;
      const location = `${origin}${base}${reply.resource.path}`;
      return { ...page, headers: { ...page.headers, location } };
    }
    default: {
      const about = reply.about ? { [reply.about.type]: decorate(reply.about, base) } : {};
      const entity = { ...repeated(call.body), ...jobReference(reply.entity, base), ...about };
      return documentPage(reply.status ?? 200, format, 'action', entity);
    }
  }
}

function jobReference(entity: Entity, base: string): Entity {
  const { job } = entity;
  if (typeof job !== 'object' || Array.isArray(job)) return entity;
  const { id } = job as Entity;
  return { ...entity, job: { id, href: `${base}/jobs/${String(id)}` } };
}
