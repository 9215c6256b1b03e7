import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { listen } from './listen.ts';

it('waits for a port that somebody else has for the moment', async () => {
  const other = createServer();
  await listen(other, 0);
  const { port } = other.address() as AddressInfo;
  const server = createServer();
  const listening = listen(server, port);
  await expect(
    Promise.race([listening.then(() => 'listens'), new Promise((r) => setTimeout(r, 50, 'waits'))]),
  ).resolves.toBe('waits');
  await new Promise((closed) => other.close(closed));
  await listening;
  expect((server.address() as AddressInfo).port).toBe(port);
  await new Promise((closed) => server.close(closed));
});
