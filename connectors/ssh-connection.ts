/** One multiplexed SSH connection: hands out its channels, and knows when it may take no more. */
import { once } from 'node:events';
import { type Dialled, dial } from './ssh-dial.ts';
import { NotSent } from './ssh-exec.ts';
import type { SshTarget } from './ssh-target.ts';

/** Below sshd's MaxSessions of 10, so that a session which sshd has not quite ended yet does no harm. */
const MAX_CHANNELS = 8;

interface Waiter {
  readonly take: () => void;
  readonly refuse: (reason: unknown) => void;
}

export class SshConnection {
  readonly #dialled: Dialled;
  readonly #waiters: Waiter[] = [];
  readonly #retiredListeners: (() => void)[] = [];
  #busy = 0;
  #retired = false;
  #ended = false;

  static async open(target: SshTarget, signal: AbortSignal): Promise<SshConnection> {
    return new SshConnection(await dial(target, signal));
  }

  private constructor(dialled: Dialled) {
    this.#dialled = dialled;
    const { client, socket } = dialled;
    const onEnd = () => {
      this.#ended = true;
      this.retire();
      for (const waiter of this.#waiters.splice(0)) waiter.refuse(new NotSent('the connection has ended'));
    };
    // Ahead of ssh2's own handlers, so that a channel's end is known to be the connection's.
    client.prependListener('end', onEnd);
    client.prependListener('close', onEnd);
    if (socket.destroyed) onEnd();
  }

  /** Waits for a free channel, then works with it. */
  async withChannel<T>(
    signal: AbortSignal | undefined,
    work: (place: { client: Dialled['client']; broken: () => boolean; onAbandoned: () => void }) => Promise<T>,
  ): Promise<T> {
    await this.#slot(signal);
    try {
      return await work({
        client: this.#dialled.client,
        broken: () => this.#ended,
        onAbandoned: () => this.retire(),
      });
    } finally {
      this.#busy -= 1;
      this.#next();
    }
  }

  /** Takes no new commands; ends once those under way have ended. */
  retire(): void {
    if (this.#retired) return;
    this.#retired = true;
    for (const listener of this.#retiredListeners) listener();
    for (const waiter of this.#waiters.splice(0)) waiter.refuse(new NotSent('the connection takes no more commands'));
    if (this.#busy === 0) void this.end();
  }

  onRetired(listener: () => void): void {
    if (this.#retired) listener();
    else this.#retiredListeners.push(listener);
  }

  onEnded(listener: () => void): void {
    if (this.#dialled.socket.closed) listener();
    else this.#dialled.socket.once('close', listener);
  }

  /** Says goodbye, closes the socket and returns when it is closed. */
  async end(): Promise<void> {
    const { client, socket } = this.#dialled;
    this.retire();
    if (socket.closed) return;
    const closed = once(socket, 'close');
    client.end();
    socket.destroySoon();
    await closed;
  }

  #slot(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#retired) return Promise.reject(new NotSent('the connection has ended'));
    if (this.#busy < MAX_CHANNELS) {
      this.#busy += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        const at = this.#waiters.indexOf(waiter);
        if (at >= 0) this.#waiters.splice(at, 1);
        reject(signal?.reason);
      };
      const done = (act: () => void) => {
        signal?.removeEventListener('abort', onAbort);
        act();
      };
      const waiter: Waiter = {
        take: () => done(resolve),
        refuse: (reason) => done(() => reject(reason)),
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiters.push(waiter);
    });
  }

  #next(): void {
    if (this.#retired) {
      if (this.#busy === 0) void this.end();
      return;
    }
    const waiter = this.#waiters.shift();
    if (waiter === undefined) return;
    this.#busy += 1;
    waiter.take();
  }
}
