/** The control API: plain HTTP on loopback, JSON in and out. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LabCore } from '../lab-core.ts';
import type { FaultSpec } from './faults.ts';
import { stateOf } from './state.ts';
import { faultKinds, knownTargets } from './world.ts';

export interface ControlActions {
  reset(options: { preset: string; hosts?: number; seed?: number }): Promise<void>;
}

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function body(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    throw new Refusal(400, 'The body is not JSON.');
  }
  throw new Refusal(400, 'The body must be a JSON object.');
}

function faultOf(lab: LabCore, value: Record<string, unknown>): FaultSpec {
  const { target, kind } = value;
  if (typeof target !== 'string' || !knownTargets(lab).includes(target))
    throw new Refusal(400, `Unknown target ${JSON.stringify(target)}; targets are ${knownTargets(lab).join(', ')}.`);
  if (typeof kind !== 'string' || !faultKinds(lab).includes(kind))
    throw new Refusal(400, `Unknown kind ${JSON.stringify(kind)}; GET /faults/kinds lists them.`);
  if (typeof value.match === 'string') {
    try {
      new RegExp(value.match);
    } catch {
      throw new Refusal(400, `match is not a regular expression: ${value.match}`);
    }
  }
  return value as unknown as FaultSpec;
}

async function answer(lab: LabCore, actions: ControlActions, request: IncomingMessage): Promise<unknown> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const route = `${request.method} ${url.pathname}`;
  if (route === 'GET /state') return stateOf(lab);
  if (route === 'GET /journal') {
    const since = Number(url.searchParams.get('since') ?? '0');
    return lab.journal.wait(since, Math.min(60, Number(url.searchParams.get('wait') ?? '0')));
  }
  if (route === 'GET /faults') return lab.faults.list();
  if (route === 'GET /faults/kinds') return faultKinds(lab);
  if (route === 'POST /faults') return { id: await lab.faults.add(faultOf(lab, await body(request))) };
  if (route === 'DELETE /faults') {
    lab.faults.clear();
    return {};
  }
  const id = /^DELETE \/faults\/(.+)$/.exec(route)?.[1];
  if (id !== undefined) {
    if (!lab.faults.remove(id)) throw new Refusal(404, `There is no fault ${id}.`);
    return {};
  }
  if (route === 'GET /events/kinds') return lab.parts.flatMap((part) => Object.keys(part.events ?? {}));
  if (route === 'POST /events') return { text: await act(lab, await body(request)) };
  if (route === 'POST /reset') {
    const { preset, hosts, seed } = await body(request);
    await actions.reset({
      preset: typeof preset === 'string' ? preset : 'bare',
      ...(typeof hosts === 'number' ? { hosts } : {}),
      ...(typeof seed === 'number' ? { seed } : {}),
    });
    return {};
  }
  throw new Refusal(404, `There is no ${route}.`);
}

async function act(lab: LabCore, event: Record<string, unknown>): Promise<string> {
  const { target, action } = event;
  if (typeof target !== 'string' || typeof action !== 'string')
    throw new Refusal(400, 'An event needs a target and an action.');
  const run = lab.parts.map((part) => part.events?.[action]).find((found) => found !== undefined);
  if (!run) throw new Refusal(400, `Unknown action ${action}; GET /events/kinds lists them.`);
  const text = await run(lab, { ...event, target, action });
  lab.journal.add({ target, kind: 'event', text });
  lab.changed(text);
  return text;
}

/** Serves until closed; waiting readers are let go at the end. */
export async function startControl(
  lab: () => LabCore,
  actions: ControlActions,
  port: number,
): Promise<{ url: string; close(): Promise<void> }> {
  // A client on a busy machine may send on a connection that has been idle for long: it is the client that ends one.
  const server: Server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    answer(lab(), actions, request).then(
      (value) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value)),
      (error: unknown) => {
        const status = error instanceof Refusal ? error.status : 500;
        const message = error instanceof Error ? error.message : String(error);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: message }));
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        lab().journal.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
