/** Option parsing as getopt does it: clustered letters, values in the same or the next word, long options. */
export interface Parsed {
  readonly options: ReadonlyMap<string, string[]>;
  readonly operands: readonly string[];
  /** The first option that is not known. */
  readonly unknown: string | undefined;
  has(...names: string[]): boolean;
  value(...names: string[]): string | undefined;
}

/** `spec`: letters, `:` after those with a value; long names, `=` at the end for those with a value. */
export function parseOptions(
  args: readonly string[],
  letters: string,
  long: readonly string[] = [],
  options: { stopAtOperand?: boolean } = {},
): Parsed {
  const found = new Map<string, string[]>();
  const operands: string[] = [];
  let unknown: string | undefined;
  const add = (name: string, value: string): void => void found.set(name, [...(found.get(name) ?? []), value]);
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--') {
      operands.push(...args.slice(index + 1));
      break;
    }
    if (arg.startsWith('--')) {
      const [name = '', ...rest] = arg.slice(2).split('=');
      if (long.includes(`${name}=`)) {
        if (arg.includes('=')) add(name, rest.join('='));
        else {
          index += 1;
          add(name, args[index] ?? '');
        }
      } else if (long.includes(name)) add(name, rest.join('='));
      else unknown ??= arg;
    } else if (arg.startsWith('-') && arg !== '-') {
      for (let at = 1; at < arg.length; at += 1) {
        const letter = arg.charAt(at);
        const place = letters.indexOf(letter);
        if (place < 0 || letter === ':') unknown ??= `-${letter}`;
        else if (letters[place + 1] === ':') {
          const value = arg.slice(at + 1);
          if (value === '') index += 1;
          add(letter, value === '' ? (args[index] ?? '') : value);
          break;
        } else add(letter, '');
      }
    } else if (options.stopAtOperand) {
      operands.push(...args.slice(index));
      break;
    } else operands.push(arg);
  }
  return {
    options: found,
    operands,
    unknown,
    has: (...names) => names.some((name) => found.has(name)),
    value: (...names) => names.map((name) => found.get(name)?.at(-1)).find((value) => value !== undefined),
  };
}
