/** Which simulated process the running code belongs to, so that files know who writes them and with which umask. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Actor {
  user: string;
  umask: number;
  /** Only what commands do raises the revision; what daemons do by themselves is time passing. */
  readonly counts: boolean;
}

const actors = new AsyncLocalStorage<Actor | undefined>();

export function actor(): Actor | undefined {
  return actors.getStore();
}

export function actAs<T>(who: Actor | undefined, work: () => T): T {
  return actors.run(who, work);
}
