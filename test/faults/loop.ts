import { type CaseResult, runCase } from './case.ts';
import { Lane } from './lane.ts';
import { observe, type Reference } from './reference.ts';
import { type Blow, KINDS } from './strike.ts';

export interface LoopWish {
  /** Path of the Temporal CLI. */
  readonly cli: string;
  /** How many runs go on at a time; most of a case is waiting for time-outs. */
  readonly lanes: number;
  choose(reference: Reference): readonly Blow[];
  done?(result: CaseResult): void;
}

/** Observes a run that nothing disturbs, then interrupts as many as are chosen. */
export async function faultLoop({ cli, lanes, choose, done }: LoopWish): Promise<CaseResult[]> {
  const open: Lane[] = [];
  const results: CaseResult[] = [];
  try {
    const first = await Lane.open(cli);
    open.push(first);
    const reference = await observe(first);
    const waiting = [...choose(reference)];
    const serve = async (lane: Lane) => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const result = await runCase(lane, next, reference);
        results.push(result);
        done?.(result);
      }
    };
    const more = Array.from({ length: Math.min(lanes, waiting.length) - 1 }, async () => {
      const lane = await Lane.open(cli);
      open.push(lane);
      await serve(lane);
    });
    await Promise.all([serve(first), ...more]);
    return results;
  } finally {
    await Promise.allSettled(open.map((lane) => lane.close()));
  }
}

/** The figures as one table, then whatever did not end as it must. */
export function table(results: readonly CaseResult[]): string {
  const rows = KINDS.map((kind) => results.filter((result) => result.kind === kind))
    .filter((ofKind) => ofKind.length > 0)
    .map((ofKind) => {
      const count = (test: (result: CaseResult) => boolean) => String(ofKind.filter(test).length);
      return [
        ofKind[0]?.kind ?? '',
        String(ofKind.length),
        String(ofKind.reduce((sum, { blows }) => sum + blows, 0)),
        count(({ end }) => end === 'succeeded'),
        count(({ end }) => end === 'parked'),
        count(({ problems }) => problems.length > 0),
        String(ofKind.reduce((sum, { deployProcesses }) => sum + deployProcesses, 0)),
        String(ofKind.reduce((sum, { attempts }) => sum + attempts, 0)),
        (ofKind.reduce((sum, { seconds }) => sum + seconds, 0) / ofKind.length).toFixed(1),
      ];
    });
  const head = ['kind', 'runs', 'blows', 'succeeded', 'parked', 'wrong', 'deploys', 'attempts', 'seconds each'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  const wrong = results.filter(({ problems }) => problems.length > 0);
  return [
    ...[head, ...rows].map(line),
    ...wrong.flatMap(({ kind, at, problems }) => ['', `${kind} ${at}:`, ...problems.map((problem) => `  ${problem}`)]),
  ].join('\n');
}
