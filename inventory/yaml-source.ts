/** A YAML text with the line of every value in it. */
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { Path, Problem } from './problem.ts';

export class YamlSource {
  readonly data: unknown;
  /** Why the text is no YAML, if it is none. */
  readonly problems: readonly Problem[];
  readonly #document: Document;
  readonly #lines = new LineCounter();

  constructor(text: string) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    this.problems = this.#document.errors.map((error) => ({
      line: this.#lines.linePos(error.pos[0]).line,
      path: '',
      sentence: `this is not valid YAML: ${error.message}.`,
    }));
    this.data = this.problems.length === 0 ? this.#document.toJS() : undefined;
  }

  /** The line of the key at `path`, else of the nearest thing around it that has one. */
  line(path: Path): number {
    for (let depth = path.length; depth > 0; depth--) {
      const offset = this.#keyOffset(path.slice(0, depth));
      if (offset !== undefined) return this.#lines.linePos(offset).line;
    }
    return 1;
  }

  /** The value at `path`; undefined when it is not there. */
  value(path: Path): unknown {
    return path.reduce<unknown>(
      (at, key) => (at === null ? undefined : (at as Record<PropertyKey, unknown> | undefined)?.[key]),
      this.data,
    );
  }

  /** The value as it is written, before YAML made a number of it. */
  written(path: Path): string | undefined {
    const node = this.#document.getIn([...path], true);
    return isScalar(node) ? node.source : undefined;
  }

  #keyOffset(path: Path): number | undefined {
    const parent = this.#document.getIn(path.slice(0, -1), true);
    const last = path.at(-1);
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === last);
      return (pair?.key as Node | undefined)?.range?.[0];
    }
    return (this.#document.getIn([...path], true) as Node | undefined)?.range?.[0];
  }
}
