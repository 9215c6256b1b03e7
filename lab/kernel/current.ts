/** Which simulated process the running code belongs to, so that files know who writes them and with which umask. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Actor {
  user: string;
  umask: number;
  /** Only what commands do raises the revision; what daemons do by themselves is time passing. */
  readonly counts: boolean;
  /** Lets its process count as waiting, not as computing, until the promise is settled. */
  waits?<T>(wait: Promise<T>): Promise<T>;
}

const actors = new AsyncLocalStorage<Actor | undefined>();

export function actor(): Actor | undefined {
  return actors.getStore();
}

export function actAs<T>(who: Actor | undefined, work: () => T): T {
  return actors.run(who, work);
}

/** For what waits on behalf of whoever called it: jobs of units, for example. */
export function waiting<T>(wait: Promise<T>): Promise<T> {
  return actor()?.waits?.(wait) ?? wait;
}
