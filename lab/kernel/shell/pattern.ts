/** Shell patterns as regular expressions, and pathname expansion over the host's files. */
import type { Vfs } from '../model.ts';

/** A backslash quotes the next character, as the expander leaves it for quoted parts. */
export function patternSource(pattern: string, options: { slash: boolean; lazy?: boolean } = { slash: true }): string {
  const any = options.slash ? '[\\s\\S]' : '[^/]';
  const more = options.lazy ? '*?' : '*';
  let source = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const char = pattern.charAt(index);
    if (char === '\\' && index + 1 < pattern.length) {
      index += 1;
      source += escapeRegex(pattern.charAt(index));
    } else if (char === '*') source += any + more;
    else if (char === '?') source += any;
    else if (char === '[') {
      const end = bracketEnd(pattern, index);
      if (end < 0) source += '\\[';
      else {
        source += bracket(pattern.slice(index + 1, end));
        index = end;
      }
    } else source += escapeRegex(char);
  }
  return source;
}

function escapeRegex(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

function bracketEnd(pattern: string, start: number): number {
  let index = start + 1;
  if (pattern[index] === '!' || pattern[index] === '^') index += 1;
  if (pattern[index] === ']') index += 1;
  while (index < pattern.length && pattern[index] !== ']') {
    if (pattern[index] === '[' && pattern[index + 1] === ':') index = pattern.indexOf(':]', index) + 1;
    if (index <= 0) return -1;
    index += 1;
  }
  return index < pattern.length ? index : -1;
}

const classes: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9a-fA-F',
};

function bracket(body: string): string {
  const negated = body.startsWith('!') || body.startsWith('^');
  const inner = (negated ? body.slice(1) : body)
    .replace(/\[:(\w+):\]/g, (_, name: string) => `\u0000${classes[name] ?? ''}\u0000`)
    .split('\u0000')
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/[\\[\]^]/g, '\\$&')))
    .join('');
  return `[${negated ? '^' : ''}${inner}]`;
}

export function matches(pattern: string, text: string): boolean {
  return new RegExp(`^(?:${patternSource(pattern)})$`).test(text);
}

export function hasGlob(pattern: string): boolean {
  return /(^|[^\\])(\\\\)*[*?[]/.test(pattern);
}

export function unquote(pattern: string): string {
  return pattern.replace(/\\([\s\S])/g, '$1');
}

/** Paths that match, sorted; hidden ones only when the pattern names the dot. */
export function glob(fs: Vfs, cwd: string, pattern: string): string[] {
  const absolute = pattern.startsWith('/');
  let found: string[] = [absolute ? '/' : ''];
  for (const part of pattern.split('/').filter((piece) => piece !== '')) {
    const next: string[] = [];
    for (const base of found) {
      const prefix = base === '' || base.endsWith('/') ? base : `${base}/`;
      const real = prefix.startsWith('/') ? prefix : `${cwd}/${prefix}`;
      if (!hasGlob(part)) {
        if (fs.exists(`${real}${unquote(part)}`)) next.push(prefix + unquote(part));
        continue;
      }
      if (!fs.isDirectory(real)) continue;
      const regex = new RegExp(`^(?:${patternSource(part)})$`);
      for (const name of fs.list(real))
        if (regex.test(name) && (!name.startsWith('.') || part.startsWith('.'))) next.push(prefix + name);
    }
    found = next;
  }
  return found;
}
