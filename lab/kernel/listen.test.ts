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

it('takes free ports from a block that other processes leave alone, and none twice', async () => {
  const servers = Array.from({ length: 20 }, () => createServer());
  await Promise.all(servers.map((server) => listen(server, 0)));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) await new Promise((closed) => server.close(closed));
  expect(new Set(ports).size).toBe(20);
  const blocks = new Set(ports.map((port) => port - (port % 400)));
  expect(blocks.size).toBeLessThan(3);
  const later = createServer();
  await listen(later, 0);
  expect(ports).not.toContain((later.address() as AddressInfo).port);
  await new Promise((closed) => later.close(closed));

  const stranger = createServer();
  const refused = new Promise((told) => stranger.once('error', told));
  stranger.listen([...blocks][0], '127.0.0.1');
  expect(await refused).toMatchObject({ code: 'EADDRINUSE' });
});
