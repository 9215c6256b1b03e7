/**
 * connectors/imageio/ moves the bytes of images: ovirt-imageio's HTTPS, on a host's daemon or the engine's proxy.
 * Whoever knows a transfer's URL may write to its disk, so the URL is a secret: no error, log or result names it.
 * (oVirt/ovirt-imageio docs/images.md; branch ovirt-4.3 docs/api.md)
 */
import type { ClientRequest } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import type { OnReadOpts } from 'node:net';
import got, { RequestError, type Response } from 'got';
import { OperatorError } from '../../failures/operator-error.ts';
import { connectionTrouble, explain } from '../http-errors.ts';

export interface ImageOptions {
  /** PEM of the engine's own CA, which signs the daemons' certificates; a certificate bought for Apache does not count. */
  readonly ca: string | undefined;
  readonly signal: AbortSignal;
  /** How long a connection may be silent; the server itself gives up after 60 s. */
  readonly idleMs?: number;
}

const IDLE_MS = 60_000;

/** Daemons of 4.3 tell no number of writers. */
interface OptionsBody {
  readonly features?: readonly string[];
  readonly max_writers?: number;
}

/** What a server can do with an image. */
export interface ImageAbilities {
  /** Such as `zero` and `flush`. */
  readonly features: readonly string[];
  /** How many may write at a time; one, where the server does not say. */
  readonly writers: number;
}

/** One transfer's image on the wire. Close it when done: it keeps its connections. */
export class RemoteImage {
  /** Connections are kept for all pieces: a TLS handshake for each would cost more than a small piece. */
  readonly #agent: Agent;

  constructor(
    readonly url: string,
    readonly options: ImageOptions,
  ) {
    const { ca } = options;
    this.#agent = new Agent({ keepAlive: true, rejectUnauthorized: true, ...(ca !== undefined && { ca }) });
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Asks what the server can do with this image; also the test of the connection. */
  async abilities(): Promise<ImageAbilities> {
    const response = await this.#options();
    // Proxies of before 1.3 answer without a body, daemons of before 1.1 not at all: they can neither.
    if (response.statusCode === 204 || response.statusCode === 405) return { features: [], writers: 1 };
    this.#expect(response, 'the connection test', [200]);
    const { features = [], max_writers: writers = 1 } = JSON.parse(response.body) as OptionsBody;
    return { features, writers };
  }

  /**
   * Begins to write the bytes from `start` up to `end`, which the caller sends; they are durable when it is answered 200. By
   * Node's own request: what got adds to each write costs a seventh of the rate.
   */
  put(start: number, end: number, ended: AbortSignal): ClientRequest {
    const put = request(`${this.url}?flush=y`, {
      agent: this.#agent,
      method: 'PUT',
      headers: {
        'content-length': `${end - start}`,
        'content-range': `bytes ${start}-${end - 1}/*`,
        'content-type': 'application/octet-stream',
      },
      signal: AbortSignal.any([this.options.signal, ended]),
    });
    return this.#impatient(put);
  }

  /** Asks for the first `size` bytes, which an upload's ticket allows, over a connection of its own that is read by `onread`. */
  get(size: number, onread: OnReadOpts): ClientRequest {
    const { ca, signal } = this.options;
    const options: RequestOptions & { readonly onread: OnReadOpts } = {
      agent: false,
      rejectUnauthorized: true,
      ...(ca !== undefined && { ca }),
      headers: { range: `bytes=0-${size - 1}` },
      signal,
      onread,
    };
    return this.#impatient(request(this.url, options)).end();
  }

  /** Why a `put` or a `get` broke off. */
  broken(error: Error): OperatorError {
    this.options.signal.throwIfAborted();
    return this.#trouble(connectionTrouble(error));
  }

  #impatient(sent: ClientRequest): ClientRequest {
    return sent.setTimeout(this.options.idleMs ?? IDLE_MS, () => sent.destroy(new Error('no answer in time')));
  }

  async #options(): Promise<Response<string>> {
    const { signal, idleMs = IDLE_MS } = this.options;
    try {
      return await got(this.url, {
        method: 'OPTIONS',
        agent: { https: this.#agent },
        retry: { limit: 0 },
        followRedirect: false,
        throwHttpErrors: false,
        timeout: { connect: 10_000, socket: idleMs },
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof RequestError ? this.#trouble(explain(error)) : error;
    }
  }

  #trouble([type, why]: ReturnType<typeof explain>): OperatorError {
    return new OperatorError(type, `Image transfer with ${this.#server()}: ${why}.`);
  }

  #expect(response: Response<string>, what: string, codes: readonly number[]): void {
    if (!codes.includes(response.statusCode)) throw this.refusal(response.statusCode, response.body, what);
  }

  /** The daemon's answers; 403 means that the ticket is gone, so only a new transfer helps. */
  refusal(status: number, body: string, what: string): OperatorError {
    const said = body.trim().split('\n')[0]?.slice(0, 200) ?? '';
    const type = status === 403 ? 'NotFound' : status >= 500 ? 'EngineUnreachable' : 'UnexpectedOutput';
    const why = status === 403 ? 'the transfer is over or its ticket has expired' : said;
    return new OperatorError(type, `Image transfer with ${this.#server()}: ${what} was answered ${status}: ${why}.`);
  }

  #server(): string {
    return new URL(this.url).host;
  }
}
