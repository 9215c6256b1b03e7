/** Notices on the wire: a real HTTP server, a real program, and a real inventory file that names both. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tell } from '../../activities/notify/tell.ts';
import { redact } from '../../connectors/redaction.ts';
import type { Notice } from '../../workflows/contract.ts';
import { SMALL_INVENTORY } from '../support/small-inventory.ts';

const folder = mkdtempSync(join(tmpdir(), 'ovirt-runbooks-notify-'));
const inventory = join(folder, 'datacenter.yaml');
const asked: { url: string; token: string | undefined; body: unknown }[] = [];
let answer = 204;
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(parts).toString());
      asked.push({ url: request.url ?? '', token: request.headers.authorization, body });
      response.writeHead(answer, answer === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(join(folder, 'token'), 'Bearer it\'s "secret" $HOME\n', { mode: 0o600 });
  writeFileSync(join(folder, 'hook'), `${url}/hooks/very-secret-path\n`, { mode: 0o600 });
  const listed = [
    `{ name: chat, webhook: { url: "${url}/hooks/1?room=ops", headers: { Authorization: { file: token } } } }`,
    '{ name: hidden, webhook: { secretUrl: { file: hook } } }',
    '{ name: nobody, webhook: { url: "http://127.0.0.1:1/" } }',
    '{ name: pager, command: [sh, -c, "cat > told.json"] }',
    '{ name: broken, command: [sh, -c, "echo no modem >&2; exit 3"] }',
  ];
  writeFileSync(
    inventory,
    `${SMALL_INVENTORY}notifications:\n  receivers:\n${listed.map((each) => `    - ${each}\n`).join('')}`,
  );
});
afterAll(async () => {
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true, force: true });
});

const NOTICE: Notice = {
  event: 'approval',
  text: 'a run waits',
  at: '2027-01-01T00:00:00.000Z',
  run: { id: 'r', runId: 'x', runbook: 'deployHostedEngine', title: 'Deploy' },
};
const send = (receiver: string) =>
  tell({ inventory, stopping: new AbortController().signal }, { receiver, notice: NOTICE });

test('a webhook gets the notice as JSON, with its secret header', async () => {
  expect(await send('chat')).toEqual({ told: true });
  expect(asked.splice(0)).toEqual([{ url: '/hooks/1?room=ops', token: `Bearer it's "secret" $HOME`, body: NOTICE }]);
});

test('a refusal is told without the address; a redirect is none that took it', async () => {
  for (const [status, words] of [
    [503, 'the server answered 503'],
    [403, 'the server answered 403'],
    [302, 'the server answered 302'],
  ] as const) {
    answer = status;
    const failed = await send('hidden').catch((error: Error & { type?: string }) => error);
    expect(failed).toMatchObject({ type: 'NotDelivered', message: expect.stringContaining(words) });
    expect(JSON.stringify([failed, (failed as Error).message])).not.toContain('very-secret-path');
  }
  answer = 204;
  expect(asked.splice(0).map((request) => request.url)).toEqual(Array(3).fill('/hooks/very-secret-path'));
  expect(redact(`${url}/hooks/very-secret-path`)).not.toContain('very-secret-path');
  await expect(send('nobody')).rejects.toMatchObject({
    type: 'NotDelivered',
    message: 'The webhook did not take the notice: connection refused.',
  });
});

test('a program reads the notice; one that fails is named with its last line', async () => {
  expect(await send('pager')).toEqual({ told: true });
  expect(JSON.parse(readFileSync(join(folder, 'told.json'), 'utf8'))).toEqual(NOTICE);
  await expect(send('broken')).rejects.toMatchObject({
    type: 'NotDelivered',
    message: 'The program sh did not take the notice: it ended with exit code 3: no modem.',
  });
});

test('a receiver that is no longer described is not told', async () => {
  expect(await send('gone')).toEqual({ told: false });
});
