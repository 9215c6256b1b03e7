import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { listen } from '../kernel/listen.ts';
import type { Lab, RecordedEntry } from '../types.ts';
import type { Reply } from './answers.ts';
import { HttpError } from './answers.ts';

const MiB = 2 ** 20;
/** Clients idle as long as transfers let them, so nothing here hurries them. */
const patient = { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 60_000, highWaterMark: MiB };

export interface Asked {
  readonly request: IncomingMessage;
  readonly url: URL;
  /** A PATCH's body; others are streams. */
  readonly body: string;
}

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

/** As the journal keeps it: what was asked where, then the range or the message; never the bytes of images. */
function line(request: IncomingMessage, place: string, body: string): string {
  const { range, 'content-range': written } = request.headers;
  const details = [written && `Content-Range: ${written}`, range && `Range: ${range}`, body].filter(Boolean);
  return [`${request.method ?? ''} ${request.url ?? ''} at ${place}`, ...details].join('\n');
}

async function send(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
  const { status, headers, body = '', stream } = reply;
  // What the client still sends cannot be told from its next request.
  if (status === 403 || !request.complete) response.setHeader('connection', 'close');
  if (stream) {
    response.writeHead(status, { ...headers });
    await stream(response);
    return;
  }
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** One HTTPS port that stays the lab's, with its lines in the journal and its faults. */
export class Port {
  readonly #lab: Lab;
  readonly #place: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #open: () => boolean;
  readonly #serve: (asked: Asked) => Promise<Reply>;

  /** `open` tells whether anything listens in the simulated world; else connections are reset. */
  constructor(lab: Lab, place: string, open: () => boolean, serve: (asked: Asked) => Promise<Reply>) {
    this.#lab = lab;
    this.#place = place;
    this.#open = open;
    this.#serve = serve;
    this.#server = createServer(patient, (request, response) => void this.#answer(request, response));
    this.#server.on('tlsClientError', () => undefined);
    this.#server.on('connection', (socket: Socket) => {
      socket.setNoDelay(true);
      if (!this.#open()) {
        socket.resetAndDestroy();
        return;
      }
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  get number(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Listens on a loopback port (0: a free one). */
  async listen(wanted: number): Promise<void> {
    await listen(this.#server, wanted);
  }

  /** The certificate that clients see from now on. */
  show(identity: { readonly key: string; readonly cert: string }): void {
    this.#server.setSecureContext(identity);
  }

  /** Ends every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    try {
      const body = request.method === 'PATCH' ? await text(request) : '';
      const entry = this.#lab.record({ target: 'imageio', kind: 'request', text: line(request, this.#place, body) });
      const asked = { request, url: new URL(request.url ?? '/', 'https://imageio'), body };
      const reply = await this.#reply(asked, entry);
      if (reply) await send(request, response, reply);
    } catch {
      // The client went away, or the daemon under it.
      response.destroy();
    }
  }

  /** Undefined when there is to be no answer, or none any more. */
  async #reply(asked: Asked, entry: RecordedEntry): Promise<Reply | undefined> {
    const { socket } = asked.request;
    const before = await this.#lab.pass('before', entry);
    if (before.hang) return undefined;
    if (before.drop || !this.#open()) {
      socket.destroy();
      return undefined;
    }
    const reply = before.answer ? { status: 500, ...before.answer } : await this.#work(asked);
    entry.finish({ status: reply.status });
    const after = await this.#lab.pass('after', entry);
    if (after.drop) socket.destroy();
    return after.drop || after.hang ? undefined : reply;
  }

  async #work(asked: Asked): Promise<Reply> {
    try {
      return await this.#serve(asked);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      const { status, message, headers } = error;
      return { status, headers: { 'content-type': 'text/plain', ...headers }, body: message };
    }
  }
}
