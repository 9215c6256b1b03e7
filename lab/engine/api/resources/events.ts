import type { EngineEvent, Severity } from '../database/events.ts';
import { tell } from '../database/events.ts';
import type { Call, Handler, Resource } from '../routing/call.ts';
import { created, many, one, removed } from '../routing/call.ts';
import type { Fields } from '../routing/search.ts';
import { select } from '../routing/search.ts';
import { notGiven, refused, unknownId } from '../wire/fault.ts';
import type { Entity } from '../wire/values.ts';
import { number, text } from '../wire/values.ts';

/** Severities in the order in which a search compares them. */
const ranks: readonly Severity[] = ['normal', 'warning', 'error', 'alert'];
const external: Readonly<Record<Severity, number>> = { normal: 9801, warning: 9802, error: 9803, alert: 9804 };

function eventResource(event: EngineEvent): Resource {
  const reference = (one: { id?: string; name: string } | undefined): Entity | undefined => one && { ...one };
  return {
    type: 'event',
    service: 'event',
    path: `/events/${event.index}`,
    entity: {
      description: event.description,
      code: event.code,
      ...(event.correlationId === undefined ? {} : { correlation_id: event.correlationId }),
      custom_id: event.customId,
      flood_rate: 0,
      index: event.index,
      origin: event.origin,
      severity: event.severity,
      time: event.time,
      cluster: reference(event.cluster),
      data_center: reference(event.dataCenter),
      host: reference(event.host),
      storage_domain: reference(event.storageDomain),
      vm: reference(event.vm),
      user: event.origin === 'oVirt' ? reference(event.user) : undefined,
    },
  };
}

const fields: Fields<EngineEvent> = {
  type: (event) => event.code,
  severity: (event) => event.severity,
  message: (event) => event.description,
  correlation_id: (event) => event.correlationId,
  origin: (event) => event.origin,
  custom_event_id: (event) => event.customId,
  time: (event) => event.time,
  'host.name': (event) => event.host?.name,
  event_host: (event) => event.host?.name,
  'vm.name': (event) => event.vm?.name,
  event_vm: (event) => event.vm?.name,
  'cluster.name': (event) => event.cluster?.name,
  'datacenter.name': (event) => event.dataCenter?.name,
  'storage.name': (event) => event.storageDomain?.name,
  event_storage: (event) => event.storageDomain?.name,
};

/** Severities compare by rank: they are turned into numbers on both sides. */
function withRanks(call: Call): { fields: Fields<EngineEvent>; query: URLSearchParams } {
  const search = call.query.get('search') ?? '';
  if (!/severity\s*[<>]/i.test(search)) return { fields, query: call.query };
  const query = new URLSearchParams(call.query);
  query.set(
    'search',
    search.replace(/(severity\s*[<>]=?\s*)(\w+)/gi, (_all, before: string, word: string) => {
      return `${before}${ranks.indexOf(word.toLowerCase() as Severity)}`;
    }),
  );
  return { fields: { ...fields, severity: (event) => ranks.indexOf(event.severity) }, query };
}

function add(call: Call): Resource {
  const { lab, db, body } = call;
  for (const name of ['custom_id', 'description', 'origin', 'severity']) {
    if (body[name] === undefined) throw notGiven(`Parameter 'event.${name}' is mandatory but was not provided.`);
  }
  const origin = text(body, 'origin') ?? '';
  const customId = number(body, 'custom_id') ?? 0;
  if (origin.toLowerCase() === 'ovirt') {
    throw refused(400, 'Cannot add External Event. Illegal Origin for External Event : oVirt');
  }
  if (db.events.some((event) => event.origin === origin && event.customId === customId)) {
    throw refused(400, '=Cannot add External Event. External Event with this custom id already exists.');
  }
  const severity = text(body, 'severity') as Severity;
  const event = tell(lab, db, {
    code: external[severity],
    severity,
    origin,
    customId,
    text: text(body, 'description') ?? '',
  });
  lab.changed('external event');
  return eventResource(event);
}

export const events: Readonly<Record<string, Handler>> = {
  list: (call) => {
    const from = Number(call.query.get('from') ?? '0') || 0;
    const newest = call.db.events.filter((event) => event.index > from).reverse();
    const asked = withRanks(call);
    return many(
      'event',
      select(newest, asked.fields, asked.query).map((event) => eventResource(event)),
    );
  },
  add: (call) => created(add(call)),
};

export const event: Readonly<Record<string, Handler>> = {
  get: (call) => {
    const found = call.db.events.find((one) => String(one.index) === call.route.ids[0]);
    if (!found) throw unknownId();
    return one(eventResource(found));
  },
  remove: (call) => {
    const at = call.db.events.findIndex((one) => String(one.index) === call.route.ids[0]);
    if (at < 0) throw unknownId();
    call.db.events.splice(at, 1);
    return removed(call);
  },
};
