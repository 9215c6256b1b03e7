import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RemoteImage } from '../../../connectors/imageio/image.ts';
import { readImage } from '../../../connectors/imageio/read.ts';
import { type Authority, createAuthority } from './certificates.ts';

const CONTENT = Buffer.from('the content of an image, which is longer than it was asked for');
const SIZE = 24;
const OK = `HTTP/1.1 206 Partial Content\r\ncontent-length: ${CONTENT.length}\r\n\r\n`;

let authority: Authority;
let server: Server;
/** Answers one request. */
let answer: (connection: TLSSocket) => void;
let asked = '';

beforeAll(async () => {
  authority = await createAuthority('Engine CA');
  server = createServer(await authority.issue(['127.0.0.1']), (connection) => {
    connection.on('error', () => undefined);
    connection.once('data', (bytes) => {
      asked = bytes.toString('latin1');
      answer(connection);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => server.close());

async function read(ca = authority.pem, signal = new AbortController().signal): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const parts: Buffer[] = [];
  const image = new RemoteImage(`https://127.0.0.1:${port}/images/SECRET`, { ca, signal, idleMs: 2000 });
  await readImage(image, SIZE, (bytes) => parts.push(Buffer.from(bytes)));
  return Buffer.concat(parts).toString();
}

/** Sends these parts in packets of their own. */
const inParts =
  (...parts: readonly (string | Buffer)[]) =>
  async (connection: TLSSocket) => {
    for (const part of parts) {
      await new Promise((sent) => connection.write(part, sent));
      await new Promise((turn) => setImmediate(turn));
    }
  };

test('an image is read as far as it was asked for, wherever its answer is cut', async () => {
  const expected = CONTENT.subarray(0, SIZE).toString();
  answer = inParts(OK, CONTENT);
  expect(await read()).toBe(expected);
  expect(asked).toMatch(/^GET \/images\/SECRET HTTP\/1\.1\r\n/);
  expect(asked).toMatch(/^range: bytes=0-23\r$/m);
  answer = inParts(Buffer.concat([Buffer.from(OK), CONTENT]));
  expect(await read()).toBe(expected);
  answer = inParts(OK.slice(0, -1), Buffer.concat([Buffer.from('\n'), CONTENT.subarray(0, 5)]), CONTENT.subarray(5));
  expect(await read()).toBe(expected);
  answer = inParts(OK.slice(0, 5), OK.slice(5, -3), OK.slice(-3), CONTENT.subarray(0, 1), CONTENT.subarray(1));
  expect(await read()).toBe(expected);
});

test('a refusal, a break and silence are each told without the address', async () => {
  answer = inParts('HTTP/1.1 403 Forbidden\r\ncontent-length: 9\r\n\r\n', 'no ticket');
  await expect(read()).rejects.toMatchObject({ type: 'NotFound', message: expect.not.stringContaining('SECRET') });
  answer = inParts('HTTP/1.1 503 Busy\r\ncontent-length: 5\r\n\r\n', 'later');
  await expect(read()).rejects.toMatchObject({ type: 'EngineUnreachable', message: expect.stringContaining('later') });
  answer = async (connection) => {
    await inParts(OK, CONTENT.subarray(0, 7))(connection);
    connection.destroy();
  };
  await expect(read()).rejects.toMatchObject({ type: 'EngineUnreachable' });
  answer = (connection) => connection.destroy();
  await expect(read()).rejects.toMatchObject({ type: 'EngineUnreachable' });
  answer = inParts(OK, CONTENT.subarray(0, 7));
  await expect(read()).rejects.toMatchObject({ type: 'EngineUnreachable' });
});

test('it ends when it is cancelled, and is not begun under another CA', async () => {
  const cancelled = new AbortController();
  answer = () => cancelled.abort(new Error('cancelled'));
  await expect(read(authority.pem, cancelled.signal)).rejects.toThrow('cancelled');
  asked = '';
  await expect(read((await createAuthority('Another CA')).pem)).rejects.toMatchObject({ type: 'AccessDenied' });
  expect(asked).toBe('');
});
