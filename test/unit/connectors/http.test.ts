import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { engineCa } from '../../../connectors/engine-ca.ts';
import { getText } from '../../../connectors/http.ts';
import { type Authority, createAuthority, serve } from './certificates.ts';

const DAY = 86_400_000;

let authority: Authority;
let other: Authority;
let directory: string;
let stop: (() => Promise<void>)[] = [];

beforeAll(async () => {
  [authority, other] = await Promise.all([createAuthority('Engine CA'), createAuthority('Other CA')]);
  directory = await mkdtemp(join(tmpdir(), 'ca-'));
  await writeFile(join(directory, 'ca.pem'), authority.pem);
});

afterAll(() => rm(directory, { recursive: true }));

afterEach(async () => {
  await Promise.all(stop.map((close) => close()));
  stop = [];
});

async function start(...[identity, listener]: Parameters<typeof serve>): Promise<string> {
  const server = await serve(identity, listener);
  stop.push(server.close);
  return server.url;
}

describe('getText', () => {
  it('answers with status and body, whatever the status, after one request', async () => {
    let requests = 0;
    const url = await start(await authority.issue(['127.0.0.1']), (_request, response) => {
      requests += 1;
      response.writeHead(503).end('starting');
    });
    await expect(getText(`${url}/health`, { ca: authority.pem })).resolves.toEqual({ status: 503, body: 'starting' });
    expect(requests).toBe(1);
  });

  it('follows redirects over HTTPS, but never to plain HTTP', async () => {
    const url = await start(await authority.issue(['127.0.0.1']), ({ url: path }, response) => {
      if (path === '/a') response.writeHead(302, { location: '/b' }).end();
      else if (path === '/b') response.writeHead(200).end('portal');
      else response.writeHead(302, { location: 'http://127.0.0.1:1/b' }).end('elsewhere');
    });
    await expect(getText(`${url}/a`, { ca: authority.pem })).resolves.toEqual({ status: 200, body: 'portal' });
    await expect(getText(`${url}/c`, { ca: authority.pem })).resolves.toEqual({ status: 302, body: 'elsewhere' });
  });

  it.each([
    ['another CA', () => other.issue(['127.0.0.1']), 'not the one of the inventory'],
    ['another name', () => authority.issue(['ovirt.example.com']), 'for another name'],
    [
      'the past',
      () => authority.issue(['127.0.0.1'], { from: new Date(Date.now() - 2 * DAY), to: new Date(Date.now() - DAY) }),
      'has expired',
    ],
    [
      'the future',
      () => authority.issue(['127.0.0.1'], { from: new Date(Date.now() + DAY), to: new Date(Date.now() + 2 * DAY) }),
      'not valid yet; compare the clocks',
    ],
  ])('does not talk to a certificate of %s', async (_what, issue, why) => {
    let requests = 0;
    const url = await start(await issue(), () => {
      requests += 1;
    });
    await expect(getText(url, { ca: authority.pem })).rejects.toMatchObject({
      type: 'AccessDenied',
      message: expect.stringContaining(why),
    });
    expect(requests).toBe(0);
  });

  it('says EngineUnreachable when nobody listens', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as { port: number };
    closed.close();
    await once(closed, 'close');
    await expect(getText(`https://127.0.0.1:${port}/x?token=1`)).rejects.toMatchObject({
      type: 'EngineUnreachable',
      message: `Cannot read https://127.0.0.1:${port}/x: connection refused.`,
    });
  });

  it('says EngineUnreachable when no answer comes in time, or the connection is cut', async () => {
    const identity = await authority.issue(['127.0.0.1']);
    const silent = await start(identity, () => undefined);
    await expect(getText(silent, { ca: authority.pem, timeoutMs: 100 })).rejects.toMatchObject({
      type: 'EngineUnreachable',
      message: expect.stringContaining('no answer in time'),
    });
    const rude = await start(identity, (request) => request.socket.destroy());
    await expect(getText(rude, { ca: authority.pem })).rejects.toMatchObject({ type: 'EngineUnreachable' });
  });

  it('ends with the reason of the signal', async () => {
    const abort = new AbortController();
    const url = await start(await authority.issue(['127.0.0.1']), () => abort.abort(new Error('the worker stops')));
    await expect(getText(url, { ca: authority.pem, signal: abort.signal })).rejects.toThrow('the worker stops');
  });
});

describe('engineCa', () => {
  it('is the file of the inventory', async () => {
    const engine = { url: 'https://x/ovirt-engine', ca: { file: 'ca.pem' } };
    await expect(engineCa(engine, directory)).resolves.toBe(authority.pem);
    await expect(engineCa({ ...engine, ca: { file: 'no.pem' } }, directory)).rejects.toMatchObject({
      type: 'InvalidInventory',
      message: `Cannot read engine.ca from ${join(directory, 'no.pem')}: there is no such file.`,
    });
  });

  it('is what the engine hands out, if its fingerprint is the pinned one', async () => {
    const asked: (string | undefined)[] = [];
    const url = await start(await authority.issue(['127.0.0.1']), (request, response) => {
      asked.push(request.url);
      response.end(authority.pem);
    });
    const engine = { url: `${url}/ovirt-engine`, fingerprint: authority.fingerprint.toLowerCase() };
    await expect(engineCa(engine, directory)).resolves.toBe(authority.pem);
    expect(asked).toEqual(['/ovirt-engine/services/pki-resource?resource=ca-certificate&format=X509-PEM-CA']);
    await expect(engineCa({ ...engine, fingerprint: other.fingerprint }, directory)).rejects.toMatchObject({
      type: 'AccessDenied',
      message: expect.stringContaining(
        `engine.fingerprint is ${other.fingerprint}, but its CA has ${authority.fingerprint}`,
      ),
    });
  });

  it('is left to Node when the inventory names none', async () => {
    await expect(engineCa({ url: 'https://x/ovirt-engine' }, directory)).resolves.toBeUndefined();
  });
});
