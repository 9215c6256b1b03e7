/** Reads over HTTPS, always verifying who answers. */
import got, { RequestError } from 'got';
import { httpFailure } from './http-errors.ts';

export interface GetOptions {
  /** PEM of the CA that must have signed the certificate; without it, those that Node trusts. */
  readonly ca?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface TextResponse {
  readonly status: number;
  readonly body: string;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Answers with status and body, whatever the status, after one attempt.
 * Throws `EngineUnreachable` when nobody answers, `AccessDenied` when the certificate does not hold, the signal's
 * reason when aborted.
 */
export async function getText(url: string, options: GetOptions = {}): Promise<TextResponse> {
  const { ca, signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  signal?.throwIfAborted();
  try {
    const response = await got(url, {
      retry: { limit: 0 },
      throwHttpErrors: false,
      // A redirect to plain HTTP would leave the verified server.
      followRedirect: ({ headers, url: from }) => new URL(headers.location ?? '', from).protocol === 'https:',
      timeout: { request: timeoutMs },
      https: { rejectUnauthorized: true, ...(ca !== undefined && { certificateAuthority: ca }) },
      ...(signal && { signal }),
    });
    return { status: response.statusCode, body: response.body };
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof RequestError ? httpFailure(error, url) : error;
  }
}
