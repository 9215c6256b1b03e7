import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

const TRIES = 100;
const PAUSE_MS = 100;

/**
 * Below the ports that Linux gives to outgoing connections (32768 on): a port that is listened on again after a pause,
 * as a host's is after its reboot, must not have become somebody's connection meanwhile.
 */
const FREE = { from: 12_000, to: 32_000 };
/** Nor another lab's: each process takes its ports from blocks of its own, which it holds by their first ports. */
const BLOCK = 400;
const blocks: number[] = [];

/** Listens on loopback (0: a free port). A port that is to be the same again and is taken just now is waited for. */
export async function listen(server: Server, port: number): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await listenOnce(server, port === 0 ? await portOfOurs(tries === TRIES) : port);
      return;
    } catch (error) {
      if (!isTaken(error) || tries > TRIES) throw error;
      if (port !== 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** Any port of the last block, taken or not; `full`: of a new one. */
async function portOfOurs(full: boolean): Promise<number> {
  if (full || blocks.length === 0) blocks.push(await reserve());
  return (blocks.at(-1) ?? FREE.from) + randomInt(1, BLOCK);
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
