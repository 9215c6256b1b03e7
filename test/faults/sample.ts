import type { FaultCase } from './case.ts';
import type { Point } from './points.ts';
import { KINDS } from './strike.ts';

/** Every kind at every point. */
export function allCases(points: readonly Point[]): FaultCase[] {
  return KINDS.flatMap((kind) => points.map((point) => ({ kind, point })));
}

/** Some of them, chosen by the seed: the same seed chooses the same ones. */
export function sample<T>(items: readonly T[], count: number, seed: number): T[] {
  const random = generator(seed);
  const left = [...items];
  const taken: T[] = [];
  while (taken.length < count && left.length > 0) {
    taken.push(...left.splice(Math.floor(random() * left.length), 1));
  }
  return taken;
}

/** The I-th of N parts, so that several machines share the work. */
export function shard<T>(items: readonly T[], index: number, count: number): T[] {
  return items.filter((_item, place) => place % count === index - 1);
}

/** Mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
