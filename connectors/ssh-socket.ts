/** Waits for the TCP connection under SSH. */
import type { Socket } from 'node:net';
import { CONNECT_TIMEOUT_MS, failure, networkTrouble } from './ssh-failures.ts';
import type { SshPlace } from './ssh-target.ts';

/** @throws HostUnreachable when nobody accepts it in time */
export function connected(target: SshPlace, socket: Socket): Promise<void> {
  return new Promise((done, fail) => {
    const tooLate = () =>
      fail(failure(target, 'HostUnreachable', `no answer within ${CONNECT_TIMEOUT_MS / 1000} seconds`));
    const timer = setTimeout(tooLate, CONNECT_TIMEOUT_MS);
    socket.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      fail(failure(target, 'HostUnreachable', networkTrouble(error), error));
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      done();
    });
  });
}
