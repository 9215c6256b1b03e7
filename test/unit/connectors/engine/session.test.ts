import type { RequestListener, ServerResponse } from 'node:http';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EngineSession } from '../../../../connectors/engine/session.ts';
import { redact } from '../../../../connectors/redaction.ts';
import { type Authority, createAuthority, serve } from '../certificates.ts';

let authority: Authority;
let other: Authority;
let stop: (() => Promise<void>)[] = [];

beforeAll(async () => {
  [authority, other] = await Promise.all([createAuthority('Engine CA'), createAuthority('Other CA')]);
});
afterEach(async () => {
  await Promise.all(stop.map((close) => close()));
  stop = [];
});

const TOKEN = '/ovirt-engine/sso/oauth/token';
const json = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

async function session(listener: RequestListener, cas: readonly string[] = [authority.pem]) {
  const server = await serve(await authority.issue(['127.0.0.1']), listener);
  stop.push(server.close);
  const given = [...cas];
  return new EngineSession({
    url: `${server.url}/ovirt-engine`,
    user: 'admin@internal',
    password: async () => 'p&ss wörd',
    ca: async () => given.shift(),
  });
}

/** An engine that gives out numbered tokens and does what it is told with everything else. */
function engine(answer: RequestListener): { listener: RequestListener; logins: string[] } {
  const logins: string[] = [];
  return {
    logins,
    listener: (request, response) => {
      if (request.url !== TOKEN) return answer(request, response);
      let form = '';
      request.on('data', (part) => {
        form += part;
      });
      request.on('end', () => {
        logins.push(form);
        json(response, 200, { access_token: `token-number-${logins.length}`, token_type: 'bearer' });
      });
    },
  };
}

const read = (of: EngineSession) => of.exchange({ method: 'GET', url: `${of.url}/api/x`, headers: {} });
const change = (of: EngineSession) => of.exchange({ method: 'POST', url: `${of.url}/api/x`, headers: {}, body: '{}' });

describe('a session', () => {
  it('logs in with what the SSO asks for, uses the token, and keeps it out of every text', async () => {
    const asked: (string | undefined)[] = [];
    const { listener, logins } = engine((request, response) => {
      asked.push(request.headers.authorization);
      json(response, 200, {});
    });
    const of = await session(listener);
    await read(of);
    await read(of);
    expect(Object.fromEntries(new URLSearchParams(logins[0]))).toEqual({
      grant_type: 'password',
      scope: 'ovirt-app-api',
      username: 'admin@internal',
      password: 'p&ss wörd',
    });
    expect(logins).toHaveLength(1);
    expect(asked).toEqual(['Bearer token-number-1', 'Bearer token-number-1']);
    expect(redact('it was Bearer token-number-1.')).toBe('it was Bearer [secret].');
  });

  it('logs in again on a 401, three times at most, and passes the last one on', async () => {
    let refused = 1;
    const { listener, logins } = engine((_request, response) => {
      if (refused-- > 0) response.writeHead(401, { 'content-type': 'text/html' }).end('<html>expired</html>');
      else json(response, 200, {});
    });
    const of = await session(listener);
    expect((await change(of)).status).toBe(200);
    expect(logins).toHaveLength(2);
    refused = 5;
    expect((await read(of)).status).toBe(401);
    expect(logins).toHaveLength(5);
  });

  it.each([
    [400, { error_code: 'access_denied', error: 'Cannot authenticate user. Verify your login..' }, 'AccessDenied'],
    [400, { error_code: 'server_error', error: 'no database' }, 'EngineUnreachable'],
    [400, { error: 'access_denied', error_description: 'Wrong..' }, 'AccessDenied'],
    [503, 'Service Unavailable', 'EngineUnreachable'],
    [200, '<html>starting</html>', 'EngineUnreachable'],
  ])('answers a login with %i %j: %s', async (status, body, type) => {
    const of = await session((_request, response) => json(response, status, body));
    await expect(read(of)).rejects.toMatchObject({
      type,
      message: expect.stringMatching(/^Cannot log in [^\n]*[^.]\.$/),
    });
  });

  it('knows when a change may have arrived, and when it cannot have', async () => {
    const { listener } = engine((request) => request.socket.destroy());
    const of = await session(listener);
    await expect(change(of)).rejects.toMatchObject({
      type: 'OutcomeUnknown',
      message: expect.stringMatching(/^POST \/ovirt-engine\/api\/x: the connection to the engine was lost after/),
    });
    await expect(read(of)).rejects.toMatchObject({ type: 'EngineUnreachable' });
    await Promise.all(stop.map((close) => close()));
    stop = [];
    await expect(change(of)).rejects.toMatchObject({ type: 'EngineUnreachable' });
  });

  it('reads the CA again after it did not hold, because a new engine has a new one', async () => {
    const { listener } = engine((_request, response) => json(response, 200, {}));
    const of = await session(listener, [other.pem, authority.pem]);
    await expect(read(of)).rejects.toMatchObject({ type: 'AccessDenied' });
    expect((await read(of)).status).toBe(200);
  });
});
