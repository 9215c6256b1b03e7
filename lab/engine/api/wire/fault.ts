/**
 * What goes over the wire: documents in JSON and XML, both directed by the API's model, and the refusals.
 * This file: the ways in which a request can be refused.
 */

/** A refusal with a `fault` document; on an action it stands inside the action. */
export class ApiFault extends Error {
  readonly status: number;
  readonly reason: string;
  readonly detail: string | undefined;
  /** True: stands alone even when an action was asked for, because the request itself was wrong. */
  readonly bare: boolean;

  constructor(status: number, reason: string, detail?: string, bare = false) {
    super(detail ?? reason);
    this.status = status;
    this.reason = reason;
    this.detail = detail;
    this.bare = bare;
  }
}

/** A refusal by the container or the framework, in front of the engine's own code: plain text or a page. */
export class PlainRefusal extends Error {
  readonly status: number;
  readonly type: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, text: string, type?: string, headers: Readonly<Record<string, string>> = {}) {
    super(text);
    this.status = status;
    this.type = type;
    this.headers = headers;
  }
}

/** An exception that went through to the container: its page has none of the API's headers. */
export class ContainerFailure extends PlainRefusal {}

/** The body is not what the method takes; the framework answers before the engine's code sees it. */
export class Unreadable extends Error {
  /** What XML says about it; JSON says the same about everything. */
  readonly detail: string | undefined;

  constructor(detail?: string) {
    super(detail ?? 'unreadable');
    this.detail = detail;
  }
}

const HTML = 'text/html;charset=UTF-8';

/** The validation of a command said no: a bracketed list of messages. */
export const refused = (status: 400 | 409, ...messages: string[]): ApiFault =>
  new ApiFault(status, 'Operation Failed', `[${messages.join('., ')}]`.replace(/([.:])\.,/g, '$1,'));

export const incomplete = (detail: string): ApiFault => new ApiFault(400, 'Incomplete parameters', detail, true);

export const notGiven = (detail: string): ApiFault => new ApiFault(400, 'Input validation failed.', detail, true);

export const entityNotFound = (what: string): ApiFault =>
  new ApiFault(404, 'Operation Failed', `Entity not found: ${what}`, true);

/** The id in the path is unknown. */
export const unknownId = (): PlainRefusal => new PlainRefusal(404, '');

/** The container's page about an exception that nothing in the engine caught. */
export const containerError = (path: string, query: string, exception: string): ContainerFailure =>
  new ContainerFailure(
    500,
    `<html><head><title>ERROR</title></head><body>Error processing request Context Path: /ovirt-engine/api Servlet Path: /v4 Path Info: ${path} Query String: ${query || 'null'} Stack Trace: ${exception}</body></html>`,
    HTML,
  );

export const page = (status: number, text: string): PlainRefusal =>
  new PlainRefusal(status, `<html><head><title>Error</title></head><body>${text}</body></html>`, HTML);

export const line = (status: number, text: string): PlainRefusal => new PlainRefusal(status, text, HTML);

/** The lab does not model this call. */
export const notModelled = (what: string): PlainRefusal =>
  new PlainRefusal(501, `${what} is not modelled\n`, 'text/plain');
