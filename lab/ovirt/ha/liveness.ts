import { HOST_ALIVE_TIMEOUT } from './constants.ts';

interface Sample {
  readonly at: number;
  readonly stamps: ReadonlyMap<number, number>;
}

/**
 * An agent's memory of every host's timestamp. A host is alive when its timestamp differs from the one this agent
 * saw more than a minute ago, so for the first minute after an agent's start all other hosts look dead.
 */
export class LivenessHistory {
  private samples: Sample[] = [];

  record(at: number, stamps: ReadonlyMap<number, number>): void {
    this.samples.push({ at, stamps: new Map(stamps) });
    // One sample older than the limit is kept to compare with.
    while (this.samples.length > 2 && at - (this.samples[1]?.at ?? at) >= HOST_ALIVE_TIMEOUT) this.samples.shift();
  }

  /** Seconds this agent has been collecting. */
  age(now: number): number {
    const first = this.samples[0];
    return first ? now - first.at : 0;
  }

  alive(now: number): Set<number> {
    const last = this.samples.at(-1);
    const old = this.samples.find((s) => now - s.at >= HOST_ALIVE_TIMEOUT);
    const living = new Set<number>();
    if (!last || !old) return living;
    for (const [id, stamp] of last.stamps) if (old.stamps.get(id) !== stamp) living.add(id);
    return living;
  }
}
