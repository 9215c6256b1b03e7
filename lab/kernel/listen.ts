import { randomInt } from 'node:crypto';
import type { Server } from 'node:net';

const TRIES = 100;
const PAUSE_MS = 100;

/**
 * Below the ports that Linux gives to outgoing connections (32768 on): a port that is listened on again after a pause,
 * as a host's is after its reboot, must not have become somebody's connection meanwhile.
 */
const FREE = { from: 20_000, to: 32_000 };

/** Listens on loopback (0: a free port). A port that is to be the same again and is taken just now is waited for. */
export async function listen(server: Server, port: number): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await listenOnce(server, port === 0 ? randomInt(FREE.from, FREE.to) : port);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tries === TRIES) throw error;
      if (port !== 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

function listenOnce(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
