import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testImageProxy } from '../../activities/image/index.ts';
import type { OperationContext } from '../../activities/operation.ts';
import type { EngineQuestion } from '../../cli/doctor/engine.ts';
import { checkImages } from '../../cli/doctor/images.ts';
import { type Authority, createAuthority } from '../unit/connectors/certificates.ts';

/** A portal with a certificate that was bought, a proxy with one of the engine's own CA: the article's site. */
let own: Authority;
let bought: Authority;
let portal: Server;
let proxy: Server;
let directory: string;

const portOf = (server: Server) => (server.address() as AddressInfo).port;

async function serve(ca: Authority, body: string): Promise<Server> {
  const server = createServer(await ca.issue(['127.0.0.1']), (_request, response) => response.end(body));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return server;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'image-trust-'));
  [own, bought] = await Promise.all([createAuthority('Engine CA'), createAuthority('Bought CA')]);
  [portal, proxy] = await Promise.all([serve(bought, own.pem), serve(own, '')]);
  await Promise.all([
    writeFile(join(directory, 'bought.pem'), bought.pem),
    writeFile(join(directory, 'both.pem'), `${bought.pem}\n${own.pem}`),
  ]);
});
afterAll(async () => {
  for (const server of [portal, proxy]) await new Promise((closed) => server.close(closed));
  await rm(directory, { recursive: true });
});

const inventoryOf = (file: string, imageProxy: string) => ({
  engine: { url: `https://127.0.0.1:${portOf(portal)}/ovirt-engine`, ca: { file }, imageProxy },
  hosts: [],
});
const proxyAddress = () => `127.0.0.1:${portOf(proxy)}`;

async function look(file: string, imageProxy = proxyAddress()) {
  const context = {
    inventory: inventoryOf(file, imageProxy),
    inventoryDirectory: directory,
    signal: new AbortController().signal,
  } as unknown as OperationContext;
  return testImageProxy.decide(await testImageProxy.look(context, {}), {}, context);
}

describe('the test of the connection to the image proxy', () => {
  it('tells a missing engine CA, where it is found and by which fingerprint it is known', async () => {
    const { findings, state } = await look('bought.pem');
    expect(state).toBe('refused');
    expect(findings).toEqual([
      {
        what: expect.stringMatching(
          /^127\.0\.0\.1:\d+ shows a certificate of the engine's own CA, which engine\.ca does not hold; .*due to a network error"$/,
        ),
        fix: expect.stringContaining(
          `/ovirt-engine/services/pki-resource?resource=ca-certificate&format=X509-PEM-CA, compare its SHA-256 ${new X509Certificate(own.pem).fingerprint256} with`,
        ),
      },
    ]);
  });

  it('is content when the file holds both', async () => {
    expect((await look('both.pem')).state).toBe('already');
  });

  it('does not blame the CA for a certificate that holds by none', async () => {
    const stranger = await serve(await createAuthority('Stranger'), '');
    const { findings } = await look('both.pem', `127.0.0.1:${portOf(stranger)}`);
    await new Promise((closed) => stranger.close(closed));
    expect(findings?.[0]?.what).toMatch(/is not to be trusted: its certificate is signed by a CA that is not the one/);
  });

  it('says that nobody listens, and leaves it to the hosts', async () => {
    const decision = await look('both.pem', '127.0.0.1:1');
    expect(decision).toMatchObject({ state: 'already', evidence: ['127.0.0.1:1 is not reached: connection refused'] });
  });
});

it('the doctor tells it before anybody uploads', async () => {
  const examine = (file: string, imageProxy = proxyAddress()) =>
    checkImages({
      loaded: { inventory: inventoryOf(file, imageProxy), directory },
      signal: new AbortController().signal,
    } as unknown as EngineQuestion);
  expect(await examine('both.pem')).toMatchObject([{ id: 'engine.images', state: 'ok' }]);
  expect(await examine('bought.pem')).toMatchObject([
    { state: 'problem', fix: expect.stringContaining('add it to the file of engine.ca') },
  ]);
  expect(await examine('both.pem', '127.0.0.1:1')).toMatchObject([
    { state: 'notChecked', what: expect.stringContaining('connection refused; uploads reach the daemons') },
  ]);
});
