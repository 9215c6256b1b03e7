import type { LabHost } from '../../types.ts';

export type Value = string | number | boolean | null | readonly string[];

/** `type:value` as otopi reads it; only f, F, false and False are false. */
export function parseTyped(text: string): Value {
  const at = text.indexOf(':');
  if (at < 0) throw new Error('Missing variable type');
  const value = text.slice(at + 1);
  switch (text.slice(0, at)) {
    case 'none':
      return null;
    case 'bool':
      return !['f', 'F', 'false', 'False'].includes(value);
    case 'int':
      if (!/^\s*[+-]?\d+\s*$/.test(value)) throw new Error(`invalid literal for int() with base 10: '${value}'`);
      return Number(value);
    case 'str':
      return value;
    case 'multi-str':
      return value.split(/\r?\n/);
    default:
      throw new Error(`'Invalid variable type ${text.slice(0, at)}'`);
  }
}

/** The value in otopi's notation, for answer files. */
export function formatTyped(value: Value): string {
  if (value === null) return 'none:None';
  if (typeof value === 'boolean') return `bool:${value ? 'True' : 'False'}`;
  if (typeof value === 'number') return `int:${value}`;
  if (typeof value === 'string') return `str:${value}`;
  return `multi-str:${value.join('\n')}`;
}

type Sections = Map<string, Map<string, string>>;

/** Reads INI text as Python 2's ConfigParser does: case kept, ` ;` begins a comment, indented lines continue. */
export function parseIni(text: string, file: string, into: Sections = new Map()): Sections {
  let section: Map<string, string> | undefined;
  let option: string | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#') || line.startsWith(';')) continue;
    if (/^\s/.test(line) && section && option !== undefined) {
      section.set(option, `${section.get(option) ?? ''}\n${line.trim()}`);
      continue;
    }
    const header = /^\[([^\]]+)\]/.exec(line);
    if (header?.[1] !== undefined) {
      section = into.get(header[1]) ?? new Map();
      into.set(header[1], section);
      option = undefined;
      continue;
    }
    if (!section) throw new Error(`File contains no section headers.\nfile: ${file}, line: ${index + 1}\n'${line}\\n'`);
    const match = /^([^:=\s][^:=]*?)\s*[:=]\s*(.*)$/.exec(line);
    if (match?.[1] === undefined)
      throw new Error(`File contains parsing errors: ${file}\n\t[line ${index + 1}]: '${line}\\n'`);
    const comment = /\s;/.exec(match[2] ?? '');
    const value = (comment ? (match[2] ?? '').slice(0, comment.index) : (match[2] ?? '')).trim();
    option = match[1];
    section.set(option, value === '""' ? '' : value);
  }
  return into;
}

/** `%(name)s` is replaced by that option; a lone percent sign stays. */
function interpolate(section: ReadonlyMap<string, string>, option: string, value: string): string {
  if (!value.includes('%(')) return value;
  return value.replace(/%\(([^)]*)\)(s?)/g, (_, name: string, s: string) => {
    const other = section.get(name);
    if (other === undefined || s === '') {
      throw new Error(`Bad value substitution:\n\toption : ${option}\n\tkey    : ${name}\n\trawval : ${value}\n`);
    }
    return other;
  });
}

export interface Configuration {
  readonly files: readonly string[];
  readonly missing: readonly string[];
  /** Applies the options of one section, overriding or not. */
  apply(section: string, environment: Map<string, Value>, override: boolean): void;
}

/** Reads the setup's own configuration and the appended files, each with its `.d` directory; later files win. */
export function readConfiguration(host: LabHost, own: string, appended: readonly string[]): Configuration {
  const sections: Sections = new Map();
  const files: string[] = [];
  const missing: string[] = [];
  const add = (path: string, mayMiss: boolean): void => {
    const found = host.fs.exists(path) && !host.fs.isDirectory(path) ? [path] : [];
    const directory = `${path}.d`;
    if (host.fs.exists(directory) && host.fs.isDirectory(directory)) {
      const names = host.fs.list(directory).filter((name) => name.endsWith('.conf'));
      found.push(...names.sort().map((name) => `${directory}/${name}`));
    }
    if (found.length === 0 && !mayMiss) missing.push(path);
    for (const file of found) {
      parseIni(host.fs.read(file), file, sections);
      files.push(file);
    }
  };
  add(own, true);
  // otopi takes all appended files as one value that it splits at colons.
  for (const path of appended.flatMap((a) => a.split(':'))) add(path, false);
  return {
    files,
    missing,
    apply(name, environment, override) {
      const section = sections.get(`environment:${name}`);
      for (const [key, raw] of section ?? []) {
        let value: Value;
        try {
          value = parseTyped(interpolate(section ?? new Map(), key, raw));
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          throw new Error(`Cannot parse configuration file key ${key} at section environment:${name}: ${why}`);
        }
        if (override || !environment.has(key)) environment.set(key, value);
      }
    },
  };
}
