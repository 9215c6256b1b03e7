import { Agent } from 'node:https';
import got, { RequestError, TimeoutError } from 'got';
import { OperatorError } from '../../failures/operator-error.ts';
import { httpFailure } from '../http-errors.ts';

export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly ca?: string;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const CONNECT_MS = 10_000;
const READ_MS = 60_000;
/** Some requests stay open until the host has done its part, such as a change of its networks; aborting one ends nothing. */
const CHANGE_MS = 300_000;

const kept = new Agent({ keepAlive: true, maxSockets: 8 });
const fresh = new Agent({ keepAlive: false });

/**
 * Carries one request and its answer, whatever the status. A kept connection may just be closing, and then nobody knows
 * whether a request over it went through: a read is asked again over a new one, a change goes over a connection of its own
 * in the first place.
 * @throws EngineUnreachable when nothing was sent, OutcomeUnknown when a change was sent and its answer lost, AccessDenied
 * when the certificate does not hold, the signal's reason when aborted
 */
export async function carry(exchange: Exchange): Promise<Answer> {
  const { method, url, signal } = exchange;
  const reads = method === 'GET';
  signal?.throwIfAborted();
  try {
    return await (reads ? send(exchange, kept).catch((error) => sendAgain(exchange, error)) : send(exchange, fresh));
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof RequestError)) throw error;
    if (!reads && mayHaveArrived(error)) throw lost(error, method, url);
    throw httpFailure(error, url);
  }
}

function sendAgain(exchange: Exchange, error: unknown): Promise<Answer> {
  const closed = error instanceof RequestError && ['ECONNRESET', 'EPIPE'].includes(error.code);
  if (closed) return send(exchange, fresh);
  throw error;
}

async function send(exchange: Exchange, agent: Agent): Promise<Answer> {
  const { method, url, headers, body, ca, signal } = exchange;
  const response = await got(url, {
    method,
    headers,
    ...(body !== undefined && { body }),
    retry: { limit: 0 },
    throwHttpErrors: false,
    followRedirect: false,
    agent: { https: agent },
    timeout: { connect: CONNECT_MS, secureConnect: CONNECT_MS, request: method === 'GET' ? READ_MS : CHANGE_MS },
    https: { rejectUnauthorized: true, ...(ca !== undefined && { certificateAuthority: ca }) },
    ...(signal && { signal }),
  });
  return { status: response.statusCode, type: response.headers['content-type'] ?? '', body: response.body };
}

/** Nothing is sent before the connection stands; whatever breaks later may have broken behind the engine's back. */
function mayHaveArrived(error: RequestError): boolean {
  if (error instanceof TimeoutError && ['connect', 'secureConnect', 'lookup', 'socket'].includes(error.event)) {
    return false;
  }
  return error.timings?.secureConnect !== undefined;
}

function lost(error: RequestError, method: string, url: string): OperatorError {
  return new OperatorError(
    'OutcomeUnknown',
    `${method} ${new URL(url).pathname}: the connection to the engine was lost after the request had been sent (${error.code}); it may have been carried out`,
    { cause: error },
  );
}
