/** One measured figure with the bound it has to keep. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly bound: number;
  readonly withinBound: boolean;
  /** What the figure was made from: medians and counts. */
  readonly parts: Readonly<Record<string, number>>;
}

export function result(
  name: string,
  unit: string,
  value: number,
  bound: number,
  parts: Readonly<Record<string, number>>,
): BenchResult {
  return { name, unit, value: rounded(value), bound, withinBound: value <= bound, parts: roundAll(parts) };
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  const lower = sorted.length % 2 === 0 ? sorted[middle - 1] : upper;
  if (upper === undefined || lower === undefined) throw new RangeError('a median needs a number');
  return (lower + upper) / 2;
}

export function printResults(results: readonly BenchResult[]): void {
  for (const { name, value, unit, bound, withinBound, parts } of results) {
    const details = Object.entries(parts).map(([part, figure]) => `${part} ${figure}`);
    process.stdout.write(
      `${withinBound ? 'ok  ' : 'OVER'} ${name}: ${value}${unit} (bound ${rounded(bound)}${unit}; ${details.join(', ')})\n`,
    );
  }
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function roundAll(parts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, rounded(value)]));
}
