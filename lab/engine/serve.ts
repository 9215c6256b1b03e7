import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultVerdict, Lab, RecordedEntry } from '../types.ts';
import { engineAccess } from './access.ts';
import { answerApi, isApiPath } from './api/index.ts';
import type { Page } from './pages.ts';
import { enginePage, notFound, starting } from './pages.ts';

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

/** Headers by name; what may come several times is joined as HTTP joins it. */
function headersOf(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

async function answer(
  lab: Lab,
  request: IncomingMessage,
  url: URL,
  body: string,
  faults: readonly string[],
): Promise<Page> {
  if (engineAccess(lab) === 'starting') return starting;
  const found = enginePage(lab, url);
  if (found) return found;
  if (!isApiPath(url.pathname)) return notFound;
  const asked = { method: request.method ?? 'GET', url, headers: headersOf(request), body, faults };
  return (await answerApi(lab, asked)) ?? starting;
}

/** A defect of the lab is shown, never passed off as an answer of the engine. */
function defective(lab: Lab, error: unknown): Page {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  lab.defect(text);
  return { status: 500, headers: { 'content-type': 'text/plain' }, body: `defect of the lab: ${text}\n` };
}

/** A fault's own answer in place of the engine's. */
function faulty(verdict: FaultVerdict, page: Page): Page {
  const { answer: instead } = verdict;
  if (!instead) return page;
  return { status: instead.status ?? page.status, headers: instead.headers ?? page.headers, body: instead.body ?? '' };
}

function send(response: ServerResponse, entry: RecordedEntry, page: Page): void {
  entry.finish({ status: page.status });
  response.writeHead(page.status, { ...page.headers, 'content-length': Buffer.byteLength(page.body) });
  response.end(response.req.method === 'HEAD' ? undefined : page.body);
}

/** Answers one request, journalled and with the faults that wait for it. */
export async function serve(lab: Lab, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    if (engineAccess(lab) === 'off') {
      request.socket.destroy();
      return;
    }
    const url = new URL(request.url ?? '/', `https://${lab.engineFqdn}`);
    const body = await bodyOf(request);
    const text = `${request.method ?? 'GET'} ${request.url ?? '/'}${body ? `\n${body}` : ''}`;
    const entry = lab.record({ target: 'engine', kind: 'request', text });
    const before = await lab.pass('before', entry);
    if (before.hang) return;
    if (before.drop || engineAccess(lab) === 'off') {
      request.socket.destroy();
      return;
    }
    if (before.answer) {
      send(response, entry, faulty(before, notFound));
      return;
    }
    const page = await answer(lab, request, url, body, before.kinds).catch((error: unknown) => defective(lab, error));
    if (engineAccess(lab) === 'off') {
      request.socket.destroy();
      return;
    }
    const after = await lab.pass('after', entry);
    if (after.drop || after.hang) {
      entry.finish({ status: page.status });
      if (after.drop) request.socket.destroy();
      return;
    }
    send(response, entry, faulty(after, page));
  } catch {
    // The client went away in the middle of its request.
    request.socket.destroy();
  }
}
