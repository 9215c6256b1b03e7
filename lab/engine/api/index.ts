/**
 * The engine's REST API and its SSO, version 4.3, as far as operating the hosted engine needs it.
 * model/ is the API's vocabulary, wire/ the documents, sso/ who is let in, routing/ from path to answer, resources/ what
 * is shown, commands/ what is done, database/ what the engine knows, monitor/ what it sees by itself.
 * This file: one request from its admission to its page.
 */
import { randomUUID } from 'node:crypto';
import type { Lab } from '../../types.ts';
import type { Page } from '../pages.ts';
import { documentPage, faultPage, replyPage } from './answer.ts';
import { tell, userName } from './database/events.ts';
import { structNamed } from './model/model.ts';
import type { LiveEngine } from './monitor/monitor.ts';
import { liveEngine } from './monitor/monitor.ts';
import { linkHeader, root, rootLinks } from './resources/root.ts';
import { readBody } from './routing/body.ts';
import type { Call } from './routing/call.ts';
import { withReferences } from './routing/decorate.ts';
import { CannotFollow } from './routing/follow.ts';
import { handlerFor } from './routing/handlers.ts';
import { allowed, findRoute, methodFor } from './routing/route.ts';
import { EngineGone } from './run.ts';
import { authenticate } from './sso/authenticate.ts';
import { ssoPage } from './sso/endpoints.ts';
import type { Session } from './sso/sessions.ts';
import { ApiFault, ContainerFailure, containerError, line, notModelled, PlainRefusal, page } from './wire/fault.ts';
import type { Format } from './wire/negotiate.ts';
import { acceptedFormat, bodyFormat, correlationId } from './wire/negotiate.ts';
import type { Entity, Value } from './wire/values.ts';

export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** Kinds of fault that wait for this request and are the engine's to act upon. */
  readonly faults: readonly string[];
}

const API = /^\/ovirt-engine\/api(\/v4)?(?=\/|;|$)/;
const SSO = /^\/ovirt-engine\/(sso|services\/sso-logout)(\/|$)/;

export const isApiPath = (path: string): boolean => API.test(path) || SSO.test(path);

/** A path without its prefix and its matrix parameters, which count as query parameters. */
function readPath(url: URL, prefix: string): { segments: string[]; query: URLSearchParams } {
  const query = new URLSearchParams(url.searchParams);
  const segments: string[] = [];
  for (const segment of url.pathname.slice(prefix.length).split('/')) {
    const [name = '', ...parameters] = segment.split(';').map(decodeURIComponent);
    if (name !== '') segments.push(name);
    for (const one of parameters) {
      const [key = '', value = ''] = one.split(/=(.*)/s);
      query.set(key, value);
    }
  }
  return { segments, query };
}

function checkVersion(version: string | undefined): void {
  if (version === undefined || version === '4') return;
  if (version === '3') throw page(405, 'HTTP method GET is not supported by this URL');
  throw page(400, 'Bad Request');
}

function plainPage(refusal: PlainRefusal): Page {
  const type: Record<string, string> = refusal.type === undefined ? {} : { 'content-type': refusal.type };
  return { status: refusal.status, headers: { ...type, ...refusal.headers }, body: refusal.message };
}

/** The engine makes a session of its own when a token or a password is used for the first time, and says so. */
function welcome(lab: Lab, { db }: LiveEngine, session: Session, correlation: string): void {
  if (session.known) return;
  session.known = true;
  const user = userName(session.user);
  tell(lab, db, {
    code: 30,
    user,
    correlationId: correlation.slice(0, 8),
    text: `User ${user} connecting from '127.0.0.1' using session 'sessionid' logged in.`,
  });
}

interface Exchange {
  readonly lab: Lab;
  readonly engine: LiveEngine;
  readonly request: ApiRequest;
  readonly base: string;
  readonly origin: string;
  readonly correlationId: string;
}

async function exchange(on: Exchange, session: Session, token: string): Promise<Page> {
  const { lab, engine, request, base, origin } = on;
  const { segments, query } = readPath(request.url, API.exec(request.url.pathname)?.[0] ?? '');
  checkVersion(request.headers.version ?? undefined);
  const path = segments.join('/');
  const route = findRoute(segments);
  if (!route) {
    throw line(404, `RESTEASY003210: Could not find resource for full path: ${origin}/ovirt-engine/api/v4/${path}`);
  }
  const method = methodFor(route, request.method);
  if (method === undefined) throw new PlainRefusal(405, '', undefined, { allow: allowed(route) });
  const format = acceptedFormat(query.get('accept') ?? request.headers.accept);
  const takesBody = request.method === 'POST' || request.method === 'PUT';
  let action: Entity | undefined;
  try {
    const body: Entity = takesBody
      ? readBody({
          route,
          method,
          format: bodyFormat(request.headers['content-type']),
          source: request.body,
          origin,
          path,
        })
      : {};
    if (route.action) action = body;
    const call: Call = {
      lab,
      run: engine.run,
      db: engine.db,
      user: session.user,
      token,
      route,
      query,
      body,
      allContent: /^(true|)$/i.test(request.headers['all-content'] ?? 'false'),
      correlationId: on.correlationId,
    };
    if (route.service.name === 'system') return rootPage(call, method, format, base, origin);
    const handler = handlerFor(route.service.name, method);
    if (!handler) throw notModelled(`${request.method} ${request.url.pathname}`);
    return await replyPage(call, await handler(call), format, base, origin);
  } catch (error) {
    if (error instanceof ApiFault) return faultPage(error, format, action);
    if (error instanceof CannotFollow) {
      throw containerError(`/${path}`, request.url.search.slice(1), `java.lang.RuntimeException: ${error.message}`);
    }
    throw error;
  }
}

function rootPage(call: Call, method: string, format: Format, base: string, origin: string): Page {
  if (method !== 'get') throw notModelled(`the action ${method}`);
  const entity: Entity = {
    ...withReferences(structNamed('api'), root(call, base), base),
    link: rootLinks(base) as unknown as Value,
  };
  const answer = documentPage(200, format, 'api', entity);
  return { ...answer, headers: { ...answer.headers, link: linkHeader(base, origin) } };
}

function sso(engine: LiveEngine, request: ApiRequest, authRefused: boolean): Page {
  const answer = ssoPage(engine.run, engine.db.image, {
    path: request.url.pathname,
    form: new URLSearchParams(request.body),
    accept: request.headers.accept,
    authRefused,
  });
  return answer ?? plainPage(notModelled(request.url.pathname));
}

/** Answers a request to the API or the SSO; undefined when the engine went away before it could. */
export async function answerApi(lab: Lab, request: ApiRequest): Promise<Page | undefined> {
  const engine = liveEngine(lab);
  if (!engine) return undefined;
  if (request.faults.includes('token-expired')) engine.run.sessions.closeAll();
  const authRefused = request.faults.includes('auth-refused');
  if (SSO.test(request.url.pathname)) return sso(engine, request, authRefused);
  const version = API.exec(request.url.pathname)?.[1] ?? '';
  const given = request.headers['correlation-id'] ?? request.url.searchParams.get('correlation_id');
  const correlation = correlationId(given, randomUUID);
  const origin = `https://${request.headers.host ?? lab.engineFqdn}`;
  try {
    const admission = authenticate(engine.run, engine.db.image, request.headers, authRefused);
    welcome(lab, engine, admission.session, correlation);
    const extra: Record<string, string> = { 'correlation-id': correlation };
    if (admission.setCookie !== undefined) extra['set-cookie'] = admission.setCookie;
    let answer: Page;
    try {
      const base = `/ovirt-engine/api${version}`;
      answer = await exchange(
        { lab, engine, request, base, origin, correlationId: correlation },
        admission.session,
        admission.token,
      );
    } catch (error) {
      if (!(error instanceof PlainRefusal) || error instanceof ContainerFailure) throw error;
      answer = plainPage(error);
    }
    if (admission.once) engine.run.sessions.close(admission.token);
    const { 'content-type': type, ...others } = answer.headers;
    const headers = request.method === 'HEAD' || type === undefined ? others : answer.headers;
    return { ...answer, headers: { ...headers, ...extra }, ...(request.method === 'HEAD' ? { body: '' } : {}) };
  } catch (error) {
    if (error instanceof PlainRefusal) return plainPage(error);
    // It ended in the middle of a call that takes its time.
    if (error instanceof EngineGone) return undefined;
    throw error;
  }
}
