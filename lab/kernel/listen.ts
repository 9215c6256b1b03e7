import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

const TRIES = 100;
const PAUSE_MS = 100;

/**
 * Below the ports that Linux gives to outgoing connections (32768 on): a port that is listened on again after a pause,
 * as a host's is after its reboot, must not have become somebody's connection meanwhile.
 */
const FREE = { from: 12_000, to: 32_000 };
/**
 * Nor another lab's, nor anybody's of this one: each process takes its ports from blocks of its own, which it holds by
 * their first ports, and none of them twice.
 */
const BLOCK = 400;
let latest: Promise<number> = Promise.resolve(0);

/** Listens on loopback (0: a free port). A port that is to be the same again and is taken just now is waited for. */
export async function listen(server: Server, port: number): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await listenOnce(server, port === 0 ? await nextPort() : port);
      return;
    } catch (error) {
      if (!isTaken(error) || tries === TRIES) throw error;
      if (port !== 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

function nextPort(): Promise<number> {
  latest = latest.catch(() => 0).then(async (last) => ((last + 1) % BLOCK <= 1 ? (await reserve()) + 1 : last + 1));
  return latest;
}

/** The first port of a block that no process has; held until this process ends. */
async function reserve(): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const first = FREE.from + BLOCK * randomInt((FREE.to - FREE.from) / BLOCK);
    const holder = createServer().unref();
    try {
      await listenOnce(holder, first);
      return first;
    } catch (error) {
      if (!isTaken(error) || tries === TRIES) throw error;
    }
  }
}

const isTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EADDRINUSE';

function listenOnce(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
