/** Tables for people: columns as wide as what stands in them, lines that a narrow terminal does not break. */
import { clip } from './runs/words.ts';

const GAP = '  ';
/** So much of the last column is worth more than a whole column that can be spared. */
const LEAST_OF_LAST = 24;

export interface TableOptions {
  /** How wide a line may be; without it all stays whole. */
  readonly width?: number;
  /** The columns to leave out where there is no room, the least important one first; then the last column is cut. */
  readonly spare?: readonly string[];
  /** Colours a field that has its final width. */
  readonly style?: (field: string, column: string, row: number) => string;
}

/** The head, then a line for each row. */
export function tableLines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { width = Infinity, spare = [], style = (field) => field }: TableOptions = {},
): readonly string[] {
  const all = head.map((name, at) => ({
    name,
    at,
    wide: Math.max(name.length, ...rows.map((row) => clip(row[at] ?? '').length)),
  }));
  const shown = fitting(all, width, spare);
  const line = (row: readonly string[], styled: (field: string, column: string) => string) => {
    let left = width;
    const fields = shown.map(({ name, at, wide }) => {
      const field = clip(row[at] ?? '', Math.min(wide, left)).padEnd(Math.min(wide, left));
      left = Math.max(0, left - wide - GAP.length);
      const text = field.trimEnd();
      return `${text === '' ? '' : styled(text, name)}${field.slice(text.length)}`;
    });
    return fields.join(GAP).trimEnd();
  };
  return [line(head, (field) => field), ...rows.map((row, at) => line(row, (field, name) => style(field, name, at)))];
}

export function table(head: readonly string[], rows: readonly (readonly string[])[], options?: TableOptions): string {
  return tableLines(head, rows, options).join('\n');
}

interface Column {
  readonly name: string;
  readonly at: number;
  readonly wide: number;
}

function fitting(columns: readonly Column[], width: number, spare: readonly string[]): readonly Column[] {
  const needs = columns.reduce((sum, { wide }, at) => {
    const last = at === columns.length - 1;
    return sum + (last ? Math.min(wide, LEAST_OF_LAST) : wide + GAP.length);
  }, 0);
  const [least, ...others] = spare;
  if (needs <= width || least === undefined) return columns;
  return fitting(
    columns.filter(({ name }) => name !== least),
    width,
    others,
  );
}
