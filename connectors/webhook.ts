/** Sends JSON to whoever is to be told of something. */
import got, { RequestError } from 'got';
import { OperatorError } from '../failures/operator-error.ts';
import { explain } from './http-errors.ts';

export interface WebhookOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** PEM of the CA that must have signed the certificate; without it, those that Node trusts. */
  readonly ca?: string;
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 15_000;

/**
 * Posts the document once; an answer of 2xx means that it was taken.
 * @throws NotDelivered with a sentence that does not hold the address, which may be a secret
 */
export async function postJson(url: string, document: object, options: WebhookOptions): Promise<void> {
  const { headers, ca, signal } = options;
  try {
    const { statusCode } = await got.post(url, {
      json: document,
      headers,
      retry: { limit: 0 },
      // A receiver that moved is to be corrected in the inventory: what follows may be no receiver at all.
      followRedirect: false,
      timeout: { request: TIMEOUT_MS },
      https: { rejectUnauthorized: true, ...(ca !== undefined && { certificateAuthority: ca }) },
      ...(signal && { signal }),
    });
    if (statusCode >= 300) throw refused(`the server answered ${statusCode}`);
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof RequestError)) throw error;
    throw refused(explain(error)[1]);
  }
}

const refused = (why: string): OperatorError =>
  new OperatorError('NotDelivered', `The webhook did not take the notice: ${why}.`);
