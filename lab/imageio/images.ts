/**
 * `/images/TICKET` as ovirt-imageio serves it on a host (IMAGEIO `handlers/images.py`, `docs/images.md`; for 4.3 the
 * branch of that name): bytes in by PUT and PATCH, bytes out by GET, whoever has the ticket may.
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Reply } from './answers.ts';
import { HttpError, json } from './answers.ts';
import type { Daemon } from './daemon.ts';
import { ImageFile } from './image-file.ts';
import { contentStart, requestedRange } from './ranges.ts';
import type { Ticket } from './tickets.ts';

export interface ImageCall {
  readonly daemon: Daemon;
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
  /** A PATCH's body; others are streams. */
  readonly body: string;
}

function authorized(daemon: Daemon, id: string, may: 'read' | 'write'): Ticket {
  const ticket = daemon.tickets.get(id);
  if (!ticket) throw new HttpError(403, `No such ticket ${id}`);
  if (ticket.expired) throw new HttpError(403, `Ticket ${id} expired`);
  if (may === 'write' && ticket.spec.may !== 'write') throw new HttpError(403, `Ticket ${id} forbids ${may}`);
  return ticket;
}

function checkRange(ticket: Ticket, offset: number, size: number): void {
  const { size: allowed } = ticket.spec;
  if (offset + size <= allowed) return;
  throw new HttpError(416, 'Requested range out of allowed range', { 'content-range': `bytes */${allowed}` });
}

async function withFile(ticket: Ticket, work: (file: ImageFile) => Promise<void>): Promise<void> {
  const file = await ImageFile.open(ticket.spec.path);
  try {
    await work(file);
  } finally {
    await file.close();
  }
}

function yesOrNo(query: URLSearchParams, name: string, otherwise: boolean): boolean {
  const value = query.get(name);
  if (value === null) return otherwise;
  if (value === 'y' || value === 'n') return value === 'y';
  throw new HttpError(400, `Unsupported value '${value}' for '${name}', expecting ('y', 'n')`);
}

async function put({ daemon, request, query }: ImageCall, id: string): Promise<Reply> {
  const length = request.headers['content-length'];
  if (length === undefined) throw new HttpError(400, 'Content-Length header is required');
  const size = Number(length);
  const offset = contentStart(request.headers['content-range']);
  // Whatever was written is on the array as soon as it is in its cache: flushing has nothing left to do.
  yesOrNo(query, 'flush', true);
  const close = daemon.ways.extents && yesOrNo(query, 'close', false);
  const ticket = authorized(daemon, id, 'write');
  checkRange(ticket, offset, size);
  await ticket.run(offset, (operation) =>
    withFile(ticket, async (file) => {
      await file.receive(request, operation, (bytes) => daemon.moved(bytes));
      if (operation.done < size) {
        throw new HttpError(400, `Requested ${size} bytes, available ${operation.done} bytes`);
      }
    }),
  );
  return { status: 200, ...(close ? { headers: { connection: 'close' } } : {}) };
}

function get({ daemon, request }: ImageCall, id: string): Reply {
  const range = requestedRange(request.headers.range);
  if (range && range.first < 0) throw new HttpError(416, 'suffix-byte-range-spec not supported yet');
  const ticket = authorized(daemon, id, 'read');
  const { size: whole } = ticket.spec;
  const offset = range?.first ?? 0;
  const size = range?.last === undefined ? Math.max(0, whole - offset) : range.last - offset + 1;
  checkRange(ticket, offset, size);
  return {
    status: range ? 206 : 200,
    headers: {
      'content-length': size,
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
      ...(range ? { 'content-range': `bytes ${offset}-${offset + size - 1}/${whole}` } : {}),
    },
    stream: (sink) =>
      ticket.run(offset, (operation) =>
        withFile(ticket, (file) => pipeline(Readable.from(file.send(size, operation), { objectMode: false }), sink)),
      ),
  };
}

/** A whole number of a PATCH. */
function wholeNumber(message: Readonly<Record<string, unknown>>, name: string, otherwise?: number): number {
  const value = message[name] ?? otherwise;
  if (value === undefined) throw new HttpError(400, `Missing required value for '${name}'`);
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new HttpError(400, `Integer required ${JSON.stringify(value)}`);
  }
  if (value < 0) throw new HttpError(400, `Invalid value ${value} < 0`);
  return value;
}

function message(body: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new HttpError(400, `Invalid JSON message ${error instanceof Error ? error.message : ''}`);
  }
}

async function patch({ daemon, body }: ImageCall, id: string): Promise<Reply> {
  const asked = message(body);
  const { op } = asked;
  if (op === undefined) throw new HttpError(400, 'Missing required value for op');
  if (op !== 'zero' && op !== 'flush') {
    throw new HttpError(400, `Unsupported value ${JSON.stringify(op)} for 'op', expecting ('zero', 'flush')`);
  }
  if (op === 'zero') {
    const size = wholeNumber(asked, 'size');
    const offset = wholeNumber(asked, 'offset', 0);
    const ticket = authorized(daemon, id, 'write');
    checkRange(ticket, offset, size);
    await ticket.run(offset, (operation) => withFile(ticket, (file) => file.zero(size, operation)));
  } else authorized(daemon, id, 'write').touch();
  return { status: 200 };
}

/** The daemon's Unix socket is left out: nobody outside the hosts has it. */
function options({ daemon }: ImageCall, id: string): Reply {
  const may = id === '*' ? 'write' : authorized(daemon, id, 'read').spec.may;
  daemon.tickets.get(id)?.touch();
  const { extents } = daemon.ways;
  const allow = may === 'write' ? 'OPTIONS,GET,PUT,PATCH' : 'OPTIONS,GET';
  const features = [...(extents ? ['extents'] : []), ...(may === 'write' ? ['zero', 'flush'] : [])];
  return json({ features, ...(extents ? { max_readers: 8, max_writers: 8 } : {}) }, { allow });
}

/** Where data is: a client may take all of it for data. */
function extents({ daemon, query }: ImageCall, id: string): Reply {
  const ticket = authorized(daemon, id, 'read');
  if (query.get('context') === 'dirty') throw new HttpError(404, 'Dirty extents not available');
  ticket.touch();
  return json([{ start: 0, length: ticket.spec.size, zero: false, hole: false }]);
}

const methods: Readonly<Record<string, (call: ImageCall, id: string) => Promise<Reply> | Reply>> = {
  PUT: put,
  GET: get,
  PATCH: patch,
  OPTIONS: options,
};
const known = new Set(['GET', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS', 'HEAD']);

/** Carries one request out, or refuses it with a sentence. */
export async function serveImages(call: ImageCall, path: string): Promise<Reply> {
  const method = call.request.method ?? '';
  if (!known.has(method)) throw new HttpError(405, `Invalid method '${method}'`);
  const [, id, sub] = /^\/images\/([^/]*)(\/extents)?$/.exec(path) ?? [];
  if (id === undefined) throw new HttpError(404, `No handler for '${path}'`);
  if (sub !== undefined && call.daemon.ways.extents) {
    if (method !== 'GET') throw new HttpError(405, `Method '${method}' not defined for '${path}'`);
    return extents(call, id);
  }
  if (sub !== undefined) throw new HttpError(403, `No such ticket ${id}${sub}`);
  const handler = methods[method];
  if (!handler) throw new HttpError(405, `Method '${method}' not defined for '${path}'`);
  if (id === '') throw new HttpError(400, 'Ticket id is required');
  return handler(call, id);
}
