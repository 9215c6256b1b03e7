import { isPassing, KINDS, type Kind, suits } from './kinds.ts';
import type { Point } from './points.ts';
import type { Reference } from './reference.ts';
import type { Blow } from './strike.ts';

/** Every kind at every point where it can strike, each in a run of its own. */
export function allCases({ points, story }: Reference): Blow[] {
  return KINDS.flatMap((kind) =>
    points.filter((point) => suits(kind, point, story)).map((point) => ({ kind, points: [point] })),
  );
}

/** The same blows in fewer runs: as many as `size` of one kind in each, those of a run far apart. */
export function together(cases: readonly Blow[], size: number): Blow[] {
  return KINDS.flatMap((kind) => {
    const own = cases.filter((one) => one.kind === kind);
    if (!isPassing(kind)) return own;
    const points = own.flatMap((one) => one.points);
    return spread(kind, points, Math.ceil(points.filter((point) => !isAlone(point)).length / size));
  });
}

/** Within the deployment, or while people are asked: nothing is held there, so nothing leads on to another point. */
function isAlone({ side }: Point): boolean {
  return side === 'during' || side === 'asked';
}

/** All points in as many runs as are given, those of a run far apart; but for those that have their own run. */
export function spread(kind: Blow['kind'], points: readonly Point[], runs: number): Blow[] {
  const alone = points.filter(isAlone);
  const others = points.filter((point) => !isAlone(point));
  return [
    ...Array.from({ length: runs }, (_, run) => ({ kind, points: others.filter((_p, place) => place % runs === run) })),
    ...alone.map((point) => ({ kind, points: [point] })),
  ];
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

/** One case of each kind, where a story has any: the same seed chooses the same ones. */
export function ofEach(kinds: readonly Kind[], cases: readonly Blow[], seed: number): Blow[] {
  return kinds.flatMap((kind) =>
    sample(
      cases.filter((one) => one.kind === kind),
      1,
      seed,
    ),
  );
}

/** As many of them as are wished, from a place on that the seed chooses; behind the last comes the first again. */
export function around<T>(items: readonly T[], from: number, count: number, seed: number): T[] {
  return Array.from({ length: count }, (_, index) => items[(seed + from + index) % items.length] as T);
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
