/**
 * The engine's side of moving images. In 4.3 a proxy of its own kind (branch ovirt-4.3, `proxy/`): tickets signed by
 * the engine, answers of its own, everything handed on to the host's daemon. From 4.4 on it is the daemon again.
 */
import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import type { Lab } from '../types.ts';
import type { Reply } from './answers.ts';
import { HttpError, json } from './answers.ts';
import type { Asked } from './port.ts';
import type { ProxyTicket } from './signed-ticket.ts';
import { openSigned } from './signed-ticket.ts';
import type { Ways } from './ways.ts';
import { waysOf } from './ways.ts';

const VERSION = '1.5.2';
/** Lets pages of other origins talk to it. */
const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers':
    'Cache-Control, Pragma, Authorization, Content-Type, Content-Length, Content-Range, Range, Session-Id',
  'access-control-allow-methods': 'GET, PUT, OPTIONS, POST, DELETE',
  'access-control-expose-headers': 'Authorization, Content-Length, Content-Range, Range, Session-Id',
  'access-control-max-age': '300',
} as const;
const fresh = { 'cache-control': 'no-cache, no-store' } as const;

export interface ProxyOptions {
  readonly identity: { readonly key: string; readonly cert: string };
  readonly ca: string;
  /** What proves the engine's signature. */
  readonly engineCertificate: string;
  /** The life of the machine that it runs on; tickets end with it. */
  readonly life: () => unknown;
}

const passedOn = ['content-length', 'content-range', 'range', 'content-type'] as const;
/** A response's header that comes once. */
const single = (value: string | string[] | undefined): string =>
  Array.isArray(value) ? value.join(', ') : (value ?? '');

async function whole(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

export class ImageProxy {
  readonly identity: ProxyOptions['identity'];
  readonly #lab: Lab;
  readonly #options: ProxyOptions;
  readonly #ways: Ways;
  readonly #agent: Agent;
  #tickets = new Map<string, ProxyTicket>();
  #life: unknown;

  constructor(lab: Lab, options: ProxyOptions) {
    this.#lab = lab;
    this.#options = options;
    this.identity = options.identity;
    this.#ways = waysOf(lab);
    this.#agent = new Agent({ ca: options.ca, keepAlive: false });
  }

  /** True while the machine that it runs on is up. */
  present = (): boolean => this.#options.life() !== undefined;

  add(ticket: ProxyTicket): void {
    this.#remembered().set(ticket.id, ticket);
  }

  remove(id: string): void {
    this.#remembered().delete(id);
  }

  serve = async (asked: Asked): Promise<Reply> => {
    const path = decodeURIComponent(asked.url.pathname);
    const { method = '' } = asked.request;
    if (path === '/info/' && this.#ways.ownProxy) {
      if (method === 'GET') return json({ version: VERSION }, cors);
      throw new HttpError(405, `Method '${method}' not defined for '${path}'`);
    }
    const [, id, rest = ''] = /^\/images\/([^/]*)(\/extents)?$/.exec(path) ?? [];
    if (id === undefined) throw new HttpError(404, `No handler for '${path}'`);
    if (!this.#ways.ownProxy) return this.#handOn(this.#ticket(id, asked), rest, asked);
    switch (method) {
      case 'OPTIONS':
        return this.#features(id, asked);
      case 'GET':
      case 'PUT':
      case 'PATCH':
        return this.#handOn(this.#ticket(id, asked), rest, asked);
      default:
        throw new HttpError(405, `Method '${method}' not defined for '${path}'`);
    }
  };

  /** Another life of the machine knows none of the tickets. */
  #remembered(): Map<string, ProxyTicket> {
    const life = this.#options.life();
    if (life !== this.#life) this.#tickets = new Map();
    this.#life = life;
    return this.#tickets;
  }

  #ticket(id: string, { request }: Asked): ProxyTicket {
    const tickets = this.#remembered();
    const { authorization } = request.headers;
    if (!tickets.has(id) && this.#ways.ownProxy && authorization !== undefined) {
      const signed = openSigned(authorization, this.#options.engineCertificate);
      if (typeof signed === 'string') throw new HttpError(401, `Not authorized (${signed})`);
      tickets.set(signed.id, signed);
    }
    const ticket = tickets.get(id);
    if (!ticket && !this.#ways.ownProxy) throw new HttpError(403, `No such ticket ${id}`);
    if (!ticket) throw new HttpError(401, "Not authorized (Ticket doesn't exists)");
    if (ticket.expires <= this.#lab.clock.now()) throw new HttpError(401, 'Not authorized (expired ticket)');
    return ticket;
  }

  async #features(id: string, asked: Asked): Promise<Reply> {
    if (id === '*') return json({ features: ['zero', 'flush'] }, { allow: 'GET,PUT,PATCH,OPTIONS', ...cors });
    const answer = await this.#ask(this.#ticket(id, asked), '', asked);
    const { features } = JSON.parse(await whole(answer)) as { features: string[] };
    const both = features.filter((one) => one === 'zero' || one === 'flush');
    return json({ features: both }, { allow: single(answer.headers.allow), ...cors });
  }

  async #handOn(ticket: ProxyTicket, rest: string, asked: Asked): Promise<Reply> {
    const answer = await this.#ask(ticket, rest, asked);
    const headers = Object.fromEntries(
      ['content-length', 'content-range', 'content-type', 'content-disposition', 'allow']
        .filter((name) => answer.headers[name] !== undefined)
        .map((name) => [name, single(answer.headers[name])]),
    );
    return {
      status: answer.statusCode ?? 500,
      headers: { ...headers, ...(this.#ways.ownProxy ? { ...cors, ...fresh } : {}) },
      stream: (sink) => pipeline(answer, sink),
    };
  }

  /** Asks the daemon; what it refuses the 4.3 proxy repeats in its own words. */
  async #ask(ticket: ProxyTicket, rest: string, { request, url, body }: Asked): Promise<IncomingMessage> {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = Object.fromEntries(passedOn.map((name) => [name, request.headers[name]]));
      const outgoing = httpsRequest(`${ticket.daemon}/images/${ticket.id}${rest}${url.search}`, {
        agent: this.#agent,
        method: request.method ?? 'GET',
        headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
      });
      outgoing.on('response', resolve);
      outgoing.on('error', (error) => reject(new HttpError(503, `Failed communicating with host: ${error.message}`)));
      if (request.method === 'PUT') request.pipe(outgoing);
      else outgoing.end(body);
      request.once('close', () => {
        if (!request.complete) outgoing.destroy();
      });
    });
    const status = answer.statusCode ?? 500;
    if (status < 300 || !this.#ways.ownProxy) return answer;
    throw new HttpError(status, `Failed response from host: ${status} ${await whole(answer)}`);
  }
}
