/**
 * connectors/imageio/ moves the bytes of images: ovirt-imageio's HTTPS, on a host's daemon or the engine's proxy.
 * Whoever knows a transfer's URL may write to its disk, so the URL is a secret: no error, log or result names it.
 * (oVirt/ovirt-imageio docs/images.md; branch ovirt-4.3 docs/api.md)
 */
import { Agent } from 'node:https';
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

/** One transfer's image on the wire. Close it when done: it keeps its connection. */
export class RemoteImage {
  /** One connection for all pieces: a TLS handshake for each would cost more than a small piece. */
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(
    readonly url: string,
    readonly options: ImageOptions,
  ) {}

  close(): void {
    this.#agent.destroy();
  }

  /** What the server can do with this image, such as `zero` and `flush`; also the test of the connection. */
  async features(): Promise<readonly string[]> {
    const response = await this.request('OPTIONS');
    // Proxies of before 1.3 answer without a body, daemons of before 1.1 not at all: they can neither.
    if (response.statusCode === 204 || response.statusCode === 405) return [];
    this.#expect(response, 'the connection test', [200]);
    const { features = [] } = JSON.parse(response.body) as { features?: string[] };
    return features;
  }

  /** Makes everything that was written durable on the storage. */
  async flush(): Promise<void> {
    const body = JSON.stringify({ op: 'flush' });
    const headers = { 'content-type': 'application/json' };
    this.#expect(await this.request('PATCH', { body, headers }), 'flushing', [200]);
  }

  /** Sends one request, and says which way it failed without naming the URL. */
  async request(
    method: 'OPTIONS' | 'PATCH' | 'PUT',
    rest: { body?: string | NodeJS.ReadableStream; headers?: Record<string, string>; query?: string } = {},
  ): Promise<Response<string>> {
    const { body, headers, query } = rest;
    try {
      return await got(query === undefined ? this.url : `${this.url}?${query}`, {
        ...this.wire(),
        method,
        ...(body !== undefined && { body: body as string }),
        ...(headers && { headers }),
      });
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** What all requests have in common; also for those that stream. */
  wire() {
    const { ca, signal, idleMs = IDLE_MS } = this.options;
    return {
      agent: { https: this.#agent },
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      timeout: { connect: 10_000, socket: idleMs },
      https: { rejectUnauthorized: true, ...(ca !== undefined && { certificateAuthority: ca }) },
      signal,
    } as const;
  }

  failure(error: unknown): unknown {
    this.options.signal.throwIfAborted();
    // What is written to a connection that has ended fails with the socket's own error.
    const atSocket = error instanceof Error && 'syscall' in error && error.syscall === 'write';
    if (!(error instanceof RequestError || atSocket)) return error;
    const [type, why] = error instanceof RequestError ? explain(error) : connectionTrouble(error);
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
