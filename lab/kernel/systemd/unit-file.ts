/**
 * systemd as on EL7 (219): unit files, jobs, control groups, transient units. This file: a unit file's settings.
 */
export interface UnitSettings {
  readonly description: string;
  readonly text: string;
  readonly path: string;
  /** All values of a setting, in order; an empty assignment has cleared those before it. */
  all(section: string, key: string): readonly string[];
  one(section: string, key: string): string | undefined;
  words(section: string, key: string): readonly string[];
}

export function parseUnitFile(text: string, path: string, name: string): UnitSettings {
  const values = new Map<string, string[]>();
  let section = '';
  for (const raw of text.replace(/\\\n\s*/g, ' ').split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const head = /^\[(.+)\]$/.exec(line);
    if (head) {
      section = head[1] ?? '';
      continue;
    }
    const equals = line.indexOf('=');
    if (equals < 0) continue;
    const key = `${section}.${line.slice(0, equals).trim()}`;
    const value = line.slice(equals + 1).trim();
    const list = values.get(key) ?? [];
    if (value === '') values.set(key, []);
    else values.set(key, [...list, value]);
  }
  const all = (part: string, key: string): readonly string[] => values.get(`${part}.${key}`) ?? [];
  return {
    text,
    path,
    description: all('Unit', 'Description').at(-1) ?? name,
    all,
    one: (part, key) => all(part, key).at(-1),
    words: (part, key) => all(part, key).flatMap((value) => value.split(/\s+/).filter(Boolean)),
  };
}

/** Splits an ExecStart line as systemd does: quotes, no shell. */
export function splitExec(line: string): { argv: string[]; ignoreFailure: boolean } {
  const ignoreFailure = line.startsWith('-');
  const argv: string[] = [];
  const pattern = /"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g;
  for (const [, double, single, plain] of line.replace(/^[-@+]+/, '').matchAll(pattern))
    argv.push(double?.replace(/\\(.)/g, '$1') ?? single ?? plain ?? '');
  return { argv, ignoreFailure };
}
