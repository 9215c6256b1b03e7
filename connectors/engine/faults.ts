import { OperatorError } from '../../failures/operator-error.ts';
import type { FailureType } from '../../failures/table.ts';
import type { Answer } from './transport.ts';

/** The engine says so by text only, in English as asked for: `AppErrors.properties` of the engine. */
const LATER = [
  /try again (later|in a few minutes)/i,
  /please retry in/i,
  /related operation is currently in progress/i,
  /another Setup Networks or Host Refresh process in progress/i,
  /disabled due to the Engine Service start ?up/i,
  /performing an operation on a Snapshot/i,
];

interface Fault {
  readonly reason: string;
  readonly detail: string;
}

/** What an answer that is no success means. `what` is the request; a change may have been carried out where a read cannot. */
export function refusal(what: string, answer: Answer, change: boolean): OperatorError {
  const fault = faultIn(answer);
  const said = fault === undefined ? undefined : sentence(fault);
  const { status } = answer;
  const error = (type: FailureType, why: string) =>
    new OperatorError(type, `${what}: ${why}`, {
      details: { status, ...(said !== undefined && { lines: [said] }) },
    });
  switch (status) {
    case 401:
      return error('AccessDenied', 'the engine accepts no token that it has just issued for this user');
    case 403:
      return error('AccessDenied', said ?? 'the user of the inventory may not do this');
    case 404:
      // A page of the web server or of an engine that is still being deployed, not an answer about the object.
      if (isPage(answer)) return error('EngineUnreachable', 'the engine does not serve its API yet (404)');
      return error('NotFound', said ?? 'the engine has no such object');
    case 400:
    case 409:
      if (said === undefined) return error('UnexpectedOutput', `the engine answered ${status}: ${sample(answer)}`);
      if (LATER.some((text) => text.test(said))) return error('EngineBusy', said);
      return error('PreconditionFailed', said);
    case 503:
    case 429:
      return error('EngineUnreachable', `the engine cannot serve now (${status})`);
    case 500:
    case 502:
    case 504: {
      const why = `the engine answered ${status}${said === undefined ? '' : `: ${said}`}`;
      return change ? error('OutcomeUnknown', `${why}; it may have been carried out`) : error('EngineUnreachable', why);
    }
    default:
      // An action may answer 200 and tell of its failure inside.
      if (status < 300 && said !== undefined) return error('PreconditionFailed', said);
      return error('UnexpectedOutput', `the engine answered ${status}: ${sample(answer)}`);
  }
}

/** The JSON of an answer that succeeded. */
export function document(what: string, answer: Answer, change: boolean): unknown {
  if (answer.status >= 300 || answer.status < 200) throw refusal(what, answer, change);
  if (isPage(answer)) {
    throw new OperatorError(
      'EngineUnreachable',
      `${what}: a web page answers in place of the API: the engine is starting`,
    );
  }
  if (answer.body.trim() === '') return {};
  const json = parse(answer.body);
  if (json === undefined) {
    throw new OperatorError('UnexpectedOutput', `${what}: the answer is no JSON`, {
      details: { sample: sample(answer) },
    });
  }
  if (faultIn(answer) !== undefined && isAction(json)) throw refusal(what, answer, change);
  return json;
}

function isAction(json: unknown): boolean {
  return (
    typeof json === 'object' && json !== null && ('fault' in json || (json as { status?: unknown }).status === 'failed')
  );
}

/** A fault stands alone, or inside the action that failed. */
function faultIn({ body }: Answer): Fault | undefined {
  const json = parse(body);
  if (typeof json !== 'object' || json === null) return undefined;
  const inner = (json as { fault?: unknown }).fault ?? json;
  const { reason, detail } = inner as { reason?: unknown; detail?: unknown };
  if (typeof reason !== 'string' && typeof detail !== 'string') return undefined;
  // Entities have neither; an action echoes the reason that it was given.
  if (inner === json && typeof detail !== 'string' && 'status' in json) return undefined;
  return { reason: text(reason), detail: text(detail) };
}

/** `[First., Second.]` is how the engine lists its messages. */
function sentence({ reason, detail }: Fault): string {
  const list = /^\[(.*)\]$/s.exec(detail.trim());
  const said = (list?.[1] ?? detail).replaceAll('., ', '. ').trim();
  return said === '' ? reason || 'the engine gave no reason' : said;
}

function isPage({ type, body }: Answer): boolean {
  return type.includes('text/html') && /<(!doctype|html)/i.test(body);
}

function sample({ body, type }: Answer): string {
  const shown = body.replaceAll(/\s+/g, ' ').trim().slice(0, 200);
  return shown === '' ? `an empty answer (${type || 'no content type'})` : shown;
}

function parse(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
