/**
 * Who is let in: tokens, Basic credentials and sessions.
 * This file: the tokens of one life of the engine; they are in its memory only.
 */
import { randomBytes } from 'node:crypto';

export interface User {
  readonly name: string;
  readonly profile: string;
}

export interface Session {
  readonly user: User;
  /** The engine has made its own session out of the token; it tells so with an event. */
  known: boolean;
  /** Real milliseconds: this time-out judges the client, so it does not run faster with the lab. */
  usedAt: number;
}

const IDLE_MS = 30 * 60 * 1000;

export class Sessions {
  readonly #tokens = new Map<string, Session>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A new bearer token, as long as the real ones. */
  open(user: User): string {
    const token = randomBytes(64).toString('base64url');
    this.#tokens.set(token, { user, known: false, usedAt: this.#now() });
    return token;
  }

  /** The session of a token, kept alive by being asked for; undefined when unknown, lost or idle for too long. */
  use(token: string): Session | undefined {
    const session = this.#tokens.get(token);
    if (!session) return undefined;
    if (this.#now() - session.usedAt > IDLE_MS) {
      this.#tokens.delete(token);
      return undefined;
    }
    session.usedAt = this.#now();
    return session;
  }

  close(token: string): void {
    this.#tokens.delete(token);
  }

  closeAll(): void {
    this.#tokens.clear();
  }
}
