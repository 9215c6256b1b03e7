import type { Server } from 'node:net';

const TRIES = 100;
const PAUSE_MS = 100;

/**
 * Listens on loopback (0: a free port). A port that is to be the same again may have been given to another process's
 * outgoing connection meanwhile: that is waited for.
 */
export async function listen(server: Server, port: number): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          server.off('error', reject);
          resolve();
        });
      });
      return;
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!taken || port === 0 || tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
