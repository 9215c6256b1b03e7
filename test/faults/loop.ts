import { type CaseResult, runCase } from './case.ts';
import { KINDS } from './kinds.ts';
import { Lane } from './lane.ts';
import { observe, type Reference } from './reference.ts';
import type { Story } from './stories/index.ts';
import type { Blow } from './strike.ts';

export interface LoopWish {
  /** Path of the Temporal CLI. */
  readonly cli: string;
  readonly stories: readonly Story[];
  /** How many runs go on at a time; most of a case is waiting for time-outs. */
  readonly lanes: number;
  choose(reference: Reference): readonly Blow[];
  done?(result: CaseResult): void;
  /** What is at work comes to its end, nothing else begins. */
  readonly enough?: AbortSignal;
}

/**
 * Observes a run of each story that nothing disturbs, then interrupts as many as are chosen.
 * @throws the first error of a story that cannot be observed, once the others are through
 */
export async function faultLoop(wish: LoopWish): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const errors: unknown[] = [];
  // A lab that has had fewer hosts for a while may find the port of a further one taken by others.
  for (const hosts of new Set(wish.stories.map(({ world }) => world.hosts))) {
    const stories = wish.stories.filter(({ world }) => world.hosts === hosts);
    results.push(...(await loopOver({ ...wish, stories }, hosts, errors)));
  }
  if (errors.length > 0) throw errors[0];
  return results;
}

async function loopOver(wish: LoopWish, hosts: number, errors: unknown[]): Promise<CaseResult[]> {
  const { cli, stories, lanes, choose, done, enough } = wish;
  if (enough?.aborted) return [];
  const open: Lane[] = [];
  /** No more than there is work for. */
  const openUpTo = async (wanted: number) => {
    const missing = Math.min(wanted, lanes) - open.length;
    await Promise.all(Array.from({ length: missing }, async () => open.push(await Lane.open(cli, hosts))));
  };
  try {
    // The first worker builds the bundle that the others find.
    await openUpTo(1);
    await openUpTo(stories.length);
    const references = await share(open, stories, enough, (lane, story) =>
      observe(lane, story).catch((error) => void errors.push(error)),
    );
    const blows = references.flatMap((reference) =>
      reference ? choose(reference).map((blow) => ({ blow, reference })) : [],
    );
    await openUpTo(blows.length);
    return await share(open, blows, enough, async (lane, { blow, reference }) => {
      const result = await runCase(lane, blow, reference);
      done?.(result);
      return result;
    });
  } finally {
    await Promise.allSettled(open.map((lane) => lane.close()));
  }
}

async function share<Item, Outcome>(
  lanes: readonly Lane[],
  items: readonly Item[],
  enough: AbortSignal | undefined,
  work: (lane: Lane, item: Item) => Promise<Outcome>,
): Promise<Outcome[]> {
  const waiting = [...items];
  const outcomes: Outcome[] = [];
  const serve = async (lane: Lane) => {
    for (let next = waiting.shift(); next !== undefined && !enough?.aborted; next = waiting.shift()) {
      outcomes.push(await work(lane, next));
    }
  };
  await Promise.all(lanes.map(serve));
  return outcomes;
}

/** The figures as one table, then whatever did not end as it must. */
export function table(results: readonly CaseResult[]): string {
  const names = [...new Set(results.map(({ story }) => story))].sort();
  const rows = names
    .flatMap((name) => KINDS.map((kind) => figures(name, kind, results)))
    .filter((row) => row[2] !== '0');
  const head = ['runbook', 'kind', 'runs', 'blows', 'succeeded', 'parked', 'wrong', 'seconds each'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  const wrong = results.filter(({ problems }) => problems.length > 0);
  return [
    ...[head, ...rows].map(line),
    ...wrong.flatMap(({ story, kind, at, problems }) => [
      '',
      `${story}: ${kind} ${at}:`,
      ...problems.map((problem) => `  ${problem}`),
    ]),
  ].join('\n');
}

function figures(name: string, kind: CaseResult['kind'], results: readonly CaseResult[]): string[] {
  const some = results.filter((result) => result.story === name && result.kind === kind);
  const count = (test: (result: CaseResult) => boolean) => String(some.filter(test).length);
  const sum = (value: (result: CaseResult) => number) => some.reduce((whole, result) => whole + value(result), 0);
  return [
    name,
    kind,
    String(some.length),
    String(sum(({ blows }) => blows)),
    count(({ end }) => end === 'succeeded'),
    count(({ end }) => end === 'parked'),
    count(({ problems }) => problems.length > 0),
    (sum(({ seconds }) => seconds) / some.length).toFixed(1),
  ];
}
