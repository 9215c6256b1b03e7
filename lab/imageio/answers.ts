import type { Writable } from 'node:stream';

/** What the daemon or the proxy answers; bytes of an image are streamed. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: string;
  readonly stream?: (sink: Writable) => Promise<void>;
}

/** A refusal of the daemon or the proxy: its text is the whole answer. */
export class HttpError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, text: string, headers: Readonly<Record<string, string>> = {}) {
    super(text);
    this.status = status;
    this.headers = headers;
  }
}

export const json = (document: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status: 200,
  headers: { 'content-type': 'application/json', ...headers },
  body: `${JSON.stringify(document)}\n`,
});
